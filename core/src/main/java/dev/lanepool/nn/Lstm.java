package dev.lanepool.nn;

import dev.lanepool.kernels.Epilogue;
import dev.lanepool.kernels.Gemm;
import dev.lanepool.kernels.Kernels;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A long short-term memory over T steps of B texts, as PyTorch's {@code nn.LSTM} of one layer: with sigmoid gates i, f, o and the
 * candidate g = tanh, c = f · cPrevious + i · g and h = o · tanh(c), where the gates' sums are x·W_ihᵀ + b_ih + hPrevious·W_hhᵀ + b_hh.
 * Parameters {@code weight_ih_l0} (4H, K), {@code weight_hh_l0} (4H, H), {@code bias_ih_l0} and {@code bias_hh_l0} (4H), in the order i f g
 * o; all of them start as zeros, see {@link Init#lstm}.
 *
 * <p>Steps are laid out one after another: row {@code t · B + text}. So all steps' inputs are one product, and so are the gradients of both
 * weights. A single step, as PyTorch's {@code nn.LSTMCell}, is T = 1 with an initial state. The rules of {@link Layer} hold; it is none,
 * since it also takes and gives states.
 */
public final class Lstm {
  private final int inputs; // K
  private final int hidden; // H
  private final Param weightIh; // (4H, K)
  private final Param weightHh; // (4H, H)
  private final Param biasIh; // (4H)
  private final Param biasHh; // (4H)

  /**
   * The state of B texts, or the loss's gradient with respect to it.
   *
   * @param h (B, H), the output
   * @param c (B, H), the cell's memory; null stands for zeros or, where it would be written, for nobody asking
   */
  public record State(Mat h, @Nullable Mat c) {}

  /**
   * Remembers x by reference and keeps 10 · T·B·H floats (gates, their gradients, every h and c) beside 8 · B·H and the packed weights.
   */
  public static final class Cache {
    private final Compute compute;
    private final int mostTexts;
    private final int mostSteps;
    private final int hidden;
    private final PackedWeights input;
    private final PackedWeights recurrent;
    private final float[] gates; // (T·B, 4H): i, f, g, o
    private final float[] h; // ((T + 1)·B, H), the initial state first
    private final float[] c; // ((T + 1)·B, H)
    private final float[] dGates; // (T·B, 4H)
    private final float[] product; // (B, 4H): a step's hPrevious·W_hhᵀ + b_hh
    private final float[] dh; // (B, H)
    private final float[] dc; // (B, H)
    private final float[] dBias; // (4H)
    private final LstmCell cell;
    private final RowSums rowSums;
    private int texts;
    private int steps;
    private boolean zeroStart;
    private @Nullable Mat x;

    private Cache(Compute compute, int texts, int steps, Lstm lstm) {
      this.compute = compute;
      mostTexts = texts;
      mostSteps = steps;
      hidden = lstm.hidden;
      input = new PackedWeights(compute, lstm.weightIh, lstm.biasIh);
      recurrent = new PackedWeights(compute, lstm.weightHh, lstm.biasHh);
      int state = Math.multiplyExact(texts, hidden);
      gates = new float[Math.multiplyExact(4 * steps, state)];
      dGates = new float[gates.length];
      h = new float[Math.multiplyExact(steps + 1, state)];
      c = new float[h.length];
      product = new float[Math.multiplyExact(4, state)];
      dh = new float[state];
      dc = new float[state];
      dBias = new float[4 * hidden];
      rowSums = new RowSums(compute);
      cell = new LstmCell(compute, hidden, gates, h, c, dGates, dh, dc);
    }

    /**
     * Every step's output of the last {@link Lstm#forward}.
     *
     * @param y (T·B, H), resized and overwritten
     */
    public void outputs(Mat y) {
      copyOut(h, texts, steps * texts, y);
    }

    /**
     * The state after the last step of the last {@link Lstm#forward}.
     *
     * @param y (B, H) each, resized and overwritten
     */
    public void last(State y) {
      lastOutput(y.h());
      if (y.c() != null) {
        copyOut(c, steps * texts, texts, y.c());
      }
    }

    /**
     * The last step's output of the last {@link Lstm#forward}.
     *
     * @param y (B, H), resized and overwritten
     */
    public void lastOutput(Mat y) {
      copyOut(h, steps * texts, texts, y);
    }

    private void copyOut(float[] from, int firstRow, int rows, Mat y) {
      Sizes.check(rows, hidden, y, rows);
      System.arraycopy(from, firstRow * hidden, y.data(), 0, rows * hidden);
    }
  }

  /**
   * With weights of zeros.
   *
   * @param name goes before the parameters' names, with a dot between
   * @param inputs K
   * @param hidden H
   * @throws IllegalArgumentException where a size is less than 1
   * @throws ArithmeticException where an array cannot hold the weights
   */
  public Lstm(String name, int inputs, int hidden) {
    if (inputs < 1 || hidden < 1) {
      throw new IllegalArgumentException(name + ": an LSTM of " + inputs + " inputs and " + hidden + " outputs, expected 1 or more");
    }
    this.inputs = inputs;
    this.hidden = hidden;
    int gates = Math.multiplyExact(4, hidden);
    weightIh = Param.matrix(name + ".weight_ih_l0", gates, inputs);
    weightHh = Param.matrix(name + ".weight_hh_l0", gates, hidden);
    biasIh = Param.vector(name + ".bias_ih_l0", gates);
    biasHh = Param.vector(name + ".bias_hh_l0", gates);
  }

  /** K. */
  public int inputs() {
    return inputs;
  }

  /** H. */
  public int hidden() {
    return hidden;
  }

  /**
   * Memory for calls with at most so many texts of at most so many steps: the only allocation.
   *
   * @throws IllegalArgumentException where a size is negative
   * @throws ArithmeticException where an array cannot hold what it keeps
   */
  public Cache newCache(Compute compute, int texts, int steps) {
    if (texts < 0 || steps < 0) {
      throw new IllegalArgumentException("a cache for " + texts + " texts of " + steps + " steps");
    }
    return new Cache(compute, texts, steps, this);
  }

  /**
   * Runs over all steps. {@link Cache#lastOutput}, {@link Cache#last} and {@link Cache#outputs} then give what came out. In use and in
   * training alike: there is no other {@code infer}.
   *
   * @param x (T·B, K), step after step
   * @param steps T
   * @param initial the state before the first step, left as it is; null for zeros
   * @throws IllegalArgumentException where sizes do not fit each other or the cache
   */
  public void forward(Mat x, int steps, @Nullable State initial, Cache cache) {
    checkSizes(x, steps, cache);
    int texts = x.rows() / steps;
    cache.texts = texts;
    cache.steps = steps;
    cache.x = x;
    cache.zeroStart = initial == null;
    start(initial == null ? null : initial.h(), "h0", cache.h, texts);
    start(initial == null ? null : initial.c(), "c0", cache.c, texts);
    Gemm gemm = cache.compute.gemm();
    gemm.nt(x.data(), x.rows(), cache.input.forward(), cache.gates, Epilogue.BIAS, null);
    for (int t = 0; t < steps; t++) {
      if (t == 0 && cache.zeroStart) {
        cache.cell.forward(t, texts, biasHh.values(), 0); // 0·W_hhᵀ + b_hh
      } else {
        gemm.ntColumns(cache.h, t * texts * hidden, hidden, texts, cache.recurrent.forward(), 0, 4 * hidden, cache.product, 0, 4 * hidden,
            Epilogue.BIAS, null, 0);
        cache.cell.forward(t, texts, cache.product, 4 * hidden);
      }
    }
  }

  private void checkSizes(Mat x, int steps, Cache cache) {
    if (x.columns() != inputs) {
      throw new IllegalArgumentException(weightIh + ": an input of " + x.columns() + " columns, expected " + inputs);
    }
    if (steps < 1 || x.rows() % steps != 0) {
      throw new IllegalArgumentException(x.rows() + " rows for " + steps + " steps, expected as many rows for each of 1 or more steps");
    }
    if (steps > cache.mostSteps || x.rows() / steps > cache.mostTexts) {
      throw new IllegalArgumentException(x.rows() / steps + " texts of " + steps + " steps, but the cache was made for at most "
          + cache.mostTexts + " of " + cache.mostSteps);
    }
  }

  private void start(@Nullable Mat given, String what, float[] state, int texts) {
    if (given == null) {
      Arrays.fill(state, 0, texts * hidden, 0f);
    } else {
      Sizes.same(what, given, texts, hidden);
      System.arraycopy(given.data(), 0, state, 0, texts * hidden);
    }
  }

  /**
   * Goes back through time after the last {@code forward} with this cache. The loss's gradients with respect to what came out add up.
   *
   * @param dOutputs (T·B, H), with respect to every step's output; null for zeros
   * @param dLast with respect to the state after the last step; null for zeros
   * @param dx (T·B, K), resized and overwritten; null where nobody asks for it
   * @param dInitial receives the gradient with respect to the initial state, resized and overwritten; null where nobody asks for it
   * @param grads receives the parameters' gradients, added
   * @throws IllegalArgumentException where sizes do not fit
   * @throws IllegalStateException before any {@code forward}
   */
  public void backward(@Nullable Mat dOutputs, @Nullable State dLast, Cache cache, @Nullable Mat dx, @Nullable State dInitial,
      Grads grads) {
    Mat x = Sizes.remembered(cache.x);
    int texts = cache.texts;
    int rows = cache.steps * texts;
    if (dOutputs != null) {
      Sizes.same("dOutputs", dOutputs, rows, hidden);
    }
    start(dLast == null ? null : dLast.h(), "dLast.h", cache.dh, texts);
    start(dLast == null ? null : dLast.c(), "dLast.c", cache.dc, texts);
    Gemm gemm = cache.compute.gemm();
    for (int t = cache.steps - 1; t >= 0; t--) {
      cache.cell.backward(t, texts, dOutputs == null ? null : dOutputs.data());
      if (t > 0 || dInitial != null) {
        // dhPrevious = dGates·W_hh
        gemm.ntColumns(cache.dGates, t * texts * 4 * hidden, 4 * hidden, texts, cache.recurrent.backward(), 0, hidden, cache.dh, 0, hidden,
            Epilogue.BIAS, null, 0);
      }
    }
    if (dInitial != null) {
      cache.copyOut(cache.dh, 0, texts, dInitial.h());
      if (dInitial.c() != null) {
        cache.copyOut(cache.dc, 0, texts, dInitial.c());
      }
    }
    weightGradients(x, rows, cache, grads);
    if (dx != null) {
      // dx = dGates·W_ih
      Sizes.check(rows, inputs, dx, rows);
      gemm.nt(cache.dGates, rows, cache.input.backward(), dx.data(), Epilogue.BIAS, null);
    }
  }

  private void weightGradients(Mat x, int rows, Cache cache, Grads grads) {
    // db_ih = db_hh = the sum of dGates' rows
    int n = 4 * hidden;
    Arrays.fill(cache.dBias, 0f);
    cache.rowSums.acc(cache.dGates, rows, n, cache.dBias);
    Kernels.active().add(grads.of(biasIh), 0, cache.dBias, 0, grads.of(biasIh), 0, n);
    Kernels.active().add(grads.of(biasHh), 0, cache.dBias, 0, grads.of(biasHh), 0, n);
    // dW_ih = dGatesᵀ·x
    cache.compute.gemm().tnAcc(cache.dGates, rows, n, x.data(), inputs, grads.of(weightIh));
    if (cache.steps > 1 || !cache.zeroStart) {
      // dW_hh = dGatesᵀ·hPrevious
      cache.compute.gemm().tnAcc(cache.dGates, rows, n, cache.h, hidden, grads.of(weightHh));
    }
  }

  /** In checkpoint order: {@code weight_ih_l0}, {@code weight_hh_l0}, {@code bias_ih_l0}, {@code bias_hh_l0}. */
  public List<Param> params() {
    return List.of(weightIh, weightHh, biasIh, biasHh);
  }
}
