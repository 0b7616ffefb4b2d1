package dev.lanepool.kernels.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The micro-kernel of the product: a tile of up to 6 rows by 2 vectors of columns as an outer product, A broadcast element by element,
 * the panel of B loaded straight through.
 *
 * <p>12 accumulators + 2 of B + 1 of A fill the 16 registers of 256-bit machines; on 512-bit machines with 32 they still hide the
 * latency of the multiply-add. Each tile is one method with all its vectors in locals, since vectors must not cross a call that is not
 * inlined. Smaller tiles serve the rows that are left over; every element has the same chain of multiply-adds in each of them.
 */
final class VectorGemm {
  private static final VectorSpecies<Float> S = Lanes.S;
  private static final int V = Lanes.V;

  /** Columns of a panel. */
  static final int PANEL = 2 * V;

  /** Rows of the largest tile. */
  static final int ROWS = 6;

  /**
   * Never written. Each accumulator is loaded from a place of its own: where all start from one zero vector, C2 keeps them in memory on
   * machines with 16 registers, at 50 GFLOPS instead of 107 (JDK 25.0.3, 256 bits, peak 116). With 32 registers one zero is cheaper.
   */
  private static final float[] ZEROS = new float[12 * V];

  private VectorGemm() {}

  static void panel(float[] a, int ao, int lda, int rows, float[] b, int bo, int k, float[] c, int co, int ldc, boolean acc) {
    int row = 0;
    for (; row + 6 <= rows; row += 6) {
      tile6(a, ao + row * lda, lda, b, bo, k, c, co + row * ldc, ldc, acc);
    }
    if (row + 4 <= rows) {
      tile4(a, ao + row * lda, lda, b, bo, k, c, co + row * ldc, ldc, acc);
      row += 4;
    }
    if (row + 2 <= rows) {
      tile2(a, ao + row * lda, lda, b, bo, k, c, co + row * ldc, ldc, acc);
      row += 2;
    }
    if (row < rows) {
      tile1(a, ao + row * lda, b, bo, k, c, co + row * ldc, acc);
    }
  }

  private static void tile6(float[] a, int a0, int lda, float[] b, int bo, int k, float[] c, int c0, int ldc, boolean acc) {
    int a1 = a0 + lda, a2 = a1 + lda, a3 = a2 + lda, a4 = a3 + lda, a5 = a4 + lda;
    int c1 = c0 + ldc, c2 = c1 + ldc, c3 = c2 + ldc, c4 = c3 + ldc, c5 = c4 + ldc;
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
    store(x0, c, c0, acc);
    store(y0, c, c0 + V, acc);
    store(x1, c, c1, acc);
    store(y1, c, c1 + V, acc);
    store(x2, c, c2, acc);
    store(y2, c, c2 + V, acc);
    store(x3, c, c3, acc);
    store(y3, c, c3 + V, acc);
    store(x4, c, c4, acc);
    store(y4, c, c4 + V, acc);
    store(x5, c, c5, acc);
    store(y5, c, c5 + V, acc);
  }

  private static void tile4(float[] a, int a0, int lda, float[] b, int bo, int k, float[] c, int c0, int ldc, boolean acc) {
    int a1 = a0 + lda, a2 = a1 + lda, a3 = a2 + lda;
    int c1 = c0 + ldc, c2 = c1 + ldc, c3 = c2 + ldc;
    FloatVector x0 = zero(0), y0 = zero(1), x1 = zero(2), y1 = zero(3), x2 = zero(4), y2 = zero(5), x3 = zero(6), y3 = zero(7);
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
    store(x0, c, c0, acc);
    store(y0, c, c0 + V, acc);
    store(x1, c, c1, acc);
    store(y1, c, c1 + V, acc);
    store(x2, c, c2, acc);
    store(y2, c, c2 + V, acc);
    store(x3, c, c3, acc);
    store(y3, c, c3 + V, acc);
  }

  private static void tile2(float[] a, int a0, int lda, float[] b, int bo, int k, float[] c, int c0, int ldc, boolean acc) {
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
    store(x0, c, c0, acc);
    store(y0, c, c0 + V, acc);
    store(x1, c, c1, acc);
    store(y1, c, c1 + V, acc);
  }

  private static void tile1(float[] a, int a0, float[] b, int bo, int k, float[] c, int c0, boolean acc) {
    FloatVector x0 = zero(0), y0 = zero(1);
    for (int i = 0; i < k; i++, bo += PANEL) {
      FloatVector r = FloatVector.broadcast(S, a[a0 + i]);
      x0 = r.fma(FloatVector.fromArray(S, b, bo), x0);
      y0 = r.fma(FloatVector.fromArray(S, b, bo + V), y0);
    }
    store(x0, c, c0, acc);
    store(y0, c, c0 + V, acc);
  }

  private static FloatVector zero(int i) {
    return V == 16 ? FloatVector.zero(S) : FloatVector.fromArray(S, ZEROS, i * V);
  }

  private static void store(FloatVector x, float[] c, int offset, boolean acc) {
    (acc ? FloatVector.fromArray(S, c, offset).add(x) : x).intoArray(c, offset);
  }
}
