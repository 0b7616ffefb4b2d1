package dev.lanepool.pooling;

import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.StateGradients;
import dev.lanepool.encoder.Tokens;
import dev.lanepool.kernels.Kernels;
import dev.lanepool.kernels.TrainingKernels;
import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Mat;
import dev.lanepool.nn.Param;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@link WeightedPooling} as a layer. Its parameter, unless the weights are fixed: {@code layer_weights}, lowest layer first. */
final class WeightedLayer implements PoolingLayer<WeightedLayer.Cache> {
  private final WeightedPooling spec;
  private final Reduction of;
  private final int depth; // L
  private final int hidden; // C
  private final int lowest;
  private final Param weights; // (n), from the lowest layer on

  WeightedLayer(WeightedPooling spec, int depth, int hidden, String prefix) {
    this.spec = spec;
    this.depth = depth;
    this.hidden = hidden;
    of = spec.of();
    lowest = spec.lowest(depth);
    weights = Param.vector(prefix + "layer_weights", depth - lowest + 1);
    if (spec.weights() == null) {
      Arrays.fill(weights.values(), 1f);
    } else {
      System.arraycopy(WeightedPooling.floats(spec.weights()), 0, weights.values(), 0, weights.columns());
    }
  }

  /** Keeps each text's reductions, (B, n, C), where the reduction is linear, else the mixed rows, (R, C). */
  final class Cache extends BatchCache {
    private final Each pool = new Each() {
      @Override
      void one(int text, int worker) {
        spec.mix(batch(), text, lowest, coefficients, kept, keptAt(text), out, text * dimension());
      }
    };
    private final Each back = new Each() {
      @Override
      void one(int text, int worker) {
        backward(text, worker);
      }
    };
    private final double[] shares = new double[weights.columns()];
    private final float[] coefficients = new float[weights.columns()]; // (n)
    private final float[] kept; // (B, n, C) or (R, C)
    private final double[] dCoefficients; // (B, n)
    private final Reduction.Best[] best; // by worker
    private final float[][] mean; // by worker, (C): of one layer's rows
    private float[] out = {}; // (B, D)
    private float[] dOut = {}; // (B, D)
    private @Nullable StateGradients dStates;

    private Cache(Compute compute, int texts, int rows) {
      super(compute, texts, rows);
      kept = new float[Math.multiplyExact(of.isLinear() ? texts * weights.columns() : rows, hidden)];
      dCoefficients = new double[spec.learns() ? texts * weights.columns() : 0];
      best = Reduction.Best.forThreads(compute.threads(), of.isLinear() ? 0 : hidden);
      mean = new float[compute.threads()][of == Reduction.MEAN_MAX ? hidden : 0];
    }

    private int keptAt(int text) {
      return of.isLinear() ? text * weights.columns() * hidden : batch().start(lowest, text, Tokens.ALL);
    }

    private void backward(int text, int worker) {
      if (spec.learns()) {
        backwardToCoefficients(text, worker);
      }
      StateGradients gradients = dStates;
      if (gradients == null) {
        return;
      }
      // The reduction is of mixed rows, so each layer's rows get their coefficient's part of the mixed rows' gradient.
      HiddenStates states = batch();
      for (int i = 0; i < coefficients.length; i++) {
        of.backward(dOut, text * dimension(), coefficients[i], kept, keptAt(text), of.count(states, text), hidden,
            gradients.array(lowest + i), gradients.start(lowest + i, text, of.tokens()), best[worker]);
      }
    }

    /** dCoefficient[i] = dOut · the reduction of layer i's rows, the maximum taken where the mixed rows have theirs. */
    private void backwardToCoefficients(int text, int worker) {
      HiddenStates states = batch();
      int n = coefficients.length;
      int at = text * dimension();
      if (!of.isLinear()) {
        best[worker].find(kept, keptAt(text), states.length(text), hidden);
      }
      for (int i = 0; i < n; i++) {
        double d;
        if (of.isLinear()) {
          d = TrainingKernels.active().dot(dOut, at, kept, keptAt(text) + i * hidden, hidden);
        } else {
          float[] rows = states.array(lowest + i);
          int start = states.start(lowest + i, text, Tokens.ALL);
          d = best[worker].dot(dOut, at + dimension() - hidden, rows, start, hidden);
          if (of == Reduction.MEAN_MAX) {
            Kernels.active().meanRows(rows, start, hidden, states.length(text), mean[worker], 0, hidden);
            d += TrainingKernels.active().dot(dOut, at, mean[worker], 0, hidden);
          }
        }
        dCoefficients[text * n + i] = d;
      }
    }
  }

  @Override
  public Pooling spec() {
    return spec;
  }

  @Override
  public int dimension() {
    return of.dimension(hidden);
  }

  @Override
  public Cache newCache(Compute compute, int texts, int rows) {
    return new Cache(compute, texts, rows);
  }

  @Override
  public void forward(HiddenStates states, Mat out, Cache cache) {
    cache.begin(this, states, depth, hidden, out);
    spec.coefficients(weights.values(), cache.shares, cache.coefficients);
    cache.out = out.data();
    cache.pool.run(cache.compute, states.texts(), floats(states));
  }

  @Override
  public void backward(Mat dOut, Cache cache, @Nullable StateGradients dStates, Grads grads) {
    HiddenStates states = cache.remembered(this, dOut);
    if (!spec.learns() && dStates == null) {
      return;
    }
    cache.dOut = dOut.data();
    cache.dStates = dStates;
    boolean reads = dStates != null || !of.isLinear();
    cache.back.run(cache.compute, states.texts(), reads ? floats(states) : (long) states.texts() * weights.columns() * hidden);
    cache.dStates = null;
    if (spec.learns()) {
      backwardToWeights(cache, states.texts(), grads.of(weights));
    }
  }

  /**
   * With coefficients s, ds summed over the texts in their order, and m = sum(s · ds): for s = w / sum(w), dw = (ds - m) / sum(w); for
   * s = softmax(w), dw = s (ds - m).
   */
  private void backwardToWeights(Cache cache, int texts, float[] dWeights) {
    int n = weights.columns();
    double sum = 0;
    double m = 0;
    for (int i = 0; i < n; i++) {
      double d = 0;
      for (int text = 0; text < texts; text++) {
        d += cache.dCoefficients[text * n + i];
      }
      cache.shares[i] = d;
      sum += weights.values()[i];
      m += cache.coefficients[i] * d;
    }
    for (int i = 0; i < n; i++) {
      double factor = spec.norm() == WeightedPooling.Norm.SUM ? 1 / sum : cache.coefficients[i];
      dWeights[i] += (float) (factor * (cache.shares[i] - m));
    }
  }

  private long floats(HiddenStates states) {
    return (long) (of.tokens() == Tokens.ALL ? states.rows() : states.texts()) * weights.columns() * hidden;
  }

  @Override
  public List<Param> params() {
    return spec.learns() ? List.of(weights) : List.of();
  }
}
