package dev.lanepool.pooling;

import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.StateGradients;
import dev.lanepool.encoder.Tokens;
import dev.lanepool.kernels.TrainingKernels;
import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Dropout;
import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Init;
import dev.lanepool.nn.Lstm;
import dev.lanepool.nn.Mat;
import dev.lanepool.nn.Param;
import dev.lanepool.nn.Shape;
import dev.lanepool.pooling.LstmPooling.Layout;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * {@link LstmPooling} as a layer. Its parameters: {@code lstm.weight_ih_l0} (4H, C), {@code lstm.weight_hh_l0} (4H, H),
 * {@code lstm.bias_ih_l0} (4H), {@code lstm.bias_hh_l0} (4H).
 */
final class LstmLayer implements PoolingLayer<LstmLayer.Cache> {
  /** As the code in wide use has it. */
  private static final double DROPOUT = 0.1;

  private final LstmPooling spec;
  private final int depth; // L, the number of steps
  private final int hidden; // C
  private final Lstm lstm;
  private final Dropout dropout;

  LstmLayer(LstmPooling spec, int depth, int hidden, String prefix, RandomGenerator random) {
    this.spec = spec;
    this.depth = depth;
    this.hidden = hidden;
    lstm = new Lstm(prefix + "lstm", hidden, spec.dimension(depth, hidden));
    Init.lstm(lstm, random);
    dropout = new Dropout(DROPOUT, random.nextLong());
  }

  /**
   * Keeps the steps' inputs, (L·B, C), the last output's gradient, (B, H), and what {@link Lstm} keeps; once a gradient with respect
   * to hidden states was asked for, also that of the inputs, (L·B, C).
   */
  final class Cache extends BatchCache {
    private final Each gather = new Each() {
      @Override
      void one(int step, int worker) {
        gather(step);
      }
    };
    private final Each scatter = new Each() {
      @Override
      void one(int step, int worker) {
        scatter(step);
      }
    };
    private final Lstm.Cache lstmCache;
    private final Dropout.Cache dropoutCache;
    private final Mat x; // (L·B, C), step after step
    private final Mat dLast; // (B, H)
    private final Lstm.State dState;
    private @Nullable Mat dx; // (L·B, C)
    private @Nullable StateGradients dStates;

    private Cache(Compute compute, int texts, int rows) {
      super(compute, texts, rows);
      lstmCache = lstm.newCache(compute, texts, depth);
      dropoutCache = dropout.newCache(compute, new Shape(texts, spec.hidden()));
      x = new Mat(Math.multiplyExact(depth, texts), hidden);
      dLast = new Mat(texts, spec.hidden());
      dState = new Lstm.State(dLast, null);
    }

    /** The inputs of one step; a scrambled one reads the (C, L) transpose of a text's rows from {@code step · C} on. */
    private void gather(int step) {
      HiddenStates states = batch();
      int texts = states.texts();
      for (int text = 0; text < texts; text++) {
        int to = (step * texts + text) * hidden;
        if (spec.layout() == Layout.LAYERS) {
          System.arraycopy(states.array(step + 1), states.start(step + 1, text, Tokens.FIRST), x.data(), to, hidden);
          continue;
        }
        for (int k = 0; k < hidden; k++) {
          int at = step * hidden + k;
          int layer = at % depth + 1;
          x.data()[to + k] = states.array(layer)[states.start(layer, text, Tokens.FIRST) + at / depth];
        }
      }
    }

    /** Adds the gradient with respect to one step's inputs to where {@link #gather} had them from: elements of no other step. */
    private void scatter(int step) {
      StateGradients gradients = dStates;
      Mat from = dx;
      if (gradients == null || from == null) {
        throw new AssertionError("nothing to add to");
      }
      int texts = batch().texts();
      for (int text = 0; text < texts; text++) {
        int at = (step * texts + text) * hidden;
        if (spec.layout() == Layout.LAYERS) {
          int start = gradients.start(step + 1, text, Tokens.FIRST);
          TrainingKernels.active().axpyAcc(1, from.data(), at, gradients.array(step + 1), start, hidden);
          continue;
        }
        for (int k = 0; k < hidden; k++) {
          int element = step * hidden + k;
          int layer = element % depth + 1;
          gradients.array(layer)[gradients.start(layer, text, Tokens.FIRST) + element / depth] += from.data()[at + k];
        }
      }
    }
  }

  @Override
  public Pooling spec() {
    return spec;
  }

  @Override
  public int dimension() {
    return spec.hidden();
  }

  @Override
  public Cache newCache(Compute compute, int texts, int rows) {
    return new Cache(compute, texts, rows);
  }

  @Override
  public void infer(HiddenStates states, Mat out, Cache cache) {
    cache.begin(this, states, depth, hidden, out);
    cache.x.resize(depth * states.texts());
    cache.gather.run(cache.compute, depth, floats(states));
    lstm.forward(cache.x, depth, null, cache.lstmCache);
    cache.lstmCache.lastOutput(out);
  }

  @Override
  public void forward(HiddenStates states, Mat out, Cache cache) {
    infer(states, out, cache);
    dropout.forward(out, out, cache.dropoutCache);
  }

  @Override
  public void backward(Mat dOut, Cache cache, @Nullable StateGradients dStates, Grads grads) {
    HiddenStates states = cache.remembered(this, dOut);
    dropout.backward(dOut, cache.dropoutCache, cache.dLast, grads);
    if (dStates == null) {
      lstm.backward(null, cache.dState, cache.lstmCache, null, null, grads);
      return;
    }
    Mat dx = cache.dx;
    if (dx == null) {
      dx = new Mat(cache.x.capacity(), hidden);
      cache.dx = dx;
    }
    lstm.backward(null, cache.dState, cache.lstmCache, dx, null, grads);
    cache.dStates = dStates;
    cache.scatter.run(cache.compute, depth, floats(states));
    cache.dStates = null;
  }

  private long floats(HiddenStates states) {
    return (long) depth * states.texts() * hidden;
  }

  @Override
  public List<Param> params() {
    return lstm.params();
  }
}
