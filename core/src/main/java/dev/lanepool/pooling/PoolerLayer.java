package dev.lanepool.pooling;

import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.StateGradients;
import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Mat;
import dev.lanepool.nn.Param;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@link PoolerOutput} as a layer. The pooler's weights are the encoder's, which keeps them: no gradient runs back through it. */
final class PoolerLayer implements PoolingLayer<PoolerLayer.Cache> {
  private final PoolerOutput spec;
  private final int depth; // L
  private final int hidden; // C

  PoolerLayer(PoolerOutput spec, int depth, int hidden) {
    this.spec = spec;
    this.depth = depth;
    this.hidden = hidden;
  }

  /** Keeps nothing. */
  static final class Cache extends BatchCache {
    private Cache(Compute compute, int texts, int rows) {
      super(compute, texts, rows);
    }
  }

  @Override
  public Pooling spec() {
    return spec;
  }

  @Override
  public int dimension() {
    return hidden;
  }

  @Override
  public Cache newCache(Compute compute, int texts, int rows) {
    return new Cache(compute, texts, rows);
  }

  @Override
  public void forward(HiddenStates states, Mat out, Cache cache) {
    cache.begin(this, states, depth, hidden, out);
    for (int text = 0; text < states.texts(); text++) {
      states.pooler(text, out.data(), text * hidden);
    }
  }

  /** @throws IllegalArgumentException where gradients with respect to hidden states are asked for */
  @Override
  public void backward(Mat dOut, Cache cache, @Nullable StateGradients dStates, Grads grads) {
    cache.remembered(this, dOut);
    if (dStates != null) {
      throw new IllegalArgumentException("pooling \"" + spec + "\": no gradient runs back through the checkpoint's pooler, whose weights "
          + "belong to the encoder; train with a frozen encoder, or pool with \"cls\"");
    }
  }

  @Override
  public List<Param> params() {
    return List.of();
  }
}
