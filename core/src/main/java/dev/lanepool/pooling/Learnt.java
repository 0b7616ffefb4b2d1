package dev.lanepool.pooling;

/** What the poolings with parameters to learn have in common. */
final class Learnt {
  private Learnt() {}

  /** The error for pooling without trained parameters. */
  static IllegalStateException untrained(Pooling pooling) {
    return new IllegalStateException("pooling \"" + pooling + "\" has parameters to learn: it pools only as part of a trained head");
  }

  /** Checks a layer's width. */
  static void requireWidth(String name, int width) {
    if (width < 1) {
      throw new IllegalArgumentException(name + "=" + width + ": expected at least 1");
    }
  }
}
