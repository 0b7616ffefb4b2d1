package dev.lanepool.kernels.vector;

import dev.lanepool.kernels.Approximations;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Kernels of attention, whose scores lie in panels of queries, (keys, P): softmax down the columns, and the product with the values. */
final class VectorAttention {
  private static final VectorSpecies<Float> S = Lanes.S;
  private static final int V = Lanes.V;
  private static final int PANEL = VectorGemm.PANEL;

  private VectorAttention() {}

  /** Row by row, without a call for each, which would take longer than the copy. */
  static void copyPanel(float[] x, int xo, int ldx, int rows, float[] to, int at) {
    for (int row = 0; row < rows; row++, xo += ldx, at += PANEL) {
      FloatVector.fromArray(S, x, xo).intoArray(to, at);
      FloatVector.fromArray(S, x, xo + V).intoArray(to, at + V);
    }
  }

  static void panelTransposed(float[] a, int ao, int rows, float[] b, int bo, int ldb, int k, float[] c, int co, int ldc) {
    int row = 0;
    if (V == 16) {
      for (; row < rows; row += 8) {
        tile8(a, ao + row, rows - row, b, bo, ldb, k, c, co + row * ldc, ldc);
      }
    }
    for (; row < rows; row += 4) {
      tile4(a, ao + row, rows - row, b, bo, ldb, k, c, co + row * ldc, ldc);
    }
  }

  private static void tile8(float[] a, int ao, int rows, float[] b, int bo, int ldb, int k, float[] c, int c0, int ldc) {
    FloatVector x0 = FloatVector.zero(S), y0 = FloatVector.zero(S);
    FloatVector x1 = FloatVector.zero(S), y1 = FloatVector.zero(S);
    FloatVector x2 = FloatVector.zero(S), y2 = FloatVector.zero(S);
    FloatVector x3 = FloatVector.zero(S), y3 = FloatVector.zero(S);
    FloatVector x4 = FloatVector.zero(S), y4 = FloatVector.zero(S);
    FloatVector x5 = FloatVector.zero(S), y5 = FloatVector.zero(S);
    FloatVector x6 = FloatVector.zero(S), y6 = FloatVector.zero(S);
    FloatVector x7 = FloatVector.zero(S), y7 = FloatVector.zero(S);
    for (int i = 0; i < k; i++, ao += PANEL, bo += ldb) {
      FloatVector p = FloatVector.fromArray(S, b, bo), q = FloatVector.fromArray(S, b, bo + V);
      FloatVector r = FloatVector.broadcast(S, a[ao]);
      x0 = r.fma(p, x0);
      y0 = r.fma(q, y0);
      r = FloatVector.broadcast(S, a[ao + 1]);
      x1 = r.fma(p, x1);
      y1 = r.fma(q, y1);
      r = FloatVector.broadcast(S, a[ao + 2]);
      x2 = r.fma(p, x2);
      y2 = r.fma(q, y2);
      r = FloatVector.broadcast(S, a[ao + 3]);
      x3 = r.fma(p, x3);
      y3 = r.fma(q, y3);
      r = FloatVector.broadcast(S, a[ao + 4]);
      x4 = r.fma(p, x4);
      y4 = r.fma(q, y4);
      r = FloatVector.broadcast(S, a[ao + 5]);
      x5 = r.fma(p, x5);
      y5 = r.fma(q, y5);
      r = FloatVector.broadcast(S, a[ao + 6]);
      x6 = r.fma(p, x6);
      y6 = r.fma(q, y6);
      r = FloatVector.broadcast(S, a[ao + 7]);
      x7 = r.fma(p, x7);
      y7 = r.fma(q, y7);
    }
    x0.intoArray(c, c0);
    y0.intoArray(c, c0 + V);
    if (rows > 1) {
      x1.intoArray(c, c0 + ldc);
      y1.intoArray(c, c0 + ldc + V);
    }
    if (rows > 2) {
      x2.intoArray(c, c0 + 2 * ldc);
      y2.intoArray(c, c0 + 2 * ldc + V);
    }
    if (rows > 3) {
      x3.intoArray(c, c0 + 3 * ldc);
      y3.intoArray(c, c0 + 3 * ldc + V);
    }
    if (rows > 4) {
      x4.intoArray(c, c0 + 4 * ldc);
      y4.intoArray(c, c0 + 4 * ldc + V);
    }
    if (rows > 5) {
      x5.intoArray(c, c0 + 5 * ldc);
      y5.intoArray(c, c0 + 5 * ldc + V);
    }
    if (rows > 6) {
      x6.intoArray(c, c0 + 6 * ldc);
      y6.intoArray(c, c0 + 6 * ldc + V);
    }
    if (rows > 7) {
      x7.intoArray(c, c0 + 7 * ldc);
      y7.intoArray(c, c0 + 7 * ldc + V);
    }
  }

