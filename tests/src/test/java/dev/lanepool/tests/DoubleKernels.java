package dev.lanepool.tests;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/** Each kernel in naive double arithmetic, on rows of a row-major float array. */
final class DoubleKernels {
  private DoubleKernels() {}

  /** A[m, k] · B[n, k]ᵀ + bias[n]. */
  static double[][] gemmNT(float[] a, int m, int k, float[] b, int n, float[] bias) {
    double[][] c = new double[m][n];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        c[i][j] = bias[j];
        for (int p = 0; p < k; p++) {
          c[i][j] += (double) a[i * k + p] * b[j * k + p];
        }
      }
    }
    return c;
  }

  /** The sum of the absolute values of the terms that make up each element of {@link #gemmNT}: what its rounding error is measured by. */
  static double[][] gemmNTMagnitude(float[] a, int m, int k, float[] b, int n, float[] bias) {
    return gemmNT(absolute(a), m, k, absolute(b), n, absolute(bias));
  }

  private static float[] absolute(float[] values) {
    float[] result = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = Math.abs(values[i]);
    }
    return result;
  }

  static double[][] map(double[][] x, DoubleUnaryOperator function) {
    double[][] y = new double[x.length][];
    for (int i = 0; i < x.length; i++) {
      y[i] = Arrays.stream(x[i]).map(function).toArray();
    }
    return y;
  }

  static double geluErf(double x) {
    return 0.5 * x * (1 + DoubleRoberta.erf(x / Math.sqrt(2)));
  }

  static double[] softmax(float[] x, int offset, int n, double scale) {
    double max = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      max = Math.max(max, x[offset + i] * scale);
    }
    double[] y = new double[n];
    double sum = 0;
    for (int i = 0; i < n; i++) {
      y[i] = Math.exp(x[offset + i] * scale - max);
      sum += y[i];
    }
    for (int i = 0; i < n; i++) {
      y[i] /= sum;
    }
    return y;
  }

  static double[] layerNorm(float[] x, int offset, int n, float[] gamma, float[] beta, double eps) {
    double mean = 0;
    for (int i = 0; i < n; i++) {
      mean += x[offset + i] / (double) n;
    }
    double variance = 0;
    for (int i = 0; i < n; i++) {
      variance += (x[offset + i] - mean) * (x[offset + i] - mean) / n;
    }
    double[] y = new double[n];
    for (int i = 0; i < n; i++) {
      y[i] = (x[offset + i] - mean) / Math.sqrt(variance + eps) * gamma[i] + beta[i];
    }
    return y;
  }

  /** Attention of every token of one text: q, k, v are (t, heads · d), {@code ld} floats apart. */
  static double[][] attention(float[] q, int qOffset, float[] kv, int keys, int values, int ld, int t, int heads, int d) {
    double[][] out = new double[t][heads * d];
    for (int head = 0; head < heads; head++) {
      for (int i = 0; i < t; i++) {
        double[] scores = new double[t];
        double max = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < t; j++) {
          for (int c = head * d; c < head * d + d; c++) {
            scores[j] += (double) q[qOffset + i * ld + c] * kv[keys + j * ld + c] / Math.sqrt(d);
          }
          max = Math.max(max, scores[j]);
        }
        double sum = 0;
        for (int j = 0; j < t; j++) {
          scores[j] = Math.exp(scores[j] - max);
          sum += scores[j];
        }
        for (int j = 0; j < t; j++) {
          for (int c = head * d; c < head * d + d; c++) {
            out[i][c] += scores[j] / sum * kv[values + j * ld + c];
          }
        }
      }
    }
    return out;
  }

  /** C[m, n] + A[r, m]ᵀ · B[r, n], or the same of absolute values. */
  static double[][] gemmTNAcc(float[] a, int r, int m, float[] b, int n, float[] c, boolean ofAbsolutes) {
    double[][] result = new double[m][n];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        result[i][j] = ofAbsolutes ? Math.abs(c[i * n + j]) : c[i * n + j];
        for (int row = 0; row < r; row++) {
          double product = (double) a[row * m + i] * b[row * n + j];
          result[i][j] += ofAbsolutes ? Math.abs(product) : product;
        }
      }
    }
    return result;
  }

  static double geluErfSlope(double x) {
    return 0.5 * (1 + DoubleRoberta.erf(x / Math.sqrt(2))) + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }

  /** From dy, and y = softmax(x), by the whole Jacobian: dx[j] = sum over i of dy[i] · y[i] · ((i == j) - y[j]). */
  static double[] softmaxBackward(float[] dy, int offset, double[] y) {
    double[] dx = new double[y.length];
    for (int i = 0; i < y.length; i++) {
      for (int j = 0; j < y.length; j++) {
        dx[j] += dy[offset + i] * y[i] * ((i == j ? 1 : 0) - y[j]);
      }
    }
    return dx;
  }

  /** dx, dGamma, dBeta of {@link #layerNorm}, by the whole Jacobian. */
  static double[][] layerNormBackward(float[] dy, int dyOffset, float[] x, int xOffset, int n, float[] gamma, double eps) {
    float[] ones = new float[n];
    Arrays.fill(ones, 1f);
    double[] z = layerNorm(x, xOffset, n, ones, new float[n], eps);
    double mean = 0;
    double squares = 0;
    for (int i = 0; i < n; i++) {
      mean += x[xOffset + i] / (double) n;
      squares += (double) x[xOffset + i] * x[xOffset + i] / n;
    }
    double deviation = Math.sqrt(squares - mean * mean + eps);
    double[][] d = new double[3][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        d[0][j] += dy[dyOffset + i] * gamma[i] * ((i == j ? 1 : 0) - 1.0 / n - z[i] * z[j] / n) / deviation;
      }
      d[1][i] = dy[dyOffset + i] * z[i];
      d[2][i] = dy[dyOffset + i];
    }
    return d;
  }

  /** From the sums for i, f, g, o: i, f, g, o, c, h. */
  static double[][] lstmCell(float[] sums, int offset, float[] cPrevious, int previousOffset, int n) {
    double[][] cell = new double[6][n];
    for (int k = 0; k < n; k++) {
      cell[0][k] = sigmoid(sums[offset + k]);
      cell[1][k] = sigmoid(sums[offset + n + k]);
      cell[2][k] = Math.tanh(sums[offset + 2 * n + k]);
      cell[3][k] = sigmoid(sums[offset + 3 * n + k]);
      cell[4][k] = cell[1][k] * cPrevious[previousOffset + k] + cell[0][k] * cell[2][k];
      cell[5][k] = cell[3][k] * Math.tanh(cell[4][k]);
    }
    return cell;
  }

  /** From i, f, g, o: the gradients of the sums for i, f, g, o, and of cPrevious. */
  static double[][] lstmCellBackward(float[] dh, int dhOffset, float[] gates, int offset, float[] cPrevious, int previousOffset,
      float[] c, int cOffset, float[] dc, int dcOffset, int n) {
    double[][] d = new double[5][n];
    for (int k = 0; k < n; k++) {
      double i = gates[offset + k];
      double f = gates[offset + n + k];
      double g = gates[offset + 2 * n + k];
      double o = gates[offset + 3 * n + k];
      double t = Math.tanh(c[cOffset + k]);
      double dck = dc[dcOffset + k] + dh[dhOffset + k] * o * (1 - t * t);
      d[0][k] = dck * g * i * (1 - i);
      d[1][k] = dck * cPrevious[previousOffset + k] * f * (1 - f);
      d[2][k] = dck * i * (1 - g * g);
      d[3][k] = dh[dhOffset + k] * t * o * (1 - o);
      d[4][k] = dck * f;
    }
    return d;
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }
}
