package dev.lanepool.kernels.scalar;

import dev.lanepool.kernels.Approximations;
import dev.lanepool.kernels.Kernels;
import dev.lanepool.kernels.Workspace;
import java.util.Arrays;

/**
 * The scalar twin. Its loops over columns are such that C2 vectorises them by itself. It gives the bits of the SIMD twin: the same
 * operations in the same order, sums over a row in 16 lanes that are folded by halves.
 */
public final class ScalarKernels implements Kernels {
  private final int panelWidth;

  /** With the panels that suit these kernels best. */
  public ScalarKernels() {
    this(ScalarGemm.PANEL);
  }

  /** With the panels of another twin, whose matrices are then read as they are. */
  public ScalarKernels(int panelWidth) {
    this.panelWidth = panelWidth;
  }

  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public int panelWidth() {
    return panelWidth;
  }

  @Override
  public int tileRows() {
    return ScalarGemm.ROWS;
  }

  @Override
  public void gemmPanel(float[] a, int aOffset, int lda, int rows, float[] panel, int panelOffset, int k,
      float[] c, int cOffset, int ldc, boolean accumulate, Workspace workspace) {
    ScalarGemm.panel(a, aOffset, lda, rows, panel, panelOffset, panelWidth, k, c, cOffset, ldc, accumulate, workspace);
  }

  @Override
  public void gemmPanelTransposed(float[] a, int aOffset, int rows, float[] b, int bOffset, int ldb, int k, float[] c, int cOffset, int ldc,
      Workspace workspace) {
    ScalarGemm.panelTransposed(a, aOffset, rows, b, bOffset, ldb, panelWidth, k, c, cOffset, ldc, workspace);
  }

  @Override
  public void add(float[] x, int xOffset, float[] y, int yOffset, float[] out, int outOffset, int n) {
    for (int i = 0; i < n; i++) {
      out[outOffset + i] = x[xOffset + i] + y[yOffset + i];
    }
  }

  @Override
  public void addGeluErf(float[] x, int xOffset, float[] bias, int biasOffset, float[] out, int outOffset, int n) {
    for (int i = 0; i < n; i++) {
      out[outOffset + i] = geluErf(x[xOffset + i] + bias[biasOffset + i]);
    }
  }

  @Override
  public void addAdd(float[] x, int xOffset, float[] bias, int biasOffset, float[] residual, int residualOffset,
      float[] out, int outOffset, int n) {
    for (int i = 0; i < n; i++) {
      out[outOffset + i] = x[xOffset + i] + bias[biasOffset + i] + residual[residualOffset + i];
    }
  }

  @Override
  public void tanhInPlace(float[] x, int xOffset, int n) {
    for (int i = xOffset; i < xOffset + n; i++) {
      x[i] = tanh(x[i]);
    }
  }

  @Override
  public void softmaxRowInPlace(float[] x, int xOffset, int n, float scale) {
    float max = x[xOffset];
    for (int i = 1; i < n; i++) {
      max = Math.max(max, x[xOffset + i]);
    }
    float shift = -max * scale;
    for (int i = xOffset; i < xOffset + n; i++) {
      x[i] = exp(Math.fma(x[i], scale, shift));
    }
    float inverse = 1f / ScalarSums.sum(x, xOffset, n);
    for (int i = xOffset; i < xOffset + n; i++) {
      x[i] *= inverse;
    }
  }

  /** Row by row, copied out as in {@link ScalarGemm}. Even and odd rows have a sum each. */
  @Override
  public void softmaxColumnsInPlace(float[] x, int xOffset, int rows, int n, float scale, Workspace workspace) {
    float[] row = workspace.panelRows[0], shifts = workspace.panelRows[1];
    Arrays.fill(shifts, 0, n, Float.NEGATIVE_INFINITY);
    for (int i = 0; i < rows; i++) {
      System.arraycopy(x, xOffset + i * panelWidth, row, 0, n);
      for (int j = 0; j < n; j++) {
        shifts[j] = row[j] > shifts[j] ? row[j] : shifts[j];
      }
    }
    for (int j = 0; j < n; j++) {
      shifts[j] = -shifts[j] * scale;
    }
    float[] even = workspace.panelRows[2], odd = workspace.panelRows[3];
    Arrays.fill(even, 0, n, 0f);
    Arrays.fill(odd, 0, n, 0f);
    for (int i = 0; i < rows; i++) {
      float[] sum = i % 2 == 0 ? even : odd;
      System.arraycopy(x, xOffset + i * panelWidth, row, 0, n);
      for (int j = 0; j < n; j++) {
        row[j] = exp(Math.fma(row[j], scale, shifts[j]));
        sum[j] += row[j];
      }
      System.arraycopy(row, 0, x, xOffset + i * panelWidth, n);
    }
    for (int j = 0; j < n; j++) {
      shifts[j] = 1f / (even[j] + odd[j]);
    }
    for (int i = 0, at = xOffset; i < rows; i++, at += panelWidth) {
      for (int j = 0; j < n; j++) {
        x[at + j] *= shifts[j];
      }
    }
  }

