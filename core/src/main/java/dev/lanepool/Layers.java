package dev.lanepool;

import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.Tokens;
import java.util.Arrays;

/** Which layers' hidden states to compute and keep. Layer 0 is the embedding output, L the last; negative counts from the end, -1 is L. */
public final class Layers {
  private static final Layers ALL = new Layers(new int[0]);

  private final int[] indices; // empty for all

  private Layers(int[] indices) {
    this.indices = indices;
  }

  /** Every layer, 0 to L. */
  public static Layers all() {
    return ALL;
  }

  /**
   * These layers.
   *
   * @throws IllegalArgumentException where none is given
   */
  public static Layers of(int... layers) {
    if (layers.length == 0) {
      throw new IllegalArgumentException("no layers, expected at least one");
    }
    return new Layers(layers.clone());
  }

  /**
   * Every row of these layers.
   *
   * @param layers L of the model
   * @throws IllegalArgumentException where the model has no such layer
   */
  public Demand demand(int layers) {
    if (indices.length == 0) {
      return Demand.all(layers);
    }
    Demand demand = Demand.none(layers);
    for (int index : indices) {
      demand = demand.with(index, Tokens.ALL);
    }
    return demand;
  }

  @Override
  public String toString() {
    return indices.length == 0 ? "all layers" : "layers " + Arrays.toString(indices);
  }
}
