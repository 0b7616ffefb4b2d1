package dev.lanepool.kernels.vector;

import static dev.lanepool.kernels.vector.Lanes.zero;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Tiles of the product for 16 registers: up to 6 rows by 2 vectors of columns as an outer product, A broadcast element by element, the
 * panel of B loaded straight through. 12 accumulators + 2 of B + 1 of A are all there is room for.
 *
 * <p>Each tile is one method with all its vectors in locals and no helper of ours in it but for the zeros at its beginning: C2 inlines
 * methods of the Vector API always, others only while the whole stays below 8,000 bytecodes, and a vector that crosses a call which is
 * not inlined is boxed. (With a helper for the stores, 12 rows lost 300 ns a tile.)
 *
 * <p>Of tiles of more than 2 rows, here and in the other classes, the last row may be the one before it once more, for an odd number of
 * rows: both are computed, and give the same.
 */
final class Tiles {
  private static final VectorSpecies<Float> S = Lanes.S;
  private static final int V = Lanes.V;
  private static final int PANEL = VectorGemm.PANEL;

  private Tiles() {}

  /** Rows of the next tile where so many are left, 3 at least: 6, or 4 where 6 would leave 2, for which {@link VectorGemm} says why. */
  static int rows(int left) {
    int even = left + left % 2;
    return even >= 6 && even != 8 ? 6 : 4;
  }

  static void tile6(float[] a, int a0, int lda, int rows, float[] b, int bo, int k, float[] c, int c0, int ldc, boolean acc) {
    int a1 = a0 + lda, a2 = a1 + lda, a3 = a2 + lda, a4 = a3 + lda, a5 = rows < 6 ? a4 : a4 + lda;
    int c1 = c0 + ldc, c2 = c1 + ldc, c3 = c2 + ldc, c4 = c3 + ldc, c5 = rows < 6 ? c4 : c4 + ldc;
    FloatVector x0 = zero(0), y0 = zero(1), x1 = zero(2), y1 = zero(3), x2 = zero(4), y2 = zero(5);
    FloatVector x3 = zero(6), y3 = zero(7), x4 = zero(8), y4 = zero(9), x5 = zero(10), y5 = zero(11);
    for (int i = 0; i < k; i++, bo += PANEL) {
      FloatVector p = FloatVector.fromArray(S, b, bo), q = FloatVector.fromArray(S, b, bo + V);
      FloatVector r = FloatVector.broadcast(S, a[a0 + i]);
      x0 = r.fma(p, x0);
      y0 = r.fma(q, y0);
      r = FloatVector.broadcast(S, a[a1 + i]);
      x1 = r.fma(p, x1);
      y1 = r.fma(q, y1);
      r = FloatVector.broadcast(S, a[a2 + i]);
      x2 = r.fma(p, x2);
      y2 = r.fma(q, y2);
      r = FloatVector.broadcast(S, a[a3 + i]);
      x3 = r.fma(p, x3);
      y3 = r.fma(q, y3);
      r = FloatVector.broadcast(S, a[a4 + i]);
      x4 = r.fma(p, x4);
      y4 = r.fma(q, y4);
      r = FloatVector.broadcast(S, a[a5 + i]);
      x5 = r.fma(p, x5);
      y5 = r.fma(q, y5);
    }
    if (acc) {
      x0 = FloatVector.fromArray(S, c, c0).add(x0);
      y0 = FloatVector.fromArray(S, c, c0 + V).add(y0);
      x1 = FloatVector.fromArray(S, c, c1).add(x1);
      y1 = FloatVector.fromArray(S, c, c1 + V).add(y1);
      x2 = FloatVector.fromArray(S, c, c2).add(x2);
      y2 = FloatVector.fromArray(S, c, c2 + V).add(y2);
      x3 = FloatVector.fromArray(S, c, c3).add(x3);
      y3 = FloatVector.fromArray(S, c, c3 + V).add(y3);
      x4 = FloatVector.fromArray(S, c, c4).add(x4);
      y4 = FloatVector.fromArray(S, c, c4 + V).add(y4);
      x5 = FloatVector.fromArray(S, c, c5).add(x5);
      y5 = FloatVector.fromArray(S, c, c5 + V).add(y5);
    }
    x0.intoArray(c, c0);
    y0.intoArray(c, c0 + V);
    x1.intoArray(c, c1);
    y1.intoArray(c, c1 + V);
    x2.intoArray(c, c2);
    y2.intoArray(c, c2 + V);
    x3.intoArray(c, c3);
    y3.intoArray(c, c3 + V);
    x4.intoArray(c, c4);
    y4.intoArray(c, c4 + V);
    x5.intoArray(c, c5);
    y5.intoArray(c, c5 + V);
  }

