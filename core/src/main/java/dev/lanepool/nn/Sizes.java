package dev.lanepool.nn;

import org.jspecify.annotations.Nullable;

/** Checks that layers share. */
final class Sizes {
  private Sizes() {}

  /** Resizes y to what a layer gives. */
  static void check(Shape wanted, Mat y, int most) {
    if (wanted.rows() > most) {
      throw new IllegalArgumentException(wanted.rows() + " rows, but the cache was made for at most " + most);
    }
    if (y.columns() != wanted.columns()) {
      throw new IllegalArgumentException("an output of " + y.columns() + " columns, expected " + wanted.columns());
    }
    y.resize(wanted.rows());
  }

  /** What forward left in the cache. */
  static Mat remembered(@Nullable Mat x) {
    if (x == null) {
      throw new IllegalStateException("backward before forward");
    }
    return x;
  }
}
