package dev.lanepool.kernels;

/** Constants that only speed depends on, each with the measurement that chose it. Results never depend on them. */
final class Tuning {
  /**
   * Rows where they lie. A block of so many and its run, panels of so many floats of so many columns of K, stay in the second-level cache:
   * eleven tiles of 12 rows, of K = 768 396 KiB, by 3 panels of 768 by 32, 288 KiB. All products of a roberta-base of 512 and 1024 rows,
   * weights in memory, take 0.93 and 0.95 of the time they took with 12 rows at a time by four panels, whose rows then came from behind
   * that cache. 96 and 192 rows are within 0.03 of it; 2 to 6 panels within 0.02 of the peak; 12 and 24 lose 0.03 and 0.07.
   */
  static final int ROWS = 132;

  static final int RUN_FLOATS = 9 << 13;
  static final int DEPTH = 3 * Gemm.SLICE;

  /** Rows up to which a large K passes whole: K = 3072 takes 1.03 times as long so with 128 rows and more with many, 0.97 with 48. */
  static final int ROWS_OF_WHOLE_K = 64;

  /**
   * Packed rows, 256-bit lanes, a second-level cache of 512 KiB, of which another thread may have half (Zen 3). Weights of a step are at
   * most 2.25 MiB, 48 panels of 768 columns of K: all of 3072 x 768 for each block of rows, 9 MiB, come from behind the third-level cache
   * and take 1.1 to 1.2 times as long; 24 panels 1.0 to 1.03. Columns of K at a time: 512 take 1.0 to 1.04.
   */
  static final int STEP_FLOATS = 9 << 16;

  static final int PACKED_DEPTH = 3 * Gemm.SLICE;

  /**
   * Panels of a run of few rows, of 256 columns of K: ten, 160 KiB. Six runs a thread, so that none waits long for the last: 128 rows take
   * 0.93 to 0.99 of the time of two runs and blocks of 72.
   */
  static final int PACKED_RUN_FLOATS = 5 << 13;

  static final int PACKED_TASKS_PER_THREAD = 6;

  /** Rows up to which a large K passes whole: 24 of 3072 columns are 384 KiB. */
  static final int PACKED_ROWS_OF_WHOLE_K = 24;

  /** Panels whose sums wait to be finished together, a row's side by side: 24 take 0.97 of the time of 8 or 48 with N = 3072. */
  static final int FINISHED_PANELS = 24;

  static final int FINISHED_ROWS = 12;

  /** Tasks for each thread towards a product's end, or of a small product: the last to finish then delays little. */
  static final int TASKS_PER_THREAD = 4;

  /** Rows of Aᵀ that a transposed product's kernels take at a time; a multiple of every tile's rows. */
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
   * 0.92, 0.88 and 1.05 of the latter's time (Zen 5).
   */
  static final int KEYS_IN_PLACE = 256;

  /**
   * Queries up to which it does so where rows are multiplied faster packed: with values packed 12 to 100 queries of 64 dimensions take 0.80
   * to 0.93 of attention's time, of 32 0.84 to 1.0, but 3 and 6 queries 0.95 to 1.10 (Zen 3).
   */
  static final int QUERIES_OF_VALUES_IN_PLACE = 8;

  /**
   * Queries up to which it reads keys where they lie, where rows are multiplied faster packed: with keys packed 128 and 512 queries of 64
   * dimensions took 0.88 to 0.90 and 0.79 of the time, values included; 100 take 1.0, 40 1.03 to 1.05, 12 1.15 to 1.21 (Zen 3).
   */
  static final int QUERIES_OF_KEYS_IN_PLACE = 112;

  /** How long a worker looks for the next step before it parks: longer than the caller's work between steps, in nanoseconds. */
  static final long SPIN_NANOS = 50_000;

  private Tuning() {}

  /**
   * The most rows of a packed block: of 768 columns 144 KiB, 24 and 48 take 1.0 to 1.03 of the time, 72 1.02 to 1.05. Reduced panels are
   * widened for each block, so that 36 take 1.02 to 1.15 of the time of 96.
   */
  static int packedRows(Storage storage) {
    return storage == Storage.F32 ? 36 : 96;
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
   * and 32 rows); bf16 of 4 rows 0.92, where two are 0.98 and three 1.06 of one; int8 of 4 rows 0.87, three 0.9 of one (Zen 5). f32 of 4, 8
   * and 16 rows 0.90 to 0.93, where one slice is 1.07 to 1.09 and two 1.03 of three (Zen 3). With many rows all are alike.
   */
  static int prefetched(Storage storage) {
    return storage == Storage.BF16 ? 2 * Gemm.SLICE : 3 * Gemm.SLICE;
  }

  static boolean alone(long multiplications) {
    return multiplications < FEW_MULTIPLICATIONS;
  }
}
