package dev.lanepool.kernels.vector;

import static dev.lanepool.kernels.vector.Lanes.zero;

import java.lang.invoke.VarHandle;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Tiles of the product for 16 registers of 256 bits, with A's rows packed: groups of 6 or 4 rows side by side, (groups, K, 8), so that one
 * index finds all of a group. Where rows lie apart, each needs an addition of its own in each step: 34 instructions for 12 multiply-adds,
 * here 23. A core takes 6 a cycle at most, and 3 where another thread has its other half: 0.63 of the peak, here 0.8 (Zen 3).
 *
 * <p>The fences between loads are no instructions on x86. They hold C2 back from loading more than two rows before their multiply-adds, for
 * which there are no registers: 0.4 of the peak. Where they stand was tried out, tile by tile, in processes that embed ({@code
 * bench/compiled_loops.py}, JDK 25.0.3): places that served in a loop of one shape put a sum or the counter on the stack there. For the
 * same reason C's places are taken after the loop.
 */
final class PackedTiles {
  /** Floats from a step of K to the next: with 8 one index serves B too. With 6 nothing is left empty, for 3 instructions more a step. */
  private static final int GROUP = 8;

  private static final int COLUMN_ROWS = 8; // of A, at a time, where columns are packed

  private static final VectorSpecies<Float> S = Lanes.S;
  private static final int V = Lanes.V;
  private static final int PANEL = VectorGemm.PANEL;

  private static final VectorShuffle<Float> SWAP1 = swap(1), SWAP2 = swap(2), SWAP4 = swap(4);
  private static final VectorMask<Float> HIGH1 = high(1), HIGH2 = high(2), HIGH4 = high(4);

  private PackedTiles() {}

  private static VectorShuffle<Float> swap(int distance) {
    return VectorShuffle.fromOp(S, lane -> (lane ^ distance) % V);
  }

  private static VectorMask<Float> high(int distance) {
    boolean[] lanes = new boolean[V];
    for (int i = 0; i < V; i++) {
      lanes[i] = (i & distance) != 0;
    }
    return VectorMask.fromArray(S, lanes, 0);
  }

  /** Exactly: a group of 6 for every six rows, or of 4 for the last two of them where 7 or 8 rows are left over. */
  static int floats(int rows, int k) {
    return (rows + 5) / 6 * k * GROUP;
  }

  /** Rows of A to their places; the last one again in place of those that its group lacks. */
  static void pack(float[] a, int ao, int lda, int rows, int k, float[] packed, int to) {
    int whole = V == GROUP ? k - k % V : 0;
    for (int row = 0; row < rows; to += k * GROUP) {
      int group = Tiles.rows(rows - row);
      transpose(a, ao + row * lda, lda, Math.min(rows - row, group) - 1, whole, packed, to);
      for (int i = 0; i < group; i++) {
        int from = ao + Math.min(row + i, rows - 1) * lda;
        for (int column = whole; column < k; column++) {
          packed[to + column * GROUP + i] = a[from + column];
        }
      }
      row += group;
    }
  }

  /**
   * Six rows, the {@code last} one as often as there are too few, to columns of eight, whose last two nobody reads. Squares of 8 by 8 are
   * transposed by exchanging their quarters' opposite corners, of 1, 2 and 4 columns: 71 instructions for 48 elements, where one by one
   * they take two each, and one store a cycle: half the time.
   */
  private static void transpose(float[] a, int a0, int lda, int last, int k, float[] packed, int to) {
    int a1 = a0 + Math.min(1, last) * lda, a2 = a0 + Math.min(2, last) * lda, a3 = a0 + Math.min(3, last) * lda;
    int a4 = a0 + Math.min(4, last) * lda, a5 = a0 + Math.min(5, last) * lda;
    for (int i = 0; i < k; i += V, to += V * GROUP) {
      FloatVector r0 = FloatVector.fromArray(S, a, a0 + i), r1 = FloatVector.fromArray(S, a, a1 + i);
      FloatVector r2 = FloatVector.fromArray(S, a, a2 + i), r3 = FloatVector.fromArray(S, a, a3 + i);
      FloatVector r4 = FloatVector.fromArray(S, a, a4 + i), r5 = FloatVector.fromArray(S, a, a5 + i);
      FloatVector s0 = r0.blend(r1.rearrange(SWAP1), HIGH1), s1 = r0.rearrange(SWAP1).blend(r1, HIGH1);
      FloatVector s2 = r2.blend(r3.rearrange(SWAP1), HIGH1), s3 = r2.rearrange(SWAP1).blend(r3, HIGH1);
      FloatVector s4 = r4.blend(r5.rearrange(SWAP1), HIGH1), s5 = r4.rearrange(SWAP1).blend(r5, HIGH1);
      r0 = s0.blend(s2.rearrange(SWAP2), HIGH2);
      r1 = s1.blend(s3.rearrange(SWAP2), HIGH2);
      r2 = s0.rearrange(SWAP2).blend(s2, HIGH2);
      r3 = s1.rearrange(SWAP2).blend(s3, HIGH2);
      FloatVector r6 = s4.rearrange(SWAP2), r7 = s5.rearrange(SWAP2);
      r0.blend(s4.rearrange(SWAP4), HIGH4).intoArray(packed, to);
      r1.blend(s5.rearrange(SWAP4), HIGH4).intoArray(packed, to + GROUP);
      r2.blend(r6.rearrange(SWAP4), HIGH4).intoArray(packed, to + 2 * GROUP);
      r3.blend(r7.rearrange(SWAP4), HIGH4).intoArray(packed, to + 3 * GROUP);
      r0.rearrange(SWAP4).blend(s4, HIGH4).intoArray(packed, to + 4 * GROUP);
      r1.rearrange(SWAP4).blend(s5, HIGH4).intoArray(packed, to + 5 * GROUP);
      r2.rearrange(SWAP4).blend(r6, HIGH4).intoArray(packed, to + 6 * GROUP);
      r3.rearrange(SWAP4).blend(r7, HIGH4).intoArray(packed, to + 7 * GROUP);
    }
  }

