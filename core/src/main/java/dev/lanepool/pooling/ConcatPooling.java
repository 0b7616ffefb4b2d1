package dev.lanepool.pooling;

import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.HiddenStates;

/**
 * Several layers side by side, in the order given, each reduced alike: {@code concat(layers=-1..-4,of=cls)}.
 *
 * <pre>{@code
 * try (EmbeddingModel model = EmbeddingModel.builtIn(Options.defaults().withPooling("concat(layers=-1..-4,of=cls)"))) {
 *   float[] vector = model.embed("this is a string");
 *   List<float[]> vectors = model.embedAll(List.of("one text", "another"));
 *   System.out.println(vector.length + " " + vectors.size());
 * }
 * }</pre>
 *
 * <p>Memory while training: none to speak of.
 *
 * @param of what each layer becomes before they are joined
 */
public record ConcatPooling(LayerList layers, Reduction of) implements Pooling {

  @Override
  public Demand demand(int layers) {
    Demand demand = Demand.none(layers);
    for (int layer : this.layers.resolve(this, layers)) {
      demand = demand.with(layer, of.tokens());
    }
    return demand;
  }

  @Override
  public int dimension(int layers, int hiddenSize) {
    return Math.multiplyExact(this.layers.resolve(this, layers).length, of.dimension(hiddenSize));
  }

  @Override
  public void pool(HiddenStates states, int text, float[] out, int offset) {
    int at = offset;
    for (int layer : layers.resolve(this, states.layers())) {
      of.reduce(states, layer, text, out, at);
      at += of.dimension(states.width());
    }
  }

  @Override
  public String toString() {
    return "concat(layers=" + layers + ",of=" + of + ")";
  }
}
