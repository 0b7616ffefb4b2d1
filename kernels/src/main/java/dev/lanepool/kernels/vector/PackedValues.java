package dev.lanepool.kernels.vector;

import static dev.lanepool.kernels.vector.Lanes.zero;

import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Attention's product of scores, a panel of queries, with values that are packed, a panel of dimensions: both (k, P), so that one index
 * serves both. For 16 registers of 256 bits, with fences as {@link PackedTiles} says: 45 instructions for 24 multiply-adds, where values
 * that lie in place have 28 for 8.
 */
final class PackedValues {
  private static final VectorSpecies<Float> S = Lanes.S;
  private static final int V = Lanes.V;
  private static final int PANEL = VectorGemm.PANEL;

  private PackedValues() {}

  /** C[rows, P] = A[k, P]ᵀ · B[k, P], the first rows of it; k even. */
  static void product(float[] a, int ao, int rows, float[] b, int bo, int k, float[] c, int co, int ldc) {
    for (int row = 0; row < rows; ) {
      int left = rows - row;
      if (Tiles.rows(left) == 6) {
        tile6(a, ao + row, left, b, bo, k, c, co + row * ldc, ldc);
        row += 6;
      } else {
        tile4(a, ao + row, left, b, bo, k, c, co + row * ldc, ldc);
        row += 4;
      }
    }
  }

  private static void tile6(float[] a, int ao, int rows, float[] b, int bo, int k, float[] c, int c0, int ldc) {
    FloatVector x0 = zero(0), y0 = zero(1), x1 = zero(2), y1 = zero(3), x2 = zero(4), y2 = zero(5);
    FloatVector x3 = zero(6), y3 = zero(7), x4 = zero(8), y4 = zero(9), x5 = zero(10), y5 = zero(11);
    for (int i = ao, to = ao + k * PANEL; i < to; i += 2 * PANEL, bo += 2 * PANEL) {
      FloatVector p = FloatVector.fromArray(S, b, bo), q = FloatVector.fromArray(S, b, bo + V);
      FloatVector r = FloatVector.broadcast(S, a[i]);
      x0 = r.fma(p, x0);
      y0 = r.fma(q, y0);
      VarHandle.loadLoadFence();
      r = FloatVector.broadcast(S, a[i + 1]);
      x1 = r.fma(p, x1);
      y1 = r.fma(q, y1);
      r = FloatVector.broadcast(S, a[i + 2]);
      x2 = r.fma(p, x2);
      y2 = r.fma(q, y2);
      VarHandle.loadLoadFence();
      r = FloatVector.broadcast(S, a[i + 3]);
      x3 = r.fma(p, x3);
      y3 = r.fma(q, y3);
      r = FloatVector.broadcast(S, a[i + 4]);
      x4 = r.fma(p, x4);
      y4 = r.fma(q, y4);
      VarHandle.loadLoadFence();
      r = FloatVector.broadcast(S, a[i + 5]);
      x5 = r.fma(p, x5);
      y5 = r.fma(q, y5);
      VarHandle.loadLoadFence();
      p = FloatVector.fromArray(S, b, bo + PANEL);
      q = FloatVector.fromArray(S, b, bo + PANEL + V);
      r = FloatVector.broadcast(S, a[i + PANEL]);
      x0 = r.fma(p, x0);
      y0 = r.fma(q, y0);
      VarHandle.loadLoadFence();
      r = FloatVector.broadcast(S, a[i + PANEL + 1]);
      x1 = r.fma(p, x1);
      y1 = r.fma(q, y1);
      r = FloatVector.broadcast(S, a[i + PANEL + 2]);
      x2 = r.fma(p, x2);
      y2 = r.fma(q, y2);
      VarHandle.loadLoadFence();
      r = FloatVector.broadcast(S, a[i + PANEL + 3]);
      x3 = r.fma(p, x3);
      y3 = r.fma(q, y3);
      r = FloatVector.broadcast(S, a[i + PANEL + 4]);
      x4 = r.fma(p, x4);
      y4 = r.fma(q, y4);
      VarHandle.loadLoadFence();
      r = FloatVector.broadcast(S, a[i + PANEL + 5]);
      x5 = r.fma(p, x5);
      y5 = r.fma(q, y5);
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
  }

  private static void tile4(float[] a, int ao, int rows, float[] b, int bo, int k, float[] c, int c0, int ldc) {
    FloatVector x0 = zero(0), y0 = zero(1), x1 = zero(2), y1 = zero(3);
    FloatVector x2 = zero(4), y2 = zero(5), x3 = zero(6), y3 = zero(7);
    for (int i = ao, to = ao + k * PANEL; i < to; i += 2 * PANEL, bo += 2 * PANEL) {
      FloatVector p = FloatVector.fromArray(S, b, bo), q = FloatVector.fromArray(S, b, bo + V);
      VarHandle.loadLoadFence();
      FloatVector r = FloatVector.broadcast(S, a[i]);
      x0 = r.fma(p, x0);
      y0 = r.fma(q, y0);
      r = FloatVector.broadcast(S, a[i + 1]);
      x1 = r.fma(p, x1);
      y1 = r.fma(q, y1);
      VarHandle.loadLoadFence();
      r = FloatVector.broadcast(S, a[i + 2]);
      x2 = r.fma(p, x2);
      y2 = r.fma(q, y2);
      r = FloatVector.broadcast(S, a[i + 3]);
      x3 = r.fma(p, x3);
      y3 = r.fma(q, y3);
      VarHandle.loadLoadFence();
      p = FloatVector.fromArray(S, b, bo + PANEL);
      q = FloatVector.fromArray(S, b, bo + PANEL + V);
      VarHandle.loadLoadFence();
      r = FloatVector.broadcast(S, a[i + PANEL]);
      x0 = r.fma(p, x0);
      y0 = r.fma(q, y0);
      r = FloatVector.broadcast(S, a[i + PANEL + 1]);
      x1 = r.fma(p, x1);
      y1 = r.fma(q, y1);
      VarHandle.loadLoadFence();
      r = FloatVector.broadcast(S, a[i + PANEL + 2]);
      x2 = r.fma(p, x2);
      y2 = r.fma(q, y2);
      r = FloatVector.broadcast(S, a[i + PANEL + 3]);
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
}
