package dev.lanepool.kernels.scalar;

/**
 * Sums over a row in 16 lanes, folded by halves: lane i and lane i + 8 first, then i and i + 4, and so on. Four lanes that meet in the
 * fold run together, in locals, since an array of lanes would be allocated; that is one element a cycle.
 */
final class ScalarSums {
  private ScalarSums() {}

  /** The sum of x[n]. */
  static float sum(float[] x, int xo, int n) {
    return sum(x, xo, 0, n) + sum(x, xo, 2, n) + (sum(x, xo, 1, n) + sum(x, xo, 3, n));
  }

  /** Lanes i, i + 4, i + 8, i + 12. */
  private static float sum(float[] x, int xo, int i, int n) {
    float s0 = 0, s4 = 0, s8 = 0, s12 = 0;
    for (; i < n - 12; i += 16) {
      s0 += x[xo + i];
      s4 += x[xo + i + 4];
      s8 += x[xo + i + 8];
      s12 += x[xo + i + 12];
    }
    s0 += i < n ? x[xo + i] : 0;
    s4 += i + 4 < n ? x[xo + i + 4] : 0;
    s8 += i + 8 < n ? x[xo + i + 8] : 0;
    return s0 + s8 + (s4 + s12);
  }

  /** The sum of (x - mean)². */
  static float squares(float[] x, int xo, int n, float mean) {
    return squares(x, xo, 0, n, mean) + squares(x, xo, 2, n, mean) + (squares(x, xo, 1, n, mean) + squares(x, xo, 3, n, mean));
  }

  private static float squares(float[] x, int xo, int i, int n, float mean) {
    float s0 = 0, s4 = 0, s8 = 0, s12 = 0;
    for (; i < n - 12; i += 16) {
      s0 = addSquare(x[xo + i] - mean, s0);
      s4 = addSquare(x[xo + i + 4] - mean, s4);
      s8 = addSquare(x[xo + i + 8] - mean, s8);
      s12 = addSquare(x[xo + i + 12] - mean, s12);
    }
    s0 = i < n ? addSquare(x[xo + i] - mean, s0) : s0;
    s4 = i + 4 < n ? addSquare(x[xo + i + 4] - mean, s4) : s4;
    s8 = i + 8 < n ? addSquare(x[xo + i + 8] - mean, s8) : s8;
    return s0 + s8 + (s4 + s12);
  }

  private static float addSquare(float d, float sum) {
    return Math.fma(d, d, sum);
  }

  /** The sum of x · y. */
  static float dot(float[] x, int xo, float[] y, int yo, int n) {
    return dot(x, xo, y, yo, 0, n) + dot(x, xo, y, yo, 2, n) + (dot(x, xo, y, yo, 1, n) + dot(x, xo, y, yo, 3, n));
  }

  private static float dot(float[] x, int xo, float[] y, int yo, int i, int n) {
    float s0 = 0, s4 = 0, s8 = 0, s12 = 0;
    for (; i < n - 12; i += 16) {
      s0 = Math.fma(x[xo + i], y[yo + i], s0);
      s4 = Math.fma(x[xo + i + 4], y[yo + i + 4], s4);
      s8 = Math.fma(x[xo + i + 8], y[yo + i + 8], s8);
      s12 = Math.fma(x[xo + i + 12], y[yo + i + 12], s12);
    }
    s0 = i < n ? Math.fma(x[xo + i], y[yo + i], s0) : s0;
    s4 = i + 4 < n ? Math.fma(x[xo + i + 4], y[yo + i + 4], s4) : s4;
    s8 = i + 8 < n ? Math.fma(x[xo + i + 8], y[yo + i + 8], s8) : s8;
    return s0 + s8 + (s4 + s12);
  }

  /** The sum of (dy · gamma) · z, z = (x - mean) · rstd; gamma from its beginning. */
  static float dotNormalised(float[] dy, int dyo, float[] gamma, float[] x, int xo, float mean, float rstd, int n) {
    return dotNormalised(dy, dyo, gamma, x, xo, mean, rstd, 0, n) + dotNormalised(dy, dyo, gamma, x, xo, mean, rstd, 2, n)
        + (dotNormalised(dy, dyo, gamma, x, xo, mean, rstd, 1, n) + dotNormalised(dy, dyo, gamma, x, xo, mean, rstd, 3, n));
  }

  private static float dotNormalised(float[] dy, int dyo, float[] gamma, float[] x, int xo, float mean, float rstd, int i, int n) {
    float s0 = 0, s4 = 0, s8 = 0, s12 = 0;
    for (; i < n - 12; i += 16) {
      s0 = Math.fma(dy[dyo + i] * gamma[i], (x[xo + i] - mean) * rstd, s0);
      s4 = Math.fma(dy[dyo + i + 4] * gamma[i + 4], (x[xo + i + 4] - mean) * rstd, s4);
      s8 = Math.fma(dy[dyo + i + 8] * gamma[i + 8], (x[xo + i + 8] - mean) * rstd, s8);
      s12 = Math.fma(dy[dyo + i + 12] * gamma[i + 12], (x[xo + i + 12] - mean) * rstd, s12);
    }
    s0 = i < n ? Math.fma(dy[dyo + i] * gamma[i], (x[xo + i] - mean) * rstd, s0) : s0;
    s4 = i + 4 < n ? Math.fma(dy[dyo + i + 4] * gamma[i + 4], (x[xo + i + 4] - mean) * rstd, s4) : s4;
    s8 = i + 8 < n ? Math.fma(dy[dyo + i + 8] * gamma[i + 8], (x[xo + i + 8] - mean) * rstd, s8) : s8;
    return s0 + s8 + (s4 + s12);
  }
}