  @Override
  public void layerNormRow(float[] x, int xOffset, float[] gamma, float[] beta, float eps, float[] y, int yOffset, int n) {
    float mean = ScalarSums.sum(x, xOffset, n) / n;
    float rstd = (float) (1 / Math.sqrt((double) ScalarSums.squares(x, xOffset, n, mean) / n + eps));
    for (int i = 0; i < n; i++) {
      y[yOffset + i] = Math.fma((x[xOffset + i] - mean) * rstd, gamma[i], beta[i]);
    }
  }

  @Override
  public void meanRows(float[] x, int xOffset, int ldx, int rows, float[] y, int yOffset, int n) {
    System.arraycopy(x, xOffset, y, yOffset, n);
    for (int row = 1; row < rows; row++) {
      add(y, yOffset, x, xOffset + row * ldx, y, yOffset, n);
    }
    for (int i = yOffset; i < yOffset + n; i++) {
      y[i] /= rows;
    }
  }

  @Override
  public void maxRows(float[] x, int xOffset, int ldx, int rows, float[] y, int yOffset, int n) {
    System.arraycopy(x, xOffset, y, yOffset, n);
    for (int row = 1; row < rows; row++) {
      for (int i = 0; i < n; i++) {
        y[yOffset + i] = Math.max(y[yOffset + i], x[xOffset + row * ldx + i]);
      }
    }
  }

  private static float geluErf(float v) {
    float half = v * 0.5f;
    return Math.fma(half, erfOfRoot(v), half);
  }

  /** The normal distribution's function, (1 + erf(v / sqrt 2)) / 2. */
  static float phi(float v) {
    return Math.fma(0.5f, erfOfRoot(v), 0.5f);
  }

  /** erf(v / sqrt 2). */
  private static float erfOfRoot(float v) {
    float x = Math.min(Math.max(v * Approximations.SQRT_HALF, -Approximations.ERF_LIMIT), Approximations.ERF_LIMIT);
    float t = x * x;
    float p = Math.fma(Approximations.ERF_P5, t, Approximations.ERF_P4);
    p = Math.fma(Math.fma(p, t, Approximations.ERF_P3), t, Approximations.ERF_P2);
    p = Math.fma(Math.fma(p, t, Approximations.ERF_P1), t, Approximations.ERF_P0);
    float q = Math.fma(Approximations.ERF_Q5, t, Approximations.ERF_Q4);
    q = Math.fma(Math.fma(q, t, Approximations.ERF_Q3), t, Approximations.ERF_Q2);
    q = Math.fma(Math.fma(q, t, Approximations.ERF_Q1), t, 1f);
    return Math.min(Math.max(x * p / q, -1f), 1f);
  }

  static float tanh(float v) {
    float x = Math.min(Math.max(v, -Approximations.TANH_LIMIT), Approximations.TANH_LIMIT);
    float t = x * x;
    float p = Math.fma(Approximations.TANH_P5, t, Approximations.TANH_P4);
    p = Math.fma(Math.fma(p, t, Approximations.TANH_P3), t, Approximations.TANH_P2);
    p = Math.fma(Math.fma(p, t, Approximations.TANH_P1), t, 1f);
    float q = Math.fma(Approximations.TANH_Q4, t, Approximations.TANH_Q3);
    q = Math.fma(Math.fma(Math.fma(q, t, Approximations.TANH_Q2), t, Approximations.TANH_Q1), t, 1f);
    return Math.min(Math.max(x * p / q, -1f), 1f);
  }

  /** exp(x) for x of at most 0, as {@link Approximations} has it. */
  public static float exp(float x) {
    if (x < Approximations.EXP_LIMIT) {
      return 0f;
    }
    float t = Math.fma(x, Approximations.LOG2_E, Approximations.ROUND);
    float n = t - Approximations.ROUND;
    float r = Math.fma(n, -Approximations.LN2_LOW, Math.fma(n, -Approximations.LN2_HIGH, x));
    float p = Math.fma(Approximations.EXP_P4, r, Approximations.EXP_P3);
    p = Math.fma(Math.fma(p, r, Approximations.EXP_P2), r, Approximations.EXP_P1);
    p = Math.fma(p, r, Approximations.EXP_P0);
    float e = Math.fma(p, r * r, r + 1f);
    return e * Float.intBitsToFloat(Float.floatToRawIntBits(t) << 23);
  }
}
