package dev.lanepool.pooling;

import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.StateGradients;
import dev.lanepool.encoder.Tokens;
import dev.lanepool.kernels.Kernels;
import dev.lanepool.kernels.TrainingKernels;
import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Init;
import dev.lanepool.nn.Linear;
import dev.lanepool.nn.Mat;
import dev.lanepool.nn.Param;
import dev.lanepool.nn.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * {@link AttentionPooling} as a layer: a = tanh(W0·h + b0), p = softmax over the text's tokens of w2·a + b2, y = sum(p · h). Its
 * parameters: {@code attention.0.weight} (H, C), {@code attention.0.bias} (H), {@code attention.2.weight} (1, H),
 * {@code attention.2.bias} (1).
 */
final class AttentionLayer implements PoolingLayer<AttentionLayer.Cache> {
  /** Columns of a that one piece of the way back covers: enough for a row's part to be worth a kernel call. */
  private static final int BLOCK = 128;

  private final AttentionPooling spec;
  private final int depth; // L
  private final int hidden; // C
  private final int layer; // 0 to L
  private final int width; // H
  private final Linear first;
  private final Param weight; // (1, H)
  private final Param bias; // (1)

  AttentionLayer(AttentionPooling spec, int depth, int hidden, String prefix, RandomGenerator random) {
    this.spec = spec;
    this.depth = depth;
    this.hidden = hidden;
    width = spec.hidden();
    spec.dimension(depth, hidden); // which refuses what does not fit
    layer = LayerList.index(spec, spec.layer(), depth);
    first = new Linear(prefix + "attention.0", hidden, width);
    weight = Param.matrix(prefix + "attention.2.weight", 1, width);
    bias = Param.vector(prefix + "attention.2.bias", 1);
    Init.linear(first, random);
    Init.uniform(List.of(weight, bias), 1 / Math.sqrt(width), random);
  }

  /**
   * Keeps a, (R, H), in whose place its gradient comes, p and its gradient, (R) each, and what {@link Linear} keeps; once a gradient with
   * respect to hidden states was asked for, also (R, C).
   */
  final class Cache extends BatchCache {
    // Three steps rather than one: C2 inlines their kernels, and boxes vectors where it is given too many of them in one method.
    private final Each score = new Each() {
      @Override
      void one(int text, int worker) {
        score(text);
      }
    };
    private final Each weigh = new Each() {
      @Override
      void one(int text, int worker) {
        Kernels.active().softmaxRowInPlace(p, row(text), batch().length(text), 1);
      }
    };
    private final Each sum = new Each() {
      @Override
      void one(int text, int worker) {
        sum(text);
      }
    };
    private final Each weightsBack = new Each() {
      @Override
      void one(int text, int worker) {
        weightsBack(text);
      }
    };
    private final Each scoresBack = new Each() {
      @Override
      void one(int text, int worker) {
        int row = row(text); // ds = softmax's backward of dp
        TrainingKernels.active().softmaxRowBackward(ds, row, p, row, ds, row, batch().length(text));
      }
    };
    private final Each columnsBack = new Each() {
      @Override
      void one(int block, int worker) {
        columnsBack(block, scratch[worker]);
      }
    };
    private final Each statesBack = new Each() {
      @Override
      void one(int text, int worker) {
        statesBack(text);
      }
    };
    private final Linear.Cache firstCache;
    private final Mat h = new Mat(0, hidden); // a view of the hidden states, (R, C)
    private final Mat a; // (R, H)
    private final float[] p; // (R)
    private final float[] ds; // (R): with respect to the scores that the softmax is of
    private final float[][] scratch; // by worker, (BLOCK)
    private final int rows;
    private @Nullable Mat dh; // (R, C)
    private float[] out = {}; // (B, C)
    private float[] dOut = {}; // (B, C)
    private float[] dWeight = {}; // (H)
    private @Nullable StateGradients dStates;
    private boolean spent; // a was overwritten by its gradient

    private Cache(Compute compute, int texts, int rows) {
      super(compute, texts, rows);
      this.rows = rows;
      firstCache = first.newCache(compute, new Shape(rows, hidden));
      a = new Mat(rows, width);
      p = new float[rows];
      ds = new float[rows];
      scratch = new float[compute.threads()][BLOCK];
    }

    /** The row of the batch where a text starts. */
    private int row(int text) {
      return batch().start(layer, text, Tokens.ALL) / hidden;
    }

