package dev.lanepool.kernels;

/** Constants that only speed depends on, each with the measurement that chose it. Results never depend on them. */
final class Tuning {
  /**
   * Rows of A in one block of a product: 96 rows of 768 floats are 288 KiB, which stay in a second-level cache while the panels stream
   * past from the third. On 512-bit lanes 48, 96 and 192 rows are within 3% of each other; fewer cost traffic, more cost balance.
   */
  static final int BLOCK_ROWS = 96;

  /** Tasks that a product is cut into for each thread, where it is large enough: the last to finish then delays little. */
  static final int TASKS_PER_THREAD = 8;

  /**
   * Multiplications below which a product runs on its caller alone: they take some 40 us, and waking a thread that has parked up to 300.
   */
  static final long FEW_MULTIPLICATIONS = 1 << 21;

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

  /** Rows of queries whose scores are held at once: 24 rows of 512 keys are 48 KiB. */
  static final int QUERY_ROWS = 24;

  /** How long a worker looks for the next step before it parks: longer than the caller's work between steps, in nanoseconds. */
  static final long SPIN_NANOS = 50_000;

  private Tuning() {}

  static boolean alone(long multiplications) {
    return multiplications < FEW_MULTIPLICATIONS;
  }
}
