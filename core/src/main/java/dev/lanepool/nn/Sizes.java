package dev.lanepool.nn;

import org.jspecify.annotations.Nullable;

/** Checks that layers share. They take numbers rather than shapes: nothing is allocated in a step. */
final class Sizes {
  private Sizes() {}

  /**
   * The floats of a matrix.
   *
   * @param what it is, as the error begins
   * @throws ArithmeticException where an array cannot hold them
   */
  static int product(String what, int rows, int columns) {
    long product = (long) rows * columns;
    if (product > Mat.MOST) {
      throw new ArithmeticException(
          what + "found " + rows + " x " + columns + " values, expected at most " + Mat.MOST + ", which one array holds");
    }
    return (int) product;
  }

  /** Resizes y to what a layer gives. */
  static void check(int rows, int columns, Mat y, int most) {
    if (rows > most) {
      throw new IllegalArgumentException(rows + " rows, but the cache was made for at most " + most);
    }
    if (y.columns() != columns) {
      throw new IllegalArgumentException("an output of " + y.columns() + " columns, expected " + columns);
    }
    y.resize(rows);
  }

  /** That a given matrix is as expected. */
  static void same(String what, Mat found, int rows, int columns) {
    if (found.rows() != rows || found.columns() != columns) {
      throw new IllegalArgumentException(
          what + ": found " + found.rows() + " x " + found.columns() + ", expected " + rows + " x " + columns);
    }
  }

  /** What forward left in the cache. */
  static <T> T remembered(@Nullable T x) {
    if (x == null) {
      throw new IllegalStateException("backward before forward");
    }
    return x;
  }
}