  private static void tile4(float[] a, int ao, int rows, float[] b, int bo, int ldb, int k, float[] c, int c0, int ldc) {
    FloatVector x0 = FloatVector.zero(S), y0 = FloatVector.zero(S);
    FloatVector x1 = FloatVector.zero(S), y1 = FloatVector.zero(S);
    FloatVector x2 = FloatVector.zero(S), y2 = FloatVector.zero(S);
    FloatVector x3 = FloatVector.zero(S), y3 = FloatVector.zero(S);
    for (int i = 0; i < k; i++, ao += PANEL, bo += ldb) {
      FloatVector p = FloatVector.fromArray(S, b, bo), q = FloatVector.fromArray(S, b, bo + V);
      FloatVector r = FloatVector.broadcast(S, a[ao]);
      x0 = r.fma(p, x0);
      y0 = r.fma(q, y0);
      r = FloatVector.broadcast(S, a[ao + 1]);
      x1 = r.fma(p, x1);
      y1 = r.fma(q, y1);
      r = FloatVector.broadcast(S, a[ao + 2]);
      x2 = r.fma(p, x2);
      y2 = r.fma(q, y2);
      r = FloatVector.broadcast(S, a[ao + 3]);
      x3 = r.fma(p, x3);
      y3 = r.fma(q, y3);
    }
    x0.intoArray(c, c0);
    y0.intoArray(c, c0 + V);
    if (rows > 1) {
      x1.intoArray(c, c0 + ldc);
      y1.intoArray(c, c0 + ldc + V);
    }
    if (rows > 2) {
      x2.intoArray(c, c0 + 2 * ldc);
      y2.intoArray(c, c0 + 2 * ldc + V);
    }
    if (rows > 3) {
      x3.intoArray(c, c0 + 3 * ldc);
      y3.intoArray(c, c0 + 3 * ldc + V);
    }
  }

  /**
   * A vector of columns after the other, as {@link VectorRows} has it for a row; no lane ever meets another. In parts that share no vector,
   * since C2 refused the last calls of a softmax in one piece in two processes of eight.
   */
  static void softmaxColumns(float[] x, int xo, int rows, int n, float scale, float[] shifts) {
    for (int first = xo, end = xo + rows * PANEL; first < xo + n; first += V, end += V) {
      shifts(x, first, end, scale, shifts);
      exponentials(x, first, end, scale, shifts);
      multiply(x, first, end, shifts);
    }
  }

  /** shifts = -max · scale. Maxima are comparisons, which NaN passes: its exponential is NaN, and so is the sum. */
  private static void shifts(float[] x, int first, int end, float scale, float[] shifts) {
    FloatVector m0 = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY), m1 = m0, m2 = m0, m3 = m0;
    int i = first;
    for (; i < end - 3 * PANEL; i += 4 * PANEL) {
      FloatVector v = FloatVector.fromArray(S, x, i), w = FloatVector.fromArray(S, x, i + PANEL);
      m0 = m0.blend(v, v.compare(VectorOperators.GT, m0));
      m1 = m1.blend(w, w.compare(VectorOperators.GT, m1));
      v = FloatVector.fromArray(S, x, i + 2 * PANEL);
      w = FloatVector.fromArray(S, x, i + 3 * PANEL);
      m2 = m2.blend(v, v.compare(VectorOperators.GT, m2));
      m3 = m3.blend(w, w.compare(VectorOperators.GT, m3));
    }
    for (; i < end; i += PANEL) {
      FloatVector v = FloatVector.fromArray(S, x, i);
      m0 = m0.blend(v, v.compare(VectorOperators.GT, m0));
    }
    m0 = m0.blend(m1, m1.compare(VectorOperators.GT, m0));
    m2 = m2.blend(m3, m3.compare(VectorOperators.GT, m2));
    m0.blend(m2, m2.compare(VectorOperators.GT, m0)).neg().mul(scale).intoArray(shifts, 0);
  }

  /** x = exp(x · scale + shifts), as {@link VectorActivations#exp}; then shifts = 1 / the columns' sums, of even rows and of odd ones. */
  private static void exponentials(float[] x, int first, int end, float scale, float[] shifts) {
    FloatVector scales = FloatVector.broadcast(S, scale), shift = FloatVector.fromArray(S, shifts, 0);
    FloatVector log2e = FloatVector.broadcast(S, Approximations.LOG2_E), round = FloatVector.broadcast(S, Approximations.ROUND);
    FloatVector high = FloatVector.broadcast(S, -Approximations.LN2_HIGH), low = FloatVector.broadcast(S, -Approximations.LN2_LOW);
    FloatVector limit = FloatVector.broadcast(S, Approximations.EXP_LIMIT), one = FloatVector.broadcast(S, 1f), zero = FloatVector.zero(S);
    FloatVector p0 = FloatVector.broadcast(S, Approximations.EXP_P0), p1 = FloatVector.broadcast(S, Approximations.EXP_P1);
    FloatVector p2 = FloatVector.broadcast(S, Approximations.EXP_P2), p3 = FloatVector.broadcast(S, Approximations.EXP_P3);
    FloatVector p4 = FloatVector.broadcast(S, Approximations.EXP_P4);
    FloatVector sum = zero, other = zero;
    for (int i = first; i < end; i += PANEL) {
      FloatVector v = FloatVector.fromArray(S, x, i).fma(scales, shift);
      FloatVector t = v.fma(log2e, round);
      FloatVector m = t.sub(round);
      FloatVector r = m.fma(low, m.fma(high, v));
      FloatVector e = p4.fma(r, p3).fma(r, p2).fma(r, p1).fma(r, p0).fma(r.mul(r), r.add(one));
      e = e.mul(t.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats())
          .blend(zero, v.compare(VectorOperators.LT, limit));
      e.intoArray(x, i);
      FloatVector next = sum.add(e);
      sum = other;
      other = next;
    }
    one.div(sum.add(other)).intoArray(shifts, 0);
  }

  private static void multiply(float[] x, int first, int end, float[] factors) {
    FloatVector factor = FloatVector.fromArray(S, factors, 0);
    for (int i = first; i < end; i += PANEL) {
      FloatVector.fromArray(S, x, i).mul(factor).intoArray(x, i);
    }
  }
}
