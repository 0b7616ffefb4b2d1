package dev.lanepool.pooling;

import dev.lanepool.encoder.Demand;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Layers in an order, as a spec writes them: {@code -1..-4} or {@code 4..8/-1}. Which ones they are is known once L is.
 *
 * @param ranges at least one
 */
public record LayerList(List<Range> ranges) {

  /**
   * From one layer to another, both included, upwards or downwards.
   *
   * @param from 0 to L; negative counts from the end, -1 is L
   * @param to the same
   */
  public record Range(int from, int to) {
    @Override
    public String toString() {
      return from == to ? Integer.toString(from) : from + ".." + to;
    }
  }

  /** @throws IllegalArgumentException where there is none */
  public LayerList {
    ranges = List.copyOf(ranges);
    if (ranges.isEmpty()) {
      throw new IllegalArgumentException("no layers, expected at least one");
    }
  }

  /** The layers' indices from 0, in order, for a model of {@code layers} layers. Errors name the spec. */
  int[] resolve(Pooling spec, int layers) {
    return ranges.stream().flatMapToInt(range -> {
      int from = index(spec, range.from, layers);
      int to = index(spec, range.to, layers);
      int step = from <= to ? 1 : -1;
      return IntStream.rangeClosed(0, Math.abs(to - from)).map(i -> from + i * step);
    }).toArray();
  }

  /** The layer's index from 0, for a model of {@code layers} layers. Errors name the spec. */
  static int index(Pooling spec, int layer, int layers) {
    try {
      return Demand.index(layer, layers);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("pooling \"" + spec + "\": " + e.getMessage(), e);
    }
  }

  @Override
  public String toString() {
    return ranges.stream().map(Range::toString).collect(Collectors.joining("/"));
  }
}
