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
}
