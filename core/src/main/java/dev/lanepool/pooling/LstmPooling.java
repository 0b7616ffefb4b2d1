package dev.lanepool.pooling;

import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.Tokens;
import dev.lanepool.nn.Mat;

/**
 * An LSTM over the layers 1 to L, a step a layer, whose input is that layer's token 0; its last output: {@code lstm(hidden=256)}.
 *
 * <pre>{@code
 * try (EmbeddingModel model = EmbeddingModel.builtIn()) {
 *   HeadConfig config = HeadConfig.of(Pooling.parse("lstm(hidden=256)"), HeadTask.regression());
 *   HeadNetwork network = new HeadNetwork(config, model.layers(), model.hiddenSize(), new Random(1)); // to be trained
 *   System.out.println(new Head(model, network, Map.of()).predict("this is a string").value());
 * }
 * }</pre>
 *
 * <p>Memory while training: L·B·C + 10·L·B·H + 9·B·H + 4·H·C + 8·H·H floats; with gradients for the encoder L·B·C + 4·H·C more.
 *
 * @param hidden the length of the LSTM's output
 * @param layout how the layers' rows become the steps' inputs
 */
public record LstmPooling(int hidden, Layout layout) implements Pooling {

  /** How the (L, C) rows are laid out as L steps of C floats. */
  public enum Layout {
    /** A step is a layer. */
    LAYERS("layers"),
    /**
     * The (C, L) transpose read as if it were (L, C), so that each step mixes the features of all layers: a bug in wide use, kept to
     * load heads that were trained with it.
     */
    SCRAMBLED("scrambled");

    private final String spec;

    Layout(String spec) {
      this.spec = spec;
    }

    /** The name in a spec. */
    @Override
    public String toString() {
      return spec;
    }
  }

  /** @throws IllegalArgumentException where the hidden size is below 1 */
  public LstmPooling {
    Learnt.requireWidth(hidden);
  }

  @Override
  public Demand demand(int layers) {
    Demand demand = Demand.none(layers);
    for (int layer = 1; layer <= layers; layer++) {
      demand = demand.with(layer, Tokens.FIRST);
    }
    return demand;
  }

  @Override
  public int dimension(int layers, int hiddenSize) {
    int gates = Mat.MOST / 4; // (4H, C) and (4H, H)
    Learnt.requireFit(this, hidden, Math.min(gates / hiddenSize, (int) Math.sqrt(gates)), hiddenSize);
    return hidden;
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
    return "lstm(hidden=" + hidden + (layout == Layout.LAYERS ? "" : ",layout=" + layout) + ")";
  }
}
