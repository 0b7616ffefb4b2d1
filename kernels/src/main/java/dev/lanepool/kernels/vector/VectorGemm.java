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
    int row = 0;
    if (WIDE) {
      for (; row + 12 <= rows; row += 12) {
        WideTiles.tile12(a, ao + row * lda, lda, b, bo, k, c, co + row * ldc, ldc, acc);
      }
      if (row + 8 <= rows) {
        WideTiles.tile8(a, ao + row * lda, lda, b, bo, k, c, co + row * ldc, ldc, acc);
        row += 8;
      }
    }
    for (; row + 6 <= rows; row += 6) {
      Tiles.tile6(a, ao + row * lda, lda, b, bo, k, c, co + row * ldc, ldc, acc);
    }
    if (row + 4 <= rows) {
      Tiles.tile4(a, ao + row * lda, lda, b, bo, k, c, co + row * ldc, ldc, acc);
      row += 4;
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
