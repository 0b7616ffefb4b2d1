package dev.lanepool.training.features;

/** How features are kept. */
public enum FeatureStorage {
  /** As computed. */
  F32(4),
  /** Rounded to the nearest of 8 significant bits: half the space, for rows of every token of many texts. */
  BF16(2);

  private final int bytes;

  FeatureStorage(int bytes) {
    this.bytes = bytes;
  }

  /** The size of an element. */
  int bytes() {
    return bytes;
  }
}
