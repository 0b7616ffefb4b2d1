package dev.lanepool.kernels;

import java.util.Objects;

/**
 * A weight matrix B[N, K] and its bias in the order in which the product reads it: panels of P columns of Bᵀ, each k after k, so that
 * element (n, k) stands at {@code panel n / P}, {@code k · P + n % P}. The last panel is filled up with zeros. Immutable once filled.
 */
public final class PackedMatrix {
  private final int n;
  private final int k;
  private final int width;
  private final float[][] panels; // (N / P rounded up): (K, P)
  private final float[] bias; // (N)

  /**
   * An empty matrix of N outputs and K inputs, to be filled by {@link #pack}.
   *
   * @throws IllegalArgumentException where a size is negative
   * @throws ArithmeticException where a panel would not fit into an array
   */
  public PackedMatrix(int n, int k) {
    if (n < 0 || k < 0) {
      throw new IllegalArgumentException("a matrix of " + n + " x " + k);
    }
    this.n = n;
    this.k = k;
    width = Kernels.active().panelWidth();
    panels = new float[(n + width - 1) / width][Math.multiplyExact(k, width)];
    bias = new float[n];
  }

  /**
   * Fills rows of B from a part of an array.
   *
   * @param firstRow the first of the rows, 0 to N
   * @param rows how many
   * @param b (rows, K), from {@code offset}
   * @throws IndexOutOfBoundsException where the rows are not the matrix's, or {@code b} is too short
   */
  public void pack(int firstRow, int rows, float[] b, int offset) {
    Objects.checkFromIndexSize(firstRow, rows, n);
    Objects.checkFromIndexSize(offset, Math.multiplyExact(rows, k), b.length);
    for (int row = firstRow, some; row < firstRow + rows; row += some) {
      some = Math.min(width - row % width, firstRow + rows - row);
      TrainingKernels.active().transpose(b, offset + (row - firstRow) * k, k, some, k, panels[row / width], row % width, width);
    }
  }

  /**
   * Fills all of B from its transpose, whose rows lie as panels do.
   *
   * @param transposed Bᵀ, (K, N)
   * @throws IndexOutOfBoundsException where it is too short
   */
  public void packTransposed(float[] transposed) {
    for (int panel = 0; panel < panels.length; panel++) {
      packPanelTransposed(panel, transposed);
    }
  }

  /**
   * Fills a part of the bias.
   *
   * @throws IndexOutOfBoundsException where the values do not fit in from {@code first} on
   */
  public void packBias(int first, float[] values) {
    System.arraycopy(values, 0, bias, first, values.length);
  }

  /** N, the number of outputs. */
  public int outputs() {
    return n;
  }

  /** K, the number of inputs. */
  public int inputs() {
    return k;
  }

  /** The floats held, bias included. */
  public long floats() {
    return (long) panels.length * width * k + n;
  }

  int panels() {
    return panels.length;
  }

  /** A panel's part of {@link #pack} of the whole matrix. */
  void packPanel(int panel, float[] b) {
    int first = panel * width;
    pack(first, Math.min(width, n - first), b, first * k);
  }

  /** A panel's part of {@link #packTransposed}. */
  void packPanelTransposed(int panel, float[] transposed) {
    int first = panel * width;
    int columns = Math.min(width, n - first);
    for (int i = 0; i < k; i++) {
      System.arraycopy(transposed, i * n + first, panels[panel], i * width, columns);
    }
  }

  float[] panel(int index) {
    return panels[index];
  }

  float[] bias() {
    return bias;
  }
}
