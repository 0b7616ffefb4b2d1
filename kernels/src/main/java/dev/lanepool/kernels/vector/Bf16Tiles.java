package dev.lanepool.kernels.vector;

import static dev.lanepool.kernels.vector.Lanes.zero;

import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Tiles of few rows on a panel in bf16, as those of {@link Tiles}: one vector of 32-bit words holds both vectors of columns, so that a
 * shift and a mask widen them, and no lane crosses to another. Products of 5 to 16 rows, weights in memory, take 0.8 to 0.88 of the time
 * that they take with panels widened first (int8 0.83 to 0.9); with a tile of 12 rows, 128 and more would take 1.03 to 1.07.
 */
final class Bf16Tiles {
  /** The upper half of a word. */
  static final int UPPER = 0xffff0000;

  private static final VectorSpecies<Float> S = Lanes.S;
  private static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class, S.vectorShape());
  private static final int V = Lanes.V;
  private static final int PANEL = VectorGemm.PANEL;

  private Bf16Tiles() {}

  /** For 32 registers, two steps of K a round. Rows from the sixth on may be the one before once more. */
  static void tile8(float[] a, int a0, int lda, int rows, short[] b, int bo, int k, float[] c, int c0, int ldc, boolean acc) {
    int a1 = a0 + lda, a2 = a1 + lda, a3 = a2 + lda, a4 = a3 + lda;
    int a5 = rows <= 5 ? a4 : a4 + lda, a6 = rows <= 6 ? a5 : a5 + lda, a7 = rows <= 7 ? a6 : a6 + lda;
    int c1 = c0 + ldc, c2 = c1 + ldc, c3 = c2 + ldc, c4 = c3 + ldc;
    int c5 = rows <= 5 ? c4 : c4 + ldc, c6 = rows <= 6 ? c5 : c5 + ldc, c7 = rows <= 7 ? c6 : c6 + ldc;
    FloatVector x0 = FloatVector.zero(S), y0 = FloatVector.zero(S);
    FloatVector x1 = FloatVector.zero(S), y1 = FloatVector.zero(S);
    FloatVector x2 = FloatVector.zero(S), y2 = FloatVector.zero(S);
    FloatVector x3 = FloatVector.zero(S), y3 = FloatVector.zero(S);
    FloatVector x4 = FloatVector.zero(S), y4 = FloatVector.zero(S);
    FloatVector x5 = FloatVector.zero(S), y5 = FloatVector.zero(S);
    FloatVector x6 = FloatVector.zero(S), y6 = FloatVector.zero(S);
    FloatVector x7 = FloatVector.zero(S), y7 = FloatVector.zero(S);
    int i = 0;
    for (; i < k - 1; i += 2, bo += 2 * PANEL) {
      IntVector both = ShortVector.fromArray(SHORTS, b, bo).reinterpretAsInts();
      FloatVector p = both.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), q = both.and(UPPER).reinterpretAsFloats();
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
      r = FloatVector.broadcast(S, a[a6 + i]);
      x6 = r.fma(p, x6);
      y6 = r.fma(q, y6);
      r = FloatVector.broadcast(S, a[a7 + i]);
      x7 = r.fma(p, x7);
      y7 = r.fma(q, y7);
      both = ShortVector.fromArray(SHORTS, b, bo + PANEL).reinterpretAsInts();
      p = both.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      q = both.and(UPPER).reinterpretAsFloats();
      r = FloatVector.broadcast(S, a[a0 + i + 1]);
      x0 = r.fma(p, x0);
      y0 = r.fma(q, y0);
      r = FloatVector.broadcast(S, a[a1 + i + 1]);
      x1 = r.fma(p, x1);
      y1 = r.fma(q, y1);
      r = FloatVector.broadcast(S, a[a2 + i + 1]);
      x2 = r.fma(p, x2);
      y2 = r.fma(q, y2);
      r = FloatVector.broadcast(S, a[a3 + i + 1]);
      x3 = r.fma(p, x3);
      y3 = r.fma(q, y3);
      r = FloatVector.broadcast(S, a[a4 + i + 1]);
      x4 = r.fma(p, x4);
      y4 = r.fma(q, y4);
      r = FloatVector.broadcast(S, a[a5 + i + 1]);
      x5 = r.fma(p, x5);
      y5 = r.fma(q, y5);
      r = FloatVector.broadcast(S, a[a6 + i + 1]);
      x6 = r.fma(p, x6);
      y6 = r.fma(q, y6);
      r = FloatVector.broadcast(S, a[a7 + i + 1]);
      x7 = r.fma(p, x7);
      y7 = r.fma(q, y7);
    }
    if (i < k) {
      IntVector both = ShortVector.fromArray(SHORTS, b, bo).reinterpretAsInts();
      FloatVector p = both.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), q = both.and(UPPER).reinterpretAsFloats();
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
      r = FloatVector.broadcast(S, a[a6 + i]);
      x6 = r.fma(p, x6);
      y6 = r.fma(q, y6);
      r = FloatVector.broadcast(S, a[a7 + i]);
      x7 = r.fma(p, x7);
      y7 = r.fma(q, y7);
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
      x6 = FloatVector.fromArray(S, c, c6).add(x6);
      y6 = FloatVector.fromArray(S, c, c6 + V).add(y6);
      x7 = FloatVector.fromArray(S, c, c7).add(x7);
      y7 = FloatVector.fromArray(S, c, c7 + V).add(y7);
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
    x6.intoArray(c, c6);
    y6.intoArray(c, c6 + V);
    x7.intoArray(c, c7);
    y7.intoArray(c, c7 + V);
  }

  static void tile4(float[] a, int a0, int lda, int rows, short[] b, int bo, int k, float[] c, int c0, int ldc, boolean acc) {
    int a1 = a0 + lda, a2 = a1 + lda, a3 = rows < 4 ? a2 : a2 + lda;
    int c1 = c0 + ldc, c2 = c1 + ldc, c3 = rows < 4 ? c2 : c2 + ldc;
    FloatVector x0 = zero(0), y0 = zero(1), x1 = zero(2), y1 = zero(3);
    FloatVector x2 = zero(4), y2 = zero(5), x3 = zero(6), y3 = zero(7);
    for (int i = 0; i < k; i++, bo += PANEL) {
      IntVector both = ShortVector.fromArray(SHORTS, b, bo).reinterpretAsInts();
      FloatVector p = both.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), q = both.and(UPPER).reinterpretAsFloats();
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

  /**
   * Two steps of K a round, k even: 38 instructions for 16 multiply-adds, where a step a round has 22 for 8. The fence keeps the second
   * step's loads behind the first one's multiply-adds, see {@link PackedTiles}.
   */
  static void tile4Fenced(float[] a, int a0, int lda, int rows, short[] b, int bo, int k, float[] c, int c0, int ldc, boolean acc) {
    int a1 = a0 + lda, a2 = a1 + lda, a3 = rows < 4 ? a2 : a2 + lda;
    int c1 = c0 + ldc, c2 = c1 + ldc, c3 = rows < 4 ? c2 : c2 + ldc;
    FloatVector x0 = zero(0), y0 = zero(1), x1 = zero(2), y1 = zero(3);
    FloatVector x2 = zero(4), y2 = zero(5), x3 = zero(6), y3 = zero(7);
    for (int i = 0; i < k; i += 2, bo += 2 * PANEL) {
      IntVector both = ShortVector.fromArray(SHORTS, b, bo).reinterpretAsInts();
      FloatVector p = both.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), q = both.and(UPPER).reinterpretAsFloats();
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
      VarHandle.loadLoadFence();
      both = ShortVector.fromArray(SHORTS, b, bo + PANEL).reinterpretAsInts();
      p = both.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      q = both.and(UPPER).reinterpretAsFloats();
      r = FloatVector.broadcast(S, a[a0 + i + 1]);
      x0 = r.fma(p, x0);
      y0 = r.fma(q, y0);
      r = FloatVector.broadcast(S, a[a1 + i + 1]);
      x1 = r.fma(p, x1);
      y1 = r.fma(q, y1);
      r = FloatVector.broadcast(S, a[a2 + i + 1]);
      x2 = r.fma(p, x2);
      y2 = r.fma(q, y2);
      r = FloatVector.broadcast(S, a[a3 + i + 1]);
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

  static void tile2(float[] a, int a0, int lda, short[] b, int bo, int k, float[] c, int c0, int ldc, boolean acc) {
    int a1 = a0 + lda;
    int c1 = c0 + ldc;
    FloatVector x0 = zero(0), y0 = zero(1), x1 = zero(2), y1 = zero(3);
    for (int i = 0; i < k; i++, bo += PANEL) {
      IntVector both = ShortVector.fromArray(SHORTS, b, bo).reinterpretAsInts();
      FloatVector p = both.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), q = both.and(UPPER).reinterpretAsFloats();
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

  static void tile1(float[] a, int a0, short[] b, int bo, int k, float[] c, int c0, boolean acc) {
    FloatVector x0 = zero(0), y0 = zero(1);
    for (int i = 0; i < k; i++, bo += PANEL) {
      IntVector both = ShortVector.fromArray(SHORTS, b, bo).reinterpretAsInts();
      FloatVector p = both.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), q = both.and(UPPER).reinterpretAsFloats();
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
}
