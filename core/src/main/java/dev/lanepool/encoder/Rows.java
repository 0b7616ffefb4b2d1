package dev.lanepool.encoder;

import java.util.Arrays;
import java.util.Objects;

/**
 * A view of consecutive rows of hidden states, (count, width), row-major in a shared array. Reading only: the array belongs to the
 * {@link HiddenStates} it came from.
 *
 * @param array holds the rows
 * @param offset where the first row starts in it, in floats
 * @param count the number of rows
 * @param width C, the floats in a row
 */
public record Rows(float[] array, int offset, int count, int width) {

  /** @throws IndexOutOfBoundsException where there is no such row or column */
  public float get(int row, int column) {
    Objects.checkIndex(column, width);
    return array[start(row) + column];
  }

  /**
   * A copy of one row, C.
   *
   * @throws IndexOutOfBoundsException where there is no such row
   */
  public float[] row(int row) {
    return Arrays.copyOfRange(array, start(row), start(row) + width);
  }

  /**
   * Where a row starts in {@link #array}, in floats.
   *
   * @throws IndexOutOfBoundsException where there is no such row
   */
  public int start(int row) {
    return offset + Objects.checkIndex(row, count) * width;
  }

  /** A copy of all rows, count * C floats. */
  public float[] toArray() {
    return Arrays.copyOfRange(array, offset, offset + count * width);
  }
}
