package dev.lanepool.pooling;

import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.StateGradients;
import dev.lanepool.encoder.Tokens;
import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Mat;
import dev.lanepool.nn.Param;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One or more layers, each reduced alike, side by side: what {@link TokenPooling} and {@link ConcatPooling} pool, and back. */
final class ReductionLayer implements PoolingLayer<ReductionLayer.Cache> {
  private final Pooling spec;
  private final int[] layers; // 0 to L
  private final Reduction of;
  private final int depth; // L
  private final int hidden; // C

  ReductionLayer(Pooling spec, int[] layers, Reduction of, int depth, int hidden) {
    this.spec = spec;
    this.layers = layers;
    this.of = of;
    this.depth = depth;
    this.hidden = hidden;
  }

  /** Keeps nothing but references: a maximum's rows are found again, which takes less time than to write them down. */
  final class Cache extends BatchCache {
    private final Each pool = new Each() {
      @Override
      void one(int index, int worker) {
        int text = index / layers.length;
        int i = index % layers.length;
        of.reduce(batch(), layers[i], text, out, text * dimension() + i * of.dimension(hidden));
      }
    };
    private final Each back = new Each() {
      @Override
      void one(int text, int worker) {
        for (int i = 0; i < layers.length; i++) { // one after the other: a layer may be named twice
          backward(text, i, worker);
        }
      }
    };
    private final Reduction.Best[] best; // by worker
    private float[] out = {}; // (B, D)
    private float[] dOut = {}; // (B, D)
    private @Nullable StateGradients dStates;

    private Cache(Compute compute, int texts, int rows) {
      super(compute, texts, rows);
      best = Reduction.Best.forThreads(compute.threads(), of.isLinear() ? 0 : hidden);
    }

    private void backward(int text, int i, int worker) {
      StateGradients gradients = dStates;
      if (gradients != null) {
        HiddenStates states = batch();
        of.backward(dOut, text * dimension() + i * of.dimension(hidden), 1, states.array(layers[i]),
            states.start(layers[i], text, of.tokens()), of.count(states, text), hidden, gradients.array(layers[i]),
            gradients.start(layers[i], text, of.tokens()), best[worker]);
      }
    }
  }

  @Override
  public Pooling spec() {
    return spec;
  }

  @Override
  public int dimension() {
    return layers.length * of.dimension(hidden);
  }

  @Override
  public Cache newCache(Compute compute, int texts, int rows) {
    return new Cache(compute, texts, rows);
  }

  @Override
  public void forward(HiddenStates states, Mat out, Cache cache) {
    cache.begin(this, states, depth, hidden, out);
    cache.out = out.data();
    cache.pool.run(cache.compute, states.texts() * layers.length, floats(states));
  }

  @Override
  public void backward(Mat dOut, Cache cache, @Nullable StateGradients dStates, Grads grads) {
    HiddenStates states = cache.remembered(this, dOut);
    if (dStates != null) {
      cache.dOut = dOut.data();
      cache.dStates = dStates;
      cache.back.run(cache.compute, states.texts(), floats(states));
      cache.dStates = null;
    }
  }

  private long floats(HiddenStates states) {
    long rows = of.tokens() == Tokens.ALL ? states.rows() : states.texts();
    return rows * layers.length * hidden;
  }

  @Override
  public List<Param> params() {
    return List.of();
  }
}
