package dev.lanepool.kernels;

/** How the elements of a {@link PackedMatrix} are kept. Whatever it is, products are computed in 32-bit float on the widened elements. */
public enum Storage {
  /** 32-bit floats, as they are. */
  F32(Float.BYTES),
  /** The upper halves of 32-bit floats, rounded to nearest, ties to even. */
  BF16(Short.BYTES),
  /**
   * Whole numbers q from -127 to 127 with one scale s for each output, near the largest absolute weight of that output / 127; the widened
   * element is q · s, rounded to float.
   */
  INT8(Byte.BYTES);

  private final int bytes;

  Storage(int bytes) {
    this.bytes = bytes;
  }

  /** Of an element. */
  int bytes() {
    return bytes;
  }
}
