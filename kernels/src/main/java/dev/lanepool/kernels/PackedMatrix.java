package dev.lanepool.kernels;

import java.util.Objects;

/**
 * A weight matrix B[N, K] and its bias in the order in which the product reads it: panels of P columns of Bᵀ, each k after k, so that
 * element (n, k) stands at {@code panel n / P}, {@code k · P + n % P}; reduced panels are interleaved as {@link ReducedKernels} says. The
 * last panel is filled up with zeros. Immutable once filled. Threads may fill different rows at the same time.
 */
public final class PackedMatrix {
  private final int n;
  private final int k;
  private final int width;
  private final Storage storage;
  // (N / P rounded up) panels in one of the three.
  private final float[][] panels; // (K, P)
  private final short[][] shorts; // (K, P / 2, 2)
  private final byte[][] bytes; // (K / 2 rounded up, P / 2, 4)
  private final float[] scales; // (N rounded up to P), of the bytes
  private final float[] bias; // (N)

  /**
   * An empty matrix of N outputs and K inputs in 32-bit floats, to be filled by {@link #pack}.
   *
   * @throws IllegalArgumentException where a size is negative
   * @throws ArithmeticException where a panel would not fit into an array
   */
  public PackedMatrix(int n, int k) {
    this(n, k, Storage.F32);
  }

  /**
   * An empty matrix of N outputs and K inputs, to be filled by {@link #pack}.
   *
   * @throws IllegalArgumentException where a size is negative
   * @throws ArithmeticException where a panel would not fit into an array
   */
  public PackedMatrix(int n, int k, Storage storage) {
    if (n < 0 || k < 0) {
      throw new IllegalArgumentException("a matrix of " + n + " x " + k);
    }
    this.n = n;
    this.k = k;
    this.storage = storage;
    width = Kernels.active().panelWidth();
    int count = (n + width - 1) / width;
    panels = new float[storage == Storage.F32 ? count : 0][Math.multiplyExact(k, width)];
    shorts = new short[storage == Storage.BF16 ? count : 0][Math.multiplyExact(k, width)];
    bytes = new byte[storage == Storage.INT8 ? count : 0][Math.multiplyExact(k + k % 2, width)];
    scales = new float[storage == Storage.INT8 ? count * width : 0];
    bias = new float[n];
  }

  /**
   * Fills rows of B from a part of an array.
   *
   * @param firstRow the first of the rows, 0 to N
   * @param rows how many
   * @param b (rows, K), from {@code offset}
   * @throws IndexOutOfBoundsException where the rows are not the matrix's, or {@code b} is too short
   * @throws IllegalArgumentException where an element cannot be kept in 8 bits: not finite, or above 1e38 in magnitude
   */
  public void pack(int firstRow, int rows, float[] b, int offset) {
    Objects.checkFromIndexSize(firstRow, rows, n);
    Objects.checkFromIndexSize(offset, Math.multiplyExact(rows, k), b.length);
    for (int row = firstRow, some; row < firstRow + rows; row += some) {
      some = Math.min(width - row % width, firstRow + rows - row);
      int from = offset + (row - firstRow) * k;
      int panel = row / width;
      int column = row % width;
      switch (storage) {
        case F32 -> TrainingKernels.active().transpose(b, from, k, some, k, panels[panel], column, width);
        case BF16 -> Reducing.bf16(b, from, some, k, shorts[panel], column, width);
        case INT8 -> Reducing.int8(b, from, some, k, bytes[panel], column, width, scales, row);
      }
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

  /**
   * Rows of B as products see them: rows {@code firstRow ..} as floats, (rows, K). For tests and the curious: slow.
   *
   * @throws IndexOutOfBoundsException where the rows are not the matrix's
   */
  public float[] widened(int firstRow, int rows) {
    Objects.checkFromIndexSize(firstRow, rows, n);
    float[] b = new float[rows * k];
    float[] panel = new float[(k + 1) * width];
    for (int row = firstRow; row < firstRow + rows; row++) {
      if (row == firstRow || row % width == 0) {
        switch (storage) {
          case F32 -> System.arraycopy(panels[row / width], 0, panel, 0, k * width);
          case BF16 -> ReducedKernels.active().widenBf16(shorts[row / width], 0, k, panel);
          case INT8 -> ReducedKernels.active().widenInt8(bytes[row / width], 0, k, scales, row / width * width, panel);
        }
      }
      for (int i = 0; i < k; i++) {
        b[(row - firstRow) * k + i] = panel[i * width + row % width];
      }
    }
    return b;
  }

  /** N, the number of outputs. */
  public int outputs() {
    return n;
  }

  /** K, the number of inputs. */
  public int inputs() {
    return k;
  }

  /** How its elements are kept. */
  public Storage storage() {
    return storage;
  }

  /** The elements held, with those that fill up the last panel, and the bias. */
  public long floats() {
    return (long) panels() * width * k + n;
  }

  /** The bytes held, bias and scales included. */
  public long bytes() {
    long each = (long) panels() * width;
    return 4L * n + switch (storage) {
      case F32, BF16 -> storage.bytes() * each * k;
      case INT8 -> each * (k + k % 2) + 4 * each;
    };
  }

  int panels() {
    return (n + width - 1) / width;
  }

  /** A panel's part of {@link #pack} of the whole matrix. */
  void packPanel(int panel, float[] b) {
    int first = panel * width;
    pack(first, Math.min(width, n - first), b, first * k);
  }

  /** A panel's part of {@link Gemm#packTransposed}. */
  void packPanelTransposed(int panel, float[] transposed) {
    if (storage != Storage.F32) {
      throw new IllegalStateException("a transpose is packed in " + Storage.F32 + " only, this is " + storage);
    }
    int first = panel * width;
    int columns = Math.min(width, n - first);
    for (int i = 0; i < k; i++) {
      System.arraycopy(transposed, i * n + first, panels[panel], i * width, columns);
    }
  }

  float[] panel(int index) {
    return panels[index];
  }

  short[] shorts(int panel) {
    return shorts[panel];
  }

  byte[] bytes(int panel) {
    return bytes[panel];
  }

  float[] scales() {
    return scales;
  }

  float[] bias() {
    return bias;
  }
}
