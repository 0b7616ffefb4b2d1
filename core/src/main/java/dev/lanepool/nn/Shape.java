package dev.lanepool.nn;

/**
 * The size of a matrix.
 *
 * @param rows 0 or more
 * @param columns 0 or more
 */
public record Shape(int rows, int columns) {

  /** @throws IllegalArgumentException where a size is negative */
  public Shape {
    if (rows < 0 || columns < 0) {
      throw new IllegalArgumentException("a matrix of " + rows + " x " + columns);
    }
  }
}
