package dev.lanepool.kernels.vector;

/** A panel of the product, cut into tiles. Every element has the same chain of multiply-adds in each tile. */
final class VectorGemm {
  /** Columns of a panel. */
  static final int PANEL = 2 * Lanes.V;

  /** 512-bit lanes come with 32 registers; narrower ones may have 16. */
  private static final boolean WIDE = Lanes.V == 16;

  /** Rows of the largest tile. */
  static final int ROWS = WIDE ? 12 : 6;

  private VectorGemm() {}

  static void panel(float[] a, int ao, int lda, int rows, float[] b, int bo, int k, float[] c, int co, int ldc, boolean acc) {
    // A tile of 2 rows has too few chains to keep the multipliers busy and takes as long as one of 4, one of 1 row three quarters of that.
    // So neither follows a larger one: 14 rows go as 8 and 6, 10 as 6 and 4, in narrower tiles 8 as 4 and 4, and an odd row goes twice. 16
    // rows go as 8 and 8, in 0.95 of the time of 12 and 4.
    if (rows == 1) {
      Tiles.tile1(a, ao, b, bo, k, c, co, acc);
    } else if (rows == 2) {
      Tiles.tile2(a, ao, lda, b, bo, k, c, co, ldc, acc);
    } else {
      tiles(a, ao, lda, rows, b, bo, k, c, co, ldc, acc);
    }
  }

  /** One row by a panel, three slices at a time: those of one alone, each waiting for itself, are slower than the panel can be read. */
  static void row(float[] a, int ao, float[] b, int bo, int k, int slice, float[] c, int co) {
    int i = 0;
    for (; i + 3 * slice <= k; i += 3 * slice) {
      Tiles.threeSlices(a, ao + i, b, bo + i * PANEL, slice, c, co, i > 0);
    }
    for (; i == 0 || i < k; i += slice) {
      Tiles.tile1(a, ao + i, b, bo + i * PANEL, Math.min(slice, k - i), c, co, i > 0);
    }
  }

  private static void tiles(float[] a, int ao, int lda, int rows, float[] b, int bo, int k, float[] c, int co, int ldc, boolean acc) {
    for (int row = 0; row < rows; ) {
      int from = ao + row * lda;
      int to = co + row * ldc;
      int left = rows - row;
      int even = left + left % 2;
      if (WIDE && even >= 12 && even != 14 && even != 16) {
        WideTiles.tile12(a, from, lda, left, b, bo, k, c, to, ldc, acc);
        row += 12;
      } else if (WIDE && even >= 8 && even != 10) {
        WideTiles.tile8(a, from, lda, left, b, bo, k, c, to, ldc, acc);
        row += 8;
      } else if (Tiles.rows(left) == 6) {
        Tiles.tile6(a, from, lda, left, b, bo, k, c, to, ldc, acc);
        row += 6;
      } else {
        Tiles.tile4(a, from, lda, left, b, bo, k, c, to, ldc, acc);
        row += 4;
      }
    }
  }
}
