package dev.lanepool.kernels;

/**
 * Reads ahead what a kernel is about to go through. A tile of several rows has so many instructions for each line of the panel that few
 * loads from memory are under way at once; nothing but loads keeps as many as the processor can. Java has no prefetch instruction: one
 * element of each 64 bytes is added up, and who calls must use the sum, or the compiler leaves the reading out.
 *
 * <p>Four places at a time, a quarter of the values apart: processors follow each on their own, and one page's beginning does not hold up
 * the others.
 */
final class Prefetch {
  private static final int LINE = 64;

  private Prefetch() {}

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
