package dev.lanepool.pooling;

import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.HiddenStates;

/**
 * The tokens of one layer, reduced: {@code mean}, {@code cls@-2}.
 *
 * <pre>{@code
 * try (EmbeddingModel model = EmbeddingModel.builtIn(Options.defaults().withPooling("mean@-2"))) {
 *   float[] vector = model.embed("this is a string");
 *   List<float[]> vectors = model.embedAll(List.of("one text", "another"));
 *   System.out.println(vector.length + " " + vectors.size());
 * }
 * }</pre>
 *
 * <p>Memory while training: none to speak of.
 *
 * @param layer 0 to L; negative counts from the end, -1 is L
 */
public record TokenPooling(Reduction reduction, int layer) implements Pooling {

  /** Of the last layer. */
  public TokenPooling(Reduction reduction) {
    this(reduction, -1);
  }

  @Override
  public Demand demand(int layers) {
    return Demand.none(layers).with(LayerList.index(this, layer, layers), reduction.tokens());
  }

  @Override
  public int dimension(int layers, int hiddenSize) {
    LayerList.index(this, layer, layers);
    return reduction.dimension(hiddenSize);
  }

  @Override
  public void pool(HiddenStates states, int text, float[] out, int offset) {
    reduction.reduce(states, layer, text, out, offset);
  }

  @Override
  public String toString() {
    return reduction + (layer == -1 ? "" : "@" + layer);
  }
}
