package dev.lanepool.kernels.scalar;

import dev.lanepool.kernels.Workspace;
import java.util.Arrays;

/**
 * The product in plain loops. C2 vectorises a loop over separate arrays that share one index, and none over parts of one array at
 * different offsets; so eight panel rows are copied out at a time and serve 16 rows of accumulators. Measured with 512-bit lanes:
 * 28 to 30 GFLOPS where loops over offsets give 6 and the SIMD twin 105.
 */
final class ScalarGemm {
  /** Columns of a panel: the longer the inner loop, the better; 64 gives 17 GFLOPS, 128 23, 256 28. */
  static final int PANEL = 256;

  /** Rows of accumulators. */
  static final int ROWS = 16;

  static final int DEPTH = 8;

  /**
   * Rows for each column of a panel from which rows are what the inner loop runs over. C2 unrolls that loop eightfold, and leaves fewer
   * elements to single steps: 16 columns give 5 GFLOPS, 32 rows 16, 64 16, 128 37 (256-bit lanes).
   */
  private static final int ROWS_PER_COLUMN = 3;

  private ScalarGemm() {}

  static void panel(float[] a, int ao, int lda, int rows, float[] b, int bo, int width, int k, float[] c, int co, int ldc, boolean acc,
      Workspace w) {
    if (rows >= ROWS_PER_COLUMN * width) {
      manyRows(a, ao, lda, rows, b, bo, width, k, c, co, ldc, acc, w);
      return;
    }
    for (int row = 0; row < rows; row += ROWS) {
      tile(a, ao + row * lda, lda, 1, Math.min(ROWS, rows - row), b, bo, width, width, k, c, co + row * ldc, ldc, acc, w);
    }
  }

  /** With A as a panel, (k, width), to be transposed. */
  static void panelTransposed(float[] a, int ao, int rows, float[] b, int bo, int ldb, int width, int k, float[] c, int co, int ldc,
      Workspace w) {
    for (int row = 0; row < rows; row += ROWS) {
      tile(a, ao + row, 1, width, Math.min(ROWS, rows - row), b, bo, ldb, width, k, c, co + row * ldc, ldc, false, w);
    }
  }

  /** A's rows are {@code lda} apart, its columns {@code step}. */
  private static void tile(float[] a, int ao, int lda, int step, int rows, float[] b, int bo, int ldb, int width, int k, float[] c,
      int co, int ldc, boolean acc, Workspace w) {
    float[][] sums = w.accumulators; // (ROWS, width)
    float[][] panel = w.panelRows; // (DEPTH, width)
    for (int row = 0; row < rows; row++) {
      Arrays.fill(sums[row], 0f);
    }
    for (int i = 0; i < k; i += DEPTH) {
      int depth = Math.min(DEPTH, k - i);
      for (int d = 0; d < depth; d++) {
        System.arraycopy(b, bo + (i + d) * ldb, panel[d], 0, width);
      }
      add(sums, panel, width, depth, a, ao + i * step, lda, step, rows);
    }
    store(w, c, co, ldc, rows, width, acc);
  }

  /** C's transpose, B's by A's: the panel's columns are the rows. The same chains, in the same order. */
  private static void manyRows(float[] a, int ao, int lda, int rows, float[] b, int bo, int width, int k, float[] c, int co, int ldc,
      boolean acc, Workspace w) {
    float[][] sums = w.columnAccumulators(rows); // (width, rows)
    float[][] columns = w.columns(rows); // (DEPTH, rows)
    for (int column = 0; column < width; column++) {
      Arrays.fill(sums[column], 0, rows, 0f);
    }
    for (int i = 0; i < k; i += DEPTH) {
      int depth = Math.min(DEPTH, k - i);
      if (depth == DEPTH) {
        transposeEight(a, ao + i, lda, rows, columns);
      } else {
        for (int d = 0; d < depth; d++) {
          for (int row = 0; row < rows; row++) {
            columns[d][row] = a[ao + row * lda + i + d];
          }
        }
      }
      add(sums, columns, rows, depth, b, bo + i * width, 1, width, width);
    }
    for (int row = 0, to = co; row < rows; row++, to += ldc) {
      for (int column = 0; column < width; column++) {
        c[to + column] = acc ? c[to + column] + sums[column][row] : sums[column][row];
      }
    }
  }

  /** Eight of A's columns, each to an array of its own, which locals hold. */
  private static void transposeEight(float[] a, int ao, int lda, int rows, float[][] columns) {
    float[] c0 = columns[0], c1 = columns[1], c2 = columns[2], c3 = columns[3];
    float[] c4 = columns[4], c5 = columns[5], c6 = columns[6], c7 = columns[7];
    for (int row = 0, from = ao; row < rows; row++, from += lda) {
      c0[row] = a[from];
      c1[row] = a[from + 1];
      c2[row] = a[from + 2];
      c3[row] = a[from + 3];
      c4[row] = a[from + 4];
      c5[row] = a[from + 5];
      c6[row] = a[from + 6];
      c7[row] = a[from + 7];
    }
  }

  /** {@code n} elements of each panel row by A's columns from {@code ao} on, {@code step} apart, into the sums of A's rows. */
  static void add(float[][] sums, float[][] panel, int n, int depth, float[] a, int ao, int lda, int step, int rows) {
    for (int row = 0; row < rows; row++) {
      if (depth == DEPTH) {
        addEight(sums[row], panel, n, a, ao + row * lda, step);
      } else {
        for (int d = 0; d < depth; d++) {
          addOne(sums[row], panel[d], n, a[ao + row * lda + d * step]);
        }
      }
    }
  }

  /** The accumulators to C, or C += where {@code acc}. */
  static void store(Workspace w, float[] c, int co, int ldc, int rows, int width, boolean acc) {
    float[] old = w.panelRows[0];
    for (int row = 0; row < rows; row++) {
      if (acc) {
        System.arraycopy(c, co + row * ldc, old, 0, width);
        addOne(w.accumulators[row], old, width, 1f);
      }
      System.arraycopy(w.accumulators[row], 0, c, co + row * ldc, width);
    }
  }

  /** Eight links of each column's chain, k ascending from the innermost. */
  private static void addEight(float[] sum, float[][] panel, int n, float[] a, int ao, int step) {
    float[] b0 = panel[0], b1 = panel[1], b2 = panel[2], b3 = panel[3], b4 = panel[4], b5 = panel[5], b6 = panel[6], b7 = panel[7];
    float a0 = a[ao], a1 = a[ao + step], a2 = a[ao + 2 * step], a3 = a[ao + 3 * step];
    float a4 = a[ao + 4 * step], a5 = a[ao + 5 * step], a6 = a[ao + 6 * step], a7 = a[ao + 7 * step];
    for (int j = 0; j < n; j++) {
      float s = Math.fma(a3, b3[j], Math.fma(a2, b2[j], Math.fma(a1, b1[j], Math.fma(a0, b0[j], sum[j]))));
      sum[j] = Math.fma(a7, b7[j], Math.fma(a6, b6[j], Math.fma(a5, b5[j], Math.fma(a4, b4[j], s))));
    }
  }

  private static void addOne(float[] sum, float[] b, int n, float a) {
    for (int j = 0; j < n; j++) {
      sum[j] = Math.fma(a, b[j], sum[j]);
    }
  }
}
