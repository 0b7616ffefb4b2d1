package dev.lanepool.nn;

/**
 * A tensor to learn: a matrix, or a vector where {@code rows} is 1 and it is {@link #vector}. Known by its name, as a checkpoint has it.
 *
 * <p>Who writes into {@link #values} must call {@link #changed} before any layer uses them again, since layers keep copies in the order
 * that products read.
 */
public final class Param {
  private final String name;
  private final float[] values;
  private final int rows;
  private final int columns;
  private final boolean vector;
  private final boolean decays;
  private volatile long version;

  private Param(String name, int rows, int columns, boolean vector, boolean decays) {
    this.name = name;
    this.rows = new Shape(rows, columns).rows();
    this.columns = columns;
    this.vector = vector;
    this.decays = decays;
    values = new float[Sizes.product(name + ": ", rows, columns)];
  }

  /**
   * A weight matrix of zeros, (rows, columns), that weight decay applies to.
   *
   * @throws IllegalArgumentException where a size is negative
   * @throws ArithmeticException that names it, where it would not fit into an array
   */
  public static Param matrix(String name, int rows, int columns) {
    return new Param(name, rows, columns, false, true);
  }

  /**
   * A vector of zeros, such as a bias, that weight decay may leave out.
   *
   * @throws IllegalArgumentException where the size is negative
   * @throws ArithmeticException that names it, where it would not fit into an array
   */
  public static Param vector(String name, int size) {
    return new Param(name, 1, size, true, false);
  }

  /** As in a checkpoint: {@code lstm.weight_ih_l0}. */
  public String name() {
    return name;
  }

  /** (rows, columns), row-major. */
  public float[] values() {
    return values;
  }

  /** 1 for a vector. */
  public int rows() {
    return rows;
  }

  /** The floats in a row. */
  public int columns() {
    return columns;
  }

  /** Whether it has one dimension rather than two. */
  public boolean isVector() {
    return vector;
  }

  /** Its dimensions as files have them: (columns), or (rows, columns). A new array. */
  public long[] shape() {
    return vector ? new long[] {columns} : new long[] {rows, columns};
  }

  /** Whether it is a weight matrix: biases and the scales of norms may be left out of weight decay. */
  public boolean decays() {
    return decays;
  }

  /**
   * Writes all values and says so ({@link #changed}).
   *
   * @param from copied; as many, row-major
   * @throws IllegalArgumentException where they are more or fewer
   */
  public void set(float[] from) {
    if (from.length != values.length) {
      throw new IllegalArgumentException(this + ": found " + from.length + " values, expected " + values.length);
    }
    System.arraycopy(from, 0, values, 0, values.length);
    changed();
  }

  /** The number of times that {@link #changed} was called. */
  public long version() {
    return version;
  }

  /** Says that {@link #values} were written. One writer at a time. */
  public void changed() {
    long next = version + 1;
    version = next;
  }

  @Override
  public String toString() {
    return name + (vector ? " [" + columns + "]" : " [" + rows + ", " + columns + "]");
  }
}
