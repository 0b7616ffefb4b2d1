package dev.lanepool.pooling;

import dev.lanepool.nn.Mat;

/** What the poolings with parameters to learn have in common. */
final class Learnt {
  private Learnt() {}

  /** The error for pooling without trained parameters. */
  static IllegalStateException untrained(Pooling pooling) {
    return new IllegalStateException("pooling \"" + pooling + "\" has parameters to learn: it pools only as part of a trained head");
  }

  /**
   * Checks that an array can hold a layer's weights.
   *
   * @param width of the layer, which is its option {@code hidden}
   * @param most that fits
   * @param hiddenSize C of the model
   */
  static void requireFit(Pooling pooling, int width, int most, int hiddenSize) {
    if (width > most) {
      throw new IllegalArgumentException("pooling \"" + pooling + "\": hidden: found " + width + ", expected at most " + most
          + " for a model of hidden size " + hiddenSize + ", since one array holds at most " + Mat.MOST + " values");
    }
  }

  /** Checks a layer's width. */
  static void requireWidth(int width) {
    if (width < 1) {
      throw new IllegalArgumentException("hidden=" + width + ": expected at least 1");
    }
  }
}
