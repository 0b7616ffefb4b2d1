package dev.lanepool.pooling;

import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.HiddenStates;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Several poolings' vectors side by side, in the order given: {@code cls+mean@6}.
 *
 * <pre>{@code
 * try (EmbeddingModel model = EmbeddingModel.builtIn(Options.defaults().withPooling("cls+mean@-2+max"))) {
 *   float[] vector = model.embed("this is a string");
 *   List<float[]> vectors = model.embedAll(List.of("one text", "another"));
 *   System.out.println(vector.length + " " + vectors.size());
 * }
 * }</pre>
 *
 * <p>Memory while training: that of its parts and 2 · B · D floats.
 *
 * @param parts at least two, none of them joined itself
 */
public record JoinedPooling(List<Pooling> parts) implements Pooling {

  /** @throws IllegalArgumentException where there are fewer than two, or one is joined itself */
  public JoinedPooling {
    parts = List.copyOf(parts);
    if (parts.size() < 2 || parts.stream().anyMatch(JoinedPooling.class::isInstance)) {
      throw new IllegalArgumentException("parts " + parts + ": expected at least two, none of them joined itself");
    }
  }

  @Override
  public Demand demand(int layers) {
    return parts.stream().map(part -> part.demand(layers)).reduce(Demand.none(layers), Demand::union);
  }

  @Override
  public int dimension(int layers, int hiddenSize) {
    return parts.stream().mapToInt(part -> part.dimension(layers, hiddenSize)).reduce(0, Math::addExact);
  }

  @Override
  public void pool(HiddenStates states, int text, float[] out, int offset) {
    int at = offset;
    for (Pooling part : parts) {
      part.pool(states, text, out, at);
      at += part.dimension(states.layers(), states.width());
    }
  }

  @Override
  public boolean learns() {
    return parts.stream().anyMatch(Pooling::learns);
  }

  @Override
  public boolean readsPooler() {
    return parts.stream().anyMatch(Pooling::readsPooler);
  }

  @Override
  public String toString() {
    return parts.stream().map(Pooling::toString).collect(Collectors.joining("+"));
  }
}
