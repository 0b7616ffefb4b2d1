package dev.lanepool.pooling;

import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.Tokens;

/**
 * The checkpoint's own pooler, tanh(W.row0 + b) of the last layer, C: {@code pooler}.
 *
 * <pre>{@code
 * try (EmbeddingModel model = EmbeddingModel.builtIn()) {
 *   String pooling = model.hasPooler() ? "pooler" : "cls";
 *   EmbeddingModel pooled = EmbeddingModel.builtIn(Options.defaults().withPooling(pooling));
 *   System.out.println(pooling + " " + pooled.embed("this is a string").length);
 *   pooled.close();
 * }
 * }</pre>
 *
 * <p>Memory while training: none to speak of.
 */
public record PoolerOutput() implements Pooling {

  @Override
  public Demand demand(int layers) {
    return Demand.none(layers).with(layers, Tokens.FIRST);
  }

  @Override
  public int dimension(int layers, int hiddenSize) {
    return hiddenSize;
  }

  /** @throws IllegalArgumentException where the checkpoint has no pooler weights */
  @Override
  public void pool(HiddenStates states, int text, float[] out, int offset) {
    states.pooler(text, out, offset);
  }

  @Override
  public boolean readsPooler() {
    return true;
  }

  @Override
  public String toString() {
    return "pooler";
  }
}
