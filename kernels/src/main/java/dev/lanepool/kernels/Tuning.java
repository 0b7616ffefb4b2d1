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

  /** Rows of queries whose scores are held at once: 24 rows of 512 keys are 48 KiB. */
  static final int QUERY_ROWS = 24;

  /** How long a worker looks for the next step before it parks: longer than the caller's work between steps, in nanoseconds. */
  static final long SPIN_NANOS = 50_000;

  private Tuning() {}
}