  /**
   * Rows of Aᵀ to their places: a group's lie together in each row of A. The last one again as in {@link #pack}; -0 where k is odd. A few
   * rows of A at a time, since those a multiple of 4 KiB apart share their places in the first-level cache.
   */
  static void packColumns(float[] a, int ao, int lda, int rows, int k, float[] packed, int to) {
    int even = k + k % 2;
    for (int i = 0; i < k; i += COLUMN_ROWS) {
      int some = Math.min(COLUMN_ROWS, k - i);
      int at = to + i * GROUP;
      for (int row = 0; row < rows; at += even * GROUP) {
        int group = Tiles.rows(rows - row);
        copyColumns(a, ao + i * lda + row, lda, Math.min(rows - row, group), group, some, packed, at);
        row += group;
      }
    }
    if (even > k) {
      for (int at = to + k * GROUP; at < to + floats(rows, even); at += even * GROUP) {
        Arrays.fill(packed, at, at + GROUP, -0f);
      }
    }
  }

  private static void copyColumns(float[] a, int from, int lda, int there, int group, int k, float[] packed, int to) {
    if (V == GROUP && there == group && from + (k - 1) * lda + GROUP <= a.length) {
      for (int i = 0; i < k; i++) {
        FloatVector.fromArray(S, a, from + i * lda).intoArray(packed, to + i * GROUP);
      }
    } else {
      for (int i = 0; i < k; i++) {
        for (int j = 0; j < group; j++) {
          packed[to + i * GROUP + j] = a[from + i * lda + Math.min(j, there - 1)];
        }
      }
    }
  }

  static void panel(float[] packed, int po, int rows, float[] b, int bo, int k, float[] c, int co, int ldc, boolean acc) {
    int at = po;
    for (int row = 0; row < rows; at += k * GROUP) {
      int left = rows - row;
      int to = co + row * ldc;
      if (Tiles.rows(left) == 6) {
        tile6(packed, at, left, b, bo, k, c, to, ldc, acc);
        row += 6;
      } else {
        tile4(packed, at, left, b, bo, k, c, to, ldc, acc);
        row += 4;
      }
    }
  }

  private static void tile6(float[] a, int a0, int rows, float[] b, int bo, int k, float[] c, int c0, int ldc, boolean acc) {
    FloatVector x0 = zero(0), y0 = zero(1), x1 = zero(2), y1 = zero(3), x2 = zero(4), y2 = zero(5);
    FloatVector x3 = zero(6), y3 = zero(7), x4 = zero(8), y4 = zero(9), x5 = zero(10), y5 = zero(11);
    for (int i = a0, to = a0 + k * GROUP; i < to; i += 2 * GROUP, bo += 2 * PANEL) {
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
      r = FloatVector.broadcast(S, a[i + GROUP]);
      x0 = r.fma(p, x0);
      y0 = r.fma(q, y0);
      VarHandle.loadLoadFence();
      r = FloatVector.broadcast(S, a[i + GROUP + 1]);
      x1 = r.fma(p, x1);
      y1 = r.fma(q, y1);
      r = FloatVector.broadcast(S, a[i + GROUP + 2]);
      x2 = r.fma(p, x2);
      y2 = r.fma(q, y2);
      VarHandle.loadLoadFence();
      r = FloatVector.broadcast(S, a[i + GROUP + 3]);
      x3 = r.fma(p, x3);
      y3 = r.fma(q, y3);
      r = FloatVector.broadcast(S, a[i + GROUP + 4]);
      x4 = r.fma(p, x4);
      y4 = r.fma(q, y4);
      VarHandle.loadLoadFence();
      r = FloatVector.broadcast(S, a[i + GROUP + 5]);
      x5 = r.fma(p, x5);
      y5 = r.fma(q, y5);
    }
    int c1 = c0 + ldc, c2 = c1 + ldc, c3 = c2 + ldc, c4 = c3 + ldc, c5 = rows < 6 ? c4 : c4 + ldc;
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

  private static void tile4(float[] a, int a0, int rows, float[] b, int bo, int k, float[] c, int c0, int ldc, boolean acc) {
    FloatVector x0 = zero(0), y0 = zero(1), x1 = zero(2), y1 = zero(3), x2 = zero(4), y2 = zero(5);
    FloatVector x3 = zero(6), y3 = zero(7);
    for (int i = a0, to = a0 + k * GROUP; i < to; i += 2 * GROUP, bo += 2 * PANEL) {
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
      r = FloatVector.broadcast(S, a[i + GROUP]);
      x0 = r.fma(p, x0);
      y0 = r.fma(q, y0);
      r = FloatVector.broadcast(S, a[i + GROUP + 1]);
      x1 = r.fma(p, x1);
      y1 = r.fma(q, y1);
      VarHandle.loadLoadFence();
      r = FloatVector.broadcast(S, a[i + GROUP + 2]);
      x2 = r.fma(p, x2);
      y2 = r.fma(q, y2);
      r = FloatVector.broadcast(S, a[i + GROUP + 3]);
      x3 = r.fma(p, x3);
      y3 = r.fma(q, y3);
    }
    int c1 = rows < 2 ? c0 : c0 + ldc, c2 = rows < 3 ? c1 : c1 + ldc, c3 = rows < 4 ? c2 : c2 + ldc;
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
}
