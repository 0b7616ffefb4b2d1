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
    // A tile of 2 rows has too few chains to keep the multipliers busy, and takes as long as one of 4: 14 rows go as 8 and 6, 10 as 6 and
    // 4, in narrower tiles 8 as 4 and 4.
    int row = 0;
    if (WIDE) {
      for (; row + 12 <= rows && rows - row != 14 && rows - row != 15; row += 12) {
        WideTiles.tile12(a, ao + row * lda, lda, b, bo, k, c, co + row * ldc, ldc, acc);
      }
      if (row + 8 <= rows && rows - row != 10 && rows - row != 11) {
        WideTiles.tile8(a, ao + row * lda, lda, b, bo, k, c, co + row * ldc, ldc, acc);
        row += 8;
      }
    }
    for (; row + 6 <= rows && rows - row != 8 && rows - row != 9; row += 6) {
      Tiles.tile6(a, ao + row * lda, lda, b, bo, k, c, co + row * ldc, ldc, acc);
    }
    for (; row + 4 <= rows; row += 4) {
      Tiles.tile4(a, ao + row * lda, lda, b, bo, k, c, co + row * ldc, ldc, acc);
    }
    if (row + 2 <= rows) {
      Tiles.tile2(a, ao + row * lda, lda, b, bo, k, c, co + row * ldc, ldc, acc);
      row += 2;
    }
    if (row < rows) {
      Tiles.tile1(a, ao + row * lda, lda, b, bo, k, c, co + row * ldc, ldc, acc);
    }
  }
}
