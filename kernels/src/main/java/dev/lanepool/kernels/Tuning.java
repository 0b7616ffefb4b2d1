package dev.lanepool.kernels;

/** Constants that only speed depends on, each with the measurement that chose it. Results never depend on them. */
final class Tuning {
  /**
   * How a product is blocked.
   *
   * @param rows the most rows of a block
   * @param panelFloats floats of a run's panels, of the columns of K that pass at a time
   * @param depth of a large K, what passes at a time in a product of many rows. A multiple of the slice
   * @param rowsOfWholeK rows of a block up to which a large K passes whole, its panels read straight through
   * @param sumRows rows whose sums wait together for the next part of K: their blocks pass one after the other
   * @param finishedRows rows that are finished at a time, by all panels of a run; 0 where each panel is finished by itself
   * @param runsPerThread at least, where rows are more than a block; 0 where it does not matter
   */
  record Blocking(int rows, int panelFloats, int depth, int rowsOfWholeK, int sumRows, int finishedRows, int runsPerThread) {}

  /**
   * Rows where they lie. A block and its run stay in the second-level cache: eleven tiles of 12 rows, of K = 768 396 KiB, by 3 panels of
   * 768 by 32, 288 KiB. All products of a roberta-base of 512 and 1024 rows, weights in memory, take 0.93 and 0.95 of the time they took
   * with 12 rows at a time by four panels, whose rows then came from behind that cache. 96 and 192 rows are within 0.03 of it; 2 to 6
   * panels within 0.02 of the peak; 12 and 24 lose 0.03 and 0.07. K = 3072 whole takes 1.03 times as long with 128 rows and more with
   * many, 0.97 of the time with 48.
   */
  private static final Blocking IN_PLACE = new Blocking(132, 9 << 13, 3 * Gemm.SLICE, 64, 0, 0, 0);

  /**
   * Packed rows, 256-bit lanes, a second-level cache of 512 KiB, of which another thread may have half (Zen 3): of 256 columns a block is
   * 48 KiB, ten panels 160 KiB. All blocks go by the panels of a part of K before the next part begins, so that panels come from behind
   * that cache once: 0.96 to 0.99 of the time of block after block. A row's columns of all panels are written side by side: 0.93 to 0.98
   * where K = 256. Blocks of 36 rows and six runs a thread, so that none waits long for the last: 128 rows 0.93 to 0.99 of the time of 72
   * rows and two runs, 512 rows 0.97 to 1.03.
   */
  private static final Blocking PACKED = new Blocking(36, 5 << 13, Gemm.SLICE, 24, 2048, 12, 6);

  /** The same where panels are widened, which happens for each block of rows: 128 rows 0.96 of the time of blocks of 36. */
  private static final Blocking PACKED_REDUCED = new Blocking(72, 5 << 13, Gemm.SLICE, 24, 2048, 12, 2);

  /** The same with more rows, which then pass by more panels before they come again: 0.94 to 0.99 of the time, with 512 rows 1.04. */
  private static final Blocking PACKED_MANY = new Blocking(72, 24 << 13, Gemm.SLICE, 24, 2048, 12, 2);

  private static final int MANY_ROWS = 512;

  /** Tasks for each thread towards a product's end, or of a small product: the last to finish then delays little. */
  static final int TASKS_PER_THREAD = 4;

  /** Rows of a block in a transposed product. */
  static final int TRANSPOSED_ROWS = 96;

  /**
   * Multiplications below which a product runs on its caller alone: they take some 40 us, and waking a thread that has parked up to 300.
   */
  static final long FEW_MULTIPLICATIONS = 1 << 21;

  /** Weights above which it does not: reading 1 MiB from memory takes a thread longer. One row by all of roberta-base: 0.73 of the time. */
  static final long FEW_WEIGHTS = 1 << 18;

  /** Floats below which a matrix is packed by its caller alone, for the same reason. */
  static final int FEW_FLOATS = 1 << 16;

  /** Rows of C up to which a transposed product goes row by row of B instead of panel by panel. */
  static final int FEW_ROWS = 4;

  /** Columns of A that one task transposes: 256 rows of 128 floats and their transpose are 256 KiB. */
  static final int STRIPE = 128;

  /** Panels that share a block of A in a transposed product, and rows of their sums: 4 panels of 32 by 512 rows are 256 KiB. */
  static final int PANELS_PER_RUN = 4;

  static final int SUM_ROWS = 512;

  /**
   * Rows from which panels are read ahead: one row goes through them as fast as that does itself, and with weights in the third-level cache
   * takes 0.7 of the time without.
   */
  static final int PREFETCHED_ROWS = 3;

  /**
   * Keys up to which attention reads values where they lie; more are packed for each head, once. With 40, 128 and 512 keys the former takes
   * 0.92, 0.88 and 1.05 of the latter's time.
   */
  static final int KEYS_IN_PLACE = 256;

  /**
   * Queries up to which attention reads keys where they lie; with more, and where rows are multiplied faster packed, it packs keys and
   * values: 128 and 512 queries of 64 dimensions take 0.88 to 0.90 and 0.79 of the time, 100 of 32 1.02 to 1.04 (Zen 3).
   */
  static final int QUERIES_OF_KEYS_IN_PLACE = 112;

  /** How long a worker looks for the next step before it parks: longer than the caller's work between steps, in nanoseconds. */
  static final long SPIN_NANOS = 50_000;

  private Tuning() {}

  static Blocking blocking(boolean packed, int m, Storage storage) {
    return !packed ? IN_PLACE : m > MANY_ROWS ? PACKED_MANY : storage == Storage.F32 ? PACKED : PACKED_REDUCED;
  }

  /** Rows of each block of M: equal blocks of whole tiles. */
  static int blockRows(int m, int tileRows, int most) {
    int blocks = (m + most - 1) / most;
    int least = (m + blocks - 1) / blocks;
    return Math.min(m, (least + tileRows - 1) / tileRows * tileRows);
  }

  /**
   * How much of K {@link Prefetch} reads at a time, whole slices. All products of a roberta-base, its weights in memory, with it and
   * without: f32 of 4, 8, 16 and 32 rows 0.79, 0.78, 0.86 and 0.9 of the time, where three slices at a time are 0.93 of one at a time (16
   * and 32 rows); bf16 of 4 rows 0.92, where two are 0.98 and three 1.06 of one; int8 of 4 rows 0.87, three 0.9 of one. With many rows
   * all are alike.
   */
  static int prefetched(Storage storage) {
    return storage == Storage.BF16 ? 2 * Gemm.SLICE : 3 * Gemm.SLICE;
  }

  static boolean alone(long multiplications) {
    return multiplications < FEW_MULTIPLICATIONS;
  }
}
