package dev.lanepool.nn;

/**
 * A row-major matrix of floats with room for a fixed number of rows, of which the first {@link #rows} are in use. Batches differ in size:
 * one matrix, made once, serves them all.
 */
public final class Mat {
  /** The most values of one array, on any JVM. */
  public static final int MOST = Integer.MAX_VALUE - 8;

  private float[] data; // (capacity, columns)
  private final int columns;
  private int capacity;
  private int rows;

  /**
   * All zeros, and all rows in use.
   *
   * @throws IllegalArgumentException where a size is negative
   * @throws ArithmeticException where the matrix would not fit into an array
   */
  public Mat(int rows, int columns) {
    this(new float[Sizes.product("a matrix: ", new Shape(rows, columns).rows(), columns)], rows, columns);
  }

  /**
   * A view of an array's beginning, which it does not copy.
   *
   * @throws IllegalArgumentException where a size is negative or the array is too short
   */
  public Mat(float[] data, int rows, int columns) {
    this.columns = new Shape(rows, columns).columns();
    this.data = data;
    view(data, rows);
  }

  /**
   * Makes this a view of another array's beginning.
   *
   * @return this
   * @throws IllegalArgumentException where the number of rows is negative or the array is too short
   */
  public Mat view(float[] data, int rows) {
    if (rows < 0 || (long) rows * columns > data.length) {
      throw new IllegalArgumentException(rows + " x " + columns + " in an array of " + data.length);
    }
    this.data = data;
    this.rows = rows;
    capacity = rows;
    return this;
  }

  /** The elements; row r starts at {@code r * columns()}. */
  public float[] data() {
    return data;
  }

  /** The rows in use. */
  public int rows() {
    return rows;
  }

  /** The floats in a row. */
  public int columns() {
    return columns;
  }

  /** The most rows there is room for. */
  public int capacity() {
    return capacity;
  }

  /** Rows in use by columns. */
  public Shape shape() {
    return new Shape(rows, columns);
  }

  /**
   * Puts the first {@code rows} rows in use. Elements stay as they are.
   *
   * @return this
   * @throws IllegalArgumentException where there is no room for so many
   */
  public Mat resize(int rows) {
    if (rows < 0 || rows > capacity) {
      throw new IllegalArgumentException(rows + " rows, expected 0 to " + capacity);
    }
    this.rows = rows;
    return this;
  }
}
