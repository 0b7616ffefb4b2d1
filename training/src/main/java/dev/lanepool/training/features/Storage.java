package dev.lanepool.training.features;

/** How features are kept. */
public enum Storage {
  /** As computed. */
  F32(4),
  /** Rounded to the nearest of 8 significant bits: half the space, for rows of every token of many texts. */
  BF16(2);

  private final int bytes;

  Storage(int bytes) {
    this.bytes = bytes;
  }

  /** The size of an element. */
  int bytes() {
    return bytes;
  }

  /** The nearest bf16, ties to even; NaN stays NaN. */
  static short bf16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (value != value) {
      return (short) (bits >>> 16 | 0x40);
    }
    return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
  }
}
