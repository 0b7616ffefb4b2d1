package dev.lanepool.kernels;

/** Constants that only speed depends on, each with the measurement that chose it. Results never depend on them. */
final class Tuning {
  /**
   * Floats of B that stay in a second-level cache while rows of A stream past: 8 panels of 768 by 32 are 768 KiB. With 2 MiB of it (512
   * bits, K = 768), 4, 8 and 12 panels give 0.81, 0.83 and 0.81 of the peak; keeping blocks of 96 rows of A there instead 0.76.
   */
  static final int CHUNK_FLOATS = 3 << 16;

  /** Tasks that a product is cut into for each thread, where it is large enough: the last to finish then delays little. */
  static final int TASKS_PER_THREAD = 4;

  /** Rows of A for which a chunk of B is worth reading, where more tasks are wanted. */
  static final int FEWEST_ROWS = 240;

  /**
   * Rows of a block in a transposed product, of one that widens its panels, and the most that go by a panel slice by slice together: 16 to
   * 48 rows are 0 to 7 % faster so than tile by tile.
   */
  static final int BLOCK_ROWS = 96;

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
