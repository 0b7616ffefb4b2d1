package dev.lanepool.kernels.scalar;

import dev.lanepool.kernels.Approximations;
import dev.lanepool.kernels.TrainingKernels;

/** The scalar twin of what training needs. */
public final class ScalarTrainingKernels implements TrainingKernels {

  @Override
  public void axpyAcc(float alpha, float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i++) {
      y[yo + i] = Math.fma(alpha, x[xo + i], y[yo + i]);
    }
  }

  @Override
  public float dot(float[] x, int xo, float[] y, int yo, int n) {
    return ScalarSums.dot(x, xo, y, yo, n);
  }

  @Override
  public void sumRowsAcc(float[] x, int xo, int ldx, int rows, float[] y, int yo, int n) {
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < n; i++) {
        y[yo + i] += x[xo + row * ldx + i];
      }
    }
  }

  @Override
  public void maxRowsArg(float[] x, int xo, int ldx, int rows, float[] y, int yo, int[] argmax, int ao, int n) {
    for (int i = 0; i < n; i++) {
      float max = x[xo + i];
      int arg = 0;
      for (int row = 1; row < rows; row++) {
        float v = x[xo + row * ldx + i];
        if (v > max || v != v && max == max) {
          arg = row;
        }
        max = Math.max(max, v); // which knows 0 from -0, as maxRows does
      }
      y[yo + i] = max;
      argmax[ao + i] = arg;
    }
  }

  @Override
  public void transpose(float[] x, int xo, int ldx, int rows, int columns, float[] y, int yo, int ldy) {
    int row = 0;
    for (; row <= rows - 8; row += 8) {
      transposeEight(x, xo + row * ldx, ldx, columns, y, yo + row, ldy);
    }
    for (; row < rows; row++) {
      for (int column = 0, from = xo + row * ldx, to = yo + row; column < columns; column++, to += ldy) {
        y[to] = x[from + column];
      }
    }
  }

  /** Eight rows at a time, so that what is written lies together. */
  private static void transposeEight(float[] x, int x0, int ldx, int columns, float[] y, int yo, int ldy) {
    int x1 = x0 + ldx, x2 = x1 + ldx, x3 = x2 + ldx, x4 = x3 + ldx, x5 = x4 + ldx, x6 = x5 + ldx, x7 = x6 + ldx;
    for (int column = 0, to = yo; column < columns; column++, to += ldy) {
      y[to] = x[x0 + column];
      y[to + 1] = x[x1 + column];
      y[to + 2] = x[x2 + column];
      y[to + 3] = x[x3 + column];
      y[to + 4] = x[x4 + column];
      y[to + 5] = x[x5 + column];
      y[to + 6] = x[x6 + column];
      y[to + 7] = x[x7 + column];
    }
  }

  @Override
  public void standardizeRow(float[] x, int xo, float[] mean, float[] scale, float[] y, int yo, int n) {
    for (int i = 0; i < n; i++) {
      y[yo + i] = (x[xo + i] - mean[i]) / scale[i];
    }
  }

  @Override
  public void tanhBackward(float[] dy, int dyo, float[] y, int yo, float[] dx, int dxo, int n) {
    for (int i = 0; i < n; i++) {
      dx[dxo + i] = dy[dyo + i] * (1 - y[yo + i] * y[yo + i]);
    }
  }

  @Override
  public void geluErfBackward(float[] dy, int dyo, float[] x, int xo, float[] dx, int dxo, int n) {
    for (int i = 0; i < n; i++) {
      float v = x[xo + i];
      float slope = Math.fma(v, Approximations.INVERSE_SQRT_2PI * ScalarKernels.exp(-0.5f * v * v), ScalarKernels.phi(v));
      dx[dxo + i] = dy[dyo + i] * slope;
    }
  }

  @Override
  public void softmaxRowBackward(float[] dy, int dyo, float[] y, int yo, float[] dx, int dxo, int n) {
    float dot = dot(dy, dyo, y, yo, n);
    for (int i = 0; i < n; i++) {
      dx[dxo + i] = y[yo + i] * (dy[dyo + i] - dot);
    }
  }

  @Override
  public void layerNormRowBackward(float[] dy, int dyo, float[] x, int xo, float[] gamma, float eps, float[] dx, int dxo,
      float[] dGamma, float[] dBeta, int n) {
    float mean = ScalarSums.sum(x, xo, n) / n;
    float rstd = (float) (1 / Math.sqrt((double) ScalarSums.squares(x, xo, n, mean) / n + eps));
    float meanG = ScalarSums.dot(dy, dyo, gamma, 0, n) / n;
    float meanGz = ScalarSums.dotNormalised(dy, dyo, gamma, x, xo, mean, rstd, n) / n;
    for (int i = 0; i < n; i++) {
      float z = (x[xo + i] - mean) * rstd;
      float d = dy[dyo + i];
      dGamma[i] = Math.fma(d, z, dGamma[i]);
      dBeta[i] += d;
      dx[dxo + i] = Math.fma(-z, meanGz, d * gamma[i] - meanG) * rstd;
    }
  }

  @Override
  public void lstmCell(float[] gates, int go, float[] cPrevious, int cpo, float[] c, int co, float[] h, int ho, int n) {
    for (int k = 0; k < n; k++) {
      float i = sigmoid(gates[go + k]);
      float f = sigmoid(gates[go + n + k]);
      float g = ScalarKernels.tanh(gates[go + 2 * n + k]);
      float o = sigmoid(gates[go + 3 * n + k]);
      gates[go + k] = i;
      gates[go + n + k] = f;
      gates[go + 2 * n + k] = g;
      gates[go + 3 * n + k] = o;
      c[co + k] = Math.fma(f, cPrevious[cpo + k], i * g);
      h[ho + k] = o * ScalarKernels.tanh(c[co + k]);
    }
  }

  @Override
  public void lstmCellBackward(float[] dh, int dho, float[] gates, int go, float[] cPrevious, int cpo, float[] c, int co,
      float[] dc, int dco, float[] dGates, int dgo, int n) {
    for (int k = 0; k < n; k++) {
      float i = gates[go + k];
      float f = gates[go + n + k];
      float g = gates[go + 2 * n + k];
      float o = gates[go + 3 * n + k];
      float t = ScalarKernels.tanh(c[co + k]);
      float d = Math.fma(dh[dho + k] * o, 1 - t * t, dc[dco + k]); // h = o tanh(c)
      dGates[dgo + k] = d * g * i * (1 - i);
      dGates[dgo + n + k] = d * cPrevious[cpo + k] * f * (1 - f);
      dGates[dgo + 2 * n + k] = d * i * (1 - g * g);
      dGates[dgo + 3 * n + k] = dh[dho + k] * t * o * (1 - o);
      dc[dco + k] = d * f;
    }
  }

  /** 1 / (1 + exp(-x)) = (1 + tanh(x / 2)) / 2. */
  private static float sigmoid(float x) {
    return Math.fma(0.5f, ScalarKernels.tanh(0.5f * x), 0.5f);
  }
}
