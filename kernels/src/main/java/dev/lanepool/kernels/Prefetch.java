package dev.lanepool.kernels;

/**
 * Reads ahead what a kernel is about to go through. A tile of several rows has so many instructions for each line of the panel that few
 * loads from memory are under way at once; nothing but loads keeps as many as the processor can. Java has no prefetch instruction: one
 * element of each 64 bytes is added up, and the sum is kept, or the compiler leaves the reading out. One for each worker.
 *
 * <p>Weights in a third-level cache are there soon enough without: unread, 8 rows take 0.75 of the time, 16 rows 0.91, 32 rows 0.95 (N =
 * 3072, K = 768). So a piece is timed now and then, and the next ones are read only where it came slowly.
 *
 * <p>With 256-bit lanes reduced weights are left to the processor altogether: read ahead, products of 3 to 16 rows take 1.1 to 1.2 times
 * the time (bf16 and int8, Zen 3), where those of f32 take 0.9.
 *
 * <p>Four places at a time, a quarter of the values apart: processors follow each on their own, and one page's beginning does not hold up
 * the others.
 */
final class Prefetch {
  private static final int LINE = 64;

  /** Pieces that are taken to come as the one did that was timed before them: 15 take 1.01 of the time, 63 the same. */
  private static final int ALIKE = 31;

  /**
   * Bytes in a nanosecond from which a piece came quickly: the cache gives 60 to 95 to one thread, memory 20 to 35 (Zen 5, 512-bit lanes);
   * 26 to 42 and 6 to 15 (Zen 3, 256 bits).
   */
  private final int quickFrom;

  private final boolean onlyFloats;

  private boolean quick; // the last that was timed
  private int alike; // so many more
  private float sum; // of all that was read: nobody reads it

  Prefetch(int panelWidth) {
    boolean wide = panelWidth >= 32;
    quickFrom = wide ? 45 : 22;
    onlyFloats = !wide;
  }

  /** Reads {@code n} elements of a panel from {@code from}, which are next, unless they come soon enough by themselves. */
  void next(PackedMatrix matrix, int panel, int from, int n) {
    if (onlyFloats && matrix.storage() != Storage.F32) {
      return;
    }
    if (alike == 0) {
      long start = System.nanoTime();
      read(matrix, panel, from, n);
      quick = quick((long) n * matrix.storage().bytes(), System.nanoTime() - start);
      alike = ALIKE;
    } else {
      alike--;
      if (!quick) {
        read(matrix, panel, from, n);
      }
    }
  }

  boolean quick(long bytes, long nanos) {
    return bytes > quickFrom * nanos;
  }

  private void read(PackedMatrix matrix, int panel, int from, int n) {
    sum += switch (matrix.storage()) {
      case F32 -> read(matrix.panel(panel), from, n);
      case BF16 -> read(matrix.shorts(panel), from, n);
      case INT8 -> read(matrix.bytes(panel), from, n);
    };
  }

  /** Reads {@code n} floats from {@code from}, but for the last of what no four quarters have. */
  static float read(float[] values, int from, int n) {
    int quarter = n / 4;
    int to = from + quarter;
    float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    for (int i = from; i < to; i += LINE / Float.BYTES) {
      s0 += values[i];
      s1 += values[i + quarter];
      s2 += values[i + 2 * quarter];
      s3 += values[i + 3 * quarter];
    }
    return s0 + s1 + s2 + s3;
  }

  /** The same for 16 bits. */
  static int read(short[] values, int from, int n) {
    int quarter = n / 4;
    int to = from + quarter;
    int s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    for (int i = from; i < to; i += LINE / Short.BYTES) {
      s0 += values[i];
      s1 += values[i + quarter];
      s2 += values[i + 2 * quarter];
      s3 += values[i + 3 * quarter];
    }
    return s0 + s1 + s2 + s3;
  }

  /** The same for 8 bits. */
  static int read(byte[] values, int from, int n) {
    int quarter = n / 4;
    int to = from + quarter;
    int s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    for (int i = from; i < to; i += LINE) {
      s0 += values[i];
      s1 += values[i + quarter];
      s2 += values[i + 2 * quarter];
      s3 += values[i + 3 * quarter];
    }
    return s0 + s1 + s2 + s3;
  }
}