    /** a = tanh(a), and in p's place the scores w2 · a + b2. */
    private void score(int text) {
      TrainingKernels kernels = TrainingKernels.active();
      int row = row(text);
      int tokens = batch().length(text);
      Kernels.active().tanhInPlace(a.data(), row * width, tokens * width);
      for (int t = row; t < row + tokens; t++) {
        p[t] = kernels.dot(a.data(), t * width, weight.values(), 0, width) + bias.values()[0];
      }
    }

    /** y = sum(p · h). */
    private void sum(int text) {
      TrainingKernels kernels = TrainingKernels.active();
      int row = row(text);
      int tokens = batch().length(text);
      Arrays.fill(out, text * hidden, (text + 1) * hidden, 0f);
      for (int t = row; t < row + tokens; t++) {
        kernels.axpyAcc(p[t], h.data(), t * hidden, out, text * hidden, hidden);
      }
    }

    /** In ds's place dp = h · dOut. */
    private void weightsBack(int text) {
      TrainingKernels kernels = TrainingKernels.active();
      int row = row(text);
      int tokens = batch().length(text);
      for (int t = row; t < row + tokens; t++) {
        ds[t] = kernels.dot(h.data(), t * hidden, dOut, text * hidden, hidden);
      }
    }

    /** dw2 = sum(ds · a) over all rows in their order, and in a's place d(W0·h + b0) = ds · w2 · (1 - a²); columns of one block. */
    private void columnsBack(int block, float[] da) {
      TrainingKernels kernels = TrainingKernels.active();
      int column = block * BLOCK;
      int n = Math.min(BLOCK, width - column);
      for (int row = 0; row < a.rows(); row++) {
        int at = row * width + column;
        kernels.axpyAcc(ds[row], a.data(), at, dWeight, column, n);
        Arrays.fill(da, 0, n, 0f);
        kernels.axpyAcc(ds[row], weight.values(), column, da, 0, n);
        kernels.tanhBackward(da, 0, a.data(), at, da, 0, n);
        System.arraycopy(da, 0, a.data(), at, n);
      }
    }

    /** dh = p · dOut, and what came back through W0. */
    private void statesBack(int text) {
      StateGradients gradients = dStates;
      Mat through = dh;
      if (gradients == null || through == null) {
        throw new AssertionError("nothing to add to");
      }
      TrainingKernels kernels = TrainingKernels.active();
      float[] to = gradients.array(layer);
      int row = row(text);
      int tokens = batch().length(text);
      for (int t = row; t < row + tokens; t++) {
        kernels.axpyAcc(p[t], dOut, text * hidden, to, t * hidden, hidden);
      }
      kernels.axpyAcc(1, through.data(), row * hidden, to, row * hidden, tokens * hidden);
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
    if (states.texts() > 0) {
      states.start(layer, 0, Tokens.ALL); // refuses states that lack rows
    }
    cache.h.view(states.array(layer), states.rows());
    cache.out = out.data();
    cache.spent = false;
    first.forward(cache.h, cache.a, cache.firstCache);
    cache.score.run(cache.compute, states.texts(), (long) states.rows() * width);
    cache.weigh.run(cache.compute, states.texts(), states.rows());
    cache.sum.run(cache.compute, states.texts(), (long) states.rows() * hidden);
  }

  @Override
  public void backward(Mat dOut, Cache cache, @Nullable StateGradients dStates, Grads grads) {
    HiddenStates states = cache.remembered(this, dOut);
    if (cache.spent) {
      throw new IllegalStateException("pooling \"" + spec + "\": backward a second time after one forward, whose values the first has"
          + " overwritten");
    }
    cache.spent = true;
    cache.dOut = dOut.data();
    cache.weightsBack.run(cache.compute, states.texts(), (long) states.rows() * hidden);
    cache.scoresBack.run(cache.compute, states.texts(), states.rows());
    float[] dBias = grads.of(bias);
    for (int row = 0; row < states.rows(); row++) {
      dBias[0] += cache.ds[row];
    }
    cache.dWeight = grads.of(weight);
    cache.columnsBack.run(cache.compute, (width + BLOCK - 1) / BLOCK, (long) states.rows() * width);
    if (dStates == null) {
      first.backward(cache.a, cache.firstCache, null, grads);
      return;
    }
    Mat dh = cache.dh;
    if (dh == null) {
      dh = new Mat(cache.rows, hidden);
      cache.dh = dh;
    }
    first.backward(cache.a, cache.firstCache, dh, grads);
    cache.dStates = dStates;
    cache.statesBack.run(cache.compute, states.texts(), (long) states.rows() * hidden);
    cache.dStates = null;
  }

  @Override
  public List<Param> params() {
    return List.of(first.weight(), first.bias(), weight, bias);
  }
}