  static void tile4(float[] a, int a0, int lda, int rows, float[] b, int bo, int k, float[] c, int c0, int ldc, boolean acc) {
    int a1 = a0 + lda, a2 = a1 + lda, a3 = rows < 4 ? a2 : a2 + lda;
    int c1 = c0 + ldc, c2 = c1 + ldc, c3 = rows < 4 ? c2 : c2 + ldc;
    FloatVector x0 = zero(0), y0 = zero(1), x1 = zero(2), y1 = zero(3), x2 = zero(4), y2 = zero(5);
    FloatVector x3 = zero(6), y3 = zero(7);
    for (int i = 0; i < k; i++, bo += PANEL) {
      FloatVector p = FloatVector.fromArray(S, b, bo), q = FloatVector.fromArray(S, b, bo + V);
      FloatVector r = FloatVector.broadcast(S, a[a0 + i]);
      x0 = r.fma(p, x0);
      y0 = r.fma(q, y0);
      r = FloatVector.broadcast(S, a[a1 + i]);
      x1 = r.fma(p, x1);
      y1 = r.fma(q, y1);
      r = FloatVector.broadcast(S, a[a2 + i]);
      x2 = r.fma(p, x2);
      y2 = r.fma(q, y2);
      r = FloatVector.broadcast(S, a[a3 + i]);
      x3 = r.fma(p, x3);
      y3 = r.fma(q, y3);
    }
    if (acc) {
      x0 = FloatVector.fromArray(S, c, c0).add(x0);
      y0 = FloatVector.fromArray(S, c, c0 + V).add(y0);
      x1 = FloatVector.fromArray(S, c, c1).add(x1);
      y1 = FloatVector.fromArray(S, c, c1 + V).add(y1);
      x2 = FloatVector.fromArray(S, c, c2).add(x2);
      y2 = FloatVector.fromArray(S, c, c2 + V).add(y2);
      x3 = FloatVector.fromArray(S, c, c3).add(x3);
      y3 = FloatVector.fromArray(S, c, c3 + V).add(y3);
    }
    x0.intoArray(c, c0);
    y0.intoArray(c, c0 + V);
    x1.intoArray(c, c1);
    y1.intoArray(c, c1 + V);
    x2.intoArray(c, c2);
    y2.intoArray(c, c2 + V);
    x3.intoArray(c, c3);
    y3.intoArray(c, c3 + V);
  }

  static void tile2(float[] a, int a0, int lda, float[] b, int bo, int k, float[] c, int c0, int ldc, boolean acc) {
    int a1 = a0 + lda;
    int c1 = c0 + ldc;
    FloatVector x0 = zero(0), y0 = zero(1), x1 = zero(2), y1 = zero(3);
    for (int i = 0; i < k; i++, bo += PANEL) {
      FloatVector p = FloatVector.fromArray(S, b, bo), q = FloatVector.fromArray(S, b, bo + V);
      FloatVector r = FloatVector.broadcast(S, a[a0 + i]);
      x0 = r.fma(p, x0);
      y0 = r.fma(q, y0);
      r = FloatVector.broadcast(S, a[a1 + i]);
      x1 = r.fma(p, x1);
      y1 = r.fma(q, y1);
    }
    if (acc) {
      x0 = FloatVector.fromArray(S, c, c0).add(x0);
      y0 = FloatVector.fromArray(S, c, c0 + V).add(y0);
      x1 = FloatVector.fromArray(S, c, c1).add(x1);
      y1 = FloatVector.fromArray(S, c, c1 + V).add(y1);
    }
    x0.intoArray(c, c0);
    y0.intoArray(c, c0 + V);
    x1.intoArray(c, c1);
    y1.intoArray(c, c1 + V);
  }

  static void tile1(float[] a, int a0, float[] b, int bo, int k, float[] c, int c0, boolean acc) {
    FloatVector x0 = zero(0), y0 = zero(1);
    for (int i = 0; i < k; i++, bo += PANEL) {
      FloatVector p = FloatVector.fromArray(S, b, bo), q = FloatVector.fromArray(S, b, bo + V);
      FloatVector r = FloatVector.broadcast(S, a[a0 + i]);
      x0 = r.fma(p, x0);
      y0 = r.fma(q, y0);
    }
    if (acc) {
      x0 = FloatVector.fromArray(S, c, c0).add(x0);
      y0 = FloatVector.fromArray(S, c, c0 + V).add(y0);
    }
    x0.intoArray(c, c0);
    y0.intoArray(c, c0 + V);
  }

  /** One row by three slices of K, each summed for itself and added in order. */
  static void threeSlices(float[] a, int a0, float[] b, int b0, int k, float[] c, int c0, boolean acc) {
    int a1 = a0 + k, a2 = a1 + k;
    int b1 = b0 + k * PANEL, b2 = b1 + k * PANEL;
    FloatVector x0 = zero(0), y0 = zero(1), x1 = zero(2), y1 = zero(3), x2 = zero(4), y2 = zero(5);
    for (int i = 0; i < k; i++, b0 += PANEL, b1 += PANEL, b2 += PANEL) {
      FloatVector r = FloatVector.broadcast(S, a[a0 + i]);
      x0 = r.fma(FloatVector.fromArray(S, b, b0), x0);
      y0 = r.fma(FloatVector.fromArray(S, b, b0 + V), y0);
      r = FloatVector.broadcast(S, a[a1 + i]);
      x1 = r.fma(FloatVector.fromArray(S, b, b1), x1);
      y1 = r.fma(FloatVector.fromArray(S, b, b1 + V), y1);
      r = FloatVector.broadcast(S, a[a2 + i]);
      x2 = r.fma(FloatVector.fromArray(S, b, b2), x2);
      y2 = r.fma(FloatVector.fromArray(S, b, b2 + V), y2);
    }
    if (acc) {
      x0 = FloatVector.fromArray(S, c, c0).add(x0);
      y0 = FloatVector.fromArray(S, c, c0 + V).add(y0);
    }
    x0.add(x1).add(x2).intoArray(c, c0);
    y0.add(y1).add(y2).intoArray(c, c0 + V);
  }
}
