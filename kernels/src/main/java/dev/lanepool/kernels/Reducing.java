package dev.lanepool.kernels;

/** Floats to the 16 or 8 bits of a {@link Storage}, into panels laid out as {@link ReducedKernels} says. */
final class Reducing {
  /** Steps of K that are written for all rows before the next: their part of a panel stays in the first-level cache. */
  private static final int DEPTH = 64;

  /** So that 3 · 2^7 · scale, which the widening subtracts, stays finite. */
  private static final float LARGEST = 1e38f;

  private Reducing() {}

  /** Rounded to nearest, ties to even; beyond the largest, infinity; a NaN stays one. */
  static short bf16(float value) {
    int bits = Float.floatToRawIntBits(value);
    return (short) (value != value ? bits >>> 16 | 0x40 : bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
  }

  /** Columns {@code column ..} of a panel of width P from rows of b, (rows, K). */
  static void bf16(float[] b, int offset, int rows, int k, short[] panel, int column, int width) {
    int half = width / 2;
    for (int from = 0; from < k; from += DEPTH) {
      int to = Math.min(k, from + DEPTH);
      for (int row = 0; row < rows; row++) {
        int at = (column + row) % half * 2 + (column + row) / half;
        for (int i = from; i < to; i++) {
          panel[at + i * width] = bf16(b[offset + row * k + i]);
        }
      }
    }
  }

  /**
   * The same in 8 bits, with each row's scale.
   *
   * @throws IllegalArgumentException where an element is not finite or above 1e38 in magnitude; it names row and column
   */
  static void int8(float[] b, int offset, int rows, int k, byte[] panel, int column, int width, float[] scales, int firstScale) {
    int half = width / 2;
    for (int row = 0; row < rows; row++) {
      int at = (column + row) % half * 4 + (column + row) / half;
      float scale = scale(b, offset + row * k, k, firstScale + row);
      scales[firstScale + row] = scale;
      double inverse = scale == 0 ? 0 : 1.0 / scale;
      for (int i = 0; i < k; i++) {
        panel[at + i / 2 * 2 * width + i % 2 * 2] = (byte) (quantized(b[offset + row * k + i], inverse) + 128);
      }
    }
  }

  /**
   * A row's scale: its largest magnitude / 127, rounded up to 22 significant bits.
   *
   * @param row how errors name it
   * @throws IllegalArgumentException where an element is not finite or above 1e38 in magnitude; it names row and column
   */
  static float scale(float[] b, int offset, int k, int row) {
    float largest = 0;
    for (int i = 0; i < k; i++) {
      float magnitude = Math.abs(b[offset + i]);
      if (!(magnitude <= LARGEST)) {
        throw new IllegalArgumentException("row " + row + ": found " + b[offset + i] + " in column " + i
            + ", expected at most 1e38 in magnitude to keep it in 8 bits");
      }
      largest = Math.max(largest, magnitude);
    }
    return Float.intBitsToFloat(Float.floatToRawIntBits(largest / 127) + 3 & ~3);
  }

  /** The nearest of -127 to 127; ties to even. */
  static int quantized(float value, double inverseScale) {
    return Math.clamp((int) Math.rint(value * inverseScale), -127, 127);
  }
}
