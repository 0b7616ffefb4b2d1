package dev.lanepool.kernels;

/** Rows of floats to rows of 16 or 8 bits, element after element: as in a {@link PackedMatrix}, without its order. */
public final class ReducedRows {
  private ReducedRows() {}

  /** The upper half of x, rounded to nearest, ties to even; beyond the largest, infinity; a NaN stays one. */
  public static short bf16(float x) {
    return Reducing.bf16(x);
  }

  /**
   * to[count] = the upper halves of x, rounded to nearest, ties to even.
   *
   * @throws IndexOutOfBoundsException where an array is too short
   */
  public static void bf16(float[] x, int xOffset, int count, short[] to, int toOffset) {
    for (int i = 0; i < count; i++) {
      to[toOffset + i] = Reducing.bf16(x[xOffset + i]);
    }
  }

  /**
   * Rows {@code first ..} of {@code to}, each with its scale, from x, (rows, width): an element is near to · scale.
   *
   * @throws IndexOutOfBoundsException where an array is too short
   * @throws IllegalArgumentException where an element is not finite or above 1e38 in magnitude
   */
  public static void int8(float[] x, int rows, int width, byte[] to, float[] scales, int first) {
    for (int row = 0; row < rows; row++) {
      float scale = Reducing.scale(x, row * width, width, first + row);
      double inverse = scale == 0 ? 0 : 1.0 / scale;
      scales[first + row] = scale;
      for (int i = 0; i < width; i++) {
        to[(first + row) * width + i] = (byte) Reducing.quantized(x[row * width + i], inverse);
      }
    }
  }
}
