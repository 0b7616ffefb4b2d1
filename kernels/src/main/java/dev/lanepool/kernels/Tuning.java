package dev.lanepool.kernels;

/** Constants that only speed depends on, each with the measurement that chose it. Results never depend on them. */
final class Tuning {
  /**
   * Floats of B that stay in a second-level cache while rows of A stream past: 4 panels of 768 by 32 are 384 KiB. With 1 MiB of it (512
   * bits, K = 768), 2, 4, 6 and 8 panels give 0.83, 0.86, 0.85 and 0.81 of the peak; with 2 MiB 4 and 8 give 0.81 and 0.83.
   */
  static final int CHUNK_FLOATS = 3 << 15;

  /**
   * Of a large K, what passes at a time in a product of many rows. A multiple of the slice. K = 3072 whole, one panel in the second-level
   * cache, gives 0.70 to 0.77 of the peak, in such parts 0.78 to 0.83.
   */
  static final int DEPTH = 3 * Gemm.SLICE;

  /** Tasks for each thread towards a product's end, or of a small product: the last to finish then delays little. */
  static final int TASKS_PER_THREAD = 4;

  /** Rows of A for which a chunk of B is worth reading again. */
  static final int FEWEST_ROWS = 96;

  /** Rows of a block in a transposed product, in one that widens its panels, and in one of large K. */
  static final int BLOCK_ROWS = 96;

  /**
   * The most rows that go by a panel slice by slice together. All products of a roberta-base of 128, 192 and 256 rows take 0.85, 0.92 and
   * 0.90 of the time so that they take with the rows streaming past panels in the second-level cache; of 512 rows as long.
   */
  static final int SLICED_ROWS = 264;

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

  /** Fewer than in a product with packed weights: each packs its part of B again. */
  static final int TRANSPOSED_TASKS_PER_THREAD = 4;

  /**
   * Keys up to which attention reads values where they lie; more are packed for each head, once. With 40, 128 and 512 keys the former takes
   * 0.92, 0.88 and 1.05 of the latter's time.
   */
  static final int KEYS_IN_PLACE = 256;

  /** How long a worker looks for the next step before it parks: longer than the caller's work between steps, in nanoseconds. */
  static final long SPIN_NANOS = 50_000;

  private Tuning() {}

  /**
   * How many of these rows go by a slice of a panel before the others do. A small tile leaves the processor room to have many loads of the
   * slice under way at once, where one of 12 rows waits for each of them; the others then find the slice in the first-level cache. All
   * products of a roberta-base of 8, 16, 32 and 64 rows, its weights in memory, take 0.87, 0.82, 0.88 and 0.90 of the time. An even number
   * of rows stays even, for its tiles' sake.
   */
  static int rowsAhead(int rows) {
    return rows % 2 == 0 ? Math.min(2, rows) : 1;
  }

  static boolean alone(long multiplications) {
    return multiplications < FEW_MULTIPLICATIONS;
  }
}
