package dev.lanepool.pooling;

import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.Tokens;
import dev.lanepool.nn.Mat;

/**
 * The sum of the tokens' rows, weighted by the softmax over the tokens of Linear-Tanh-Linear: {@code attention(hidden=512)}.
 *
 * <pre>{@code
 * try (EmbeddingModel model = EmbeddingModel.builtIn()) {
 *   HeadConfig config = HeadConfig.of(Pooling.parse("attention(hidden=512)"), HeadTask.regression());
 *   HeadNetwork network = new HeadNetwork(config, model.layers(), model.hiddenSize(), new Random(1)); // to be trained
 *   System.out.println(new Head(model, network, Map.of()).predict("this is a string").value());
 * }
 * }</pre>
 *
 * <p>Memory while training: R·H + 2·R + H·C floats; with gradients for the encoder R·C + H·C more.
 *
 * @param hidden the width between the two linear layers
 * @param layer 0 to L; negative counts from the end, -1 is L
 */
public record AttentionPooling(int hidden, int layer) implements Pooling {

  /** @throws IllegalArgumentException where the hidden size is below 1 */
  public AttentionPooling {
    Learnt.requireWidth(hidden);
  }

  @Override
  public Demand demand(int layers) {
    return Demand.none(layers).with(LayerList.index(this, layer, layers), Tokens.ALL);
  }

  @Override
  public int dimension(int layers, int hiddenSize) {
    LayerList.index(this, layer, layers);
    Learnt.requireFit(this, hidden, Mat.MOST / hiddenSize, hiddenSize); // (H, C)
    return hiddenSize;
  }

  @Override
  public void pool(HiddenStates states, int text, float[] out, int offset) {
    throw Learnt.untrained(this);
  }

  @Override
  public boolean learns() {
    return true;
  }

  @Override
  public String toString() {
    return "attention(hidden=" + hidden + ")" + (layer == -1 ? "" : "@" + layer);
  }
}
