package dev.lanepool.kernels;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The contract of the two twins: what one worker does to a few rows that are in its cache. {@link Gemm} and {@link Attention} cut
 * whole matrices into such pieces.
 *
 * <p>Implementations hold no state, allocate nothing, and check no arguments: beyond the end of an array they throw
 * {@link IndexOutOfBoundsException}. Arrays may be longer than the part that is used. Outputs must not overlap inputs unless the name says
 * {@code InPlace}, and then the output is the first argument.
 */
public interface Kernels {

  /**
   * The twin this JVM runs: SIMD where the Vector API is there and compiled, else scalar. Chosen once.
   *
   * @throws ExceptionInInitializerError where the property {@code lanepool.kernels} asks for a twin that there is not, or that cannot run
   *     here; its cause says which, and later calls are a {@link NoClassDefFoundError}
   */
  static Kernels active() {
    return KernelChoice.ACTIVE;
  }

  /** Hints that much work is coming: what serves it is compiled from now on, beside whatever the caller does. */
  default void warmUp() {}

  /** The twin and its lane width, for reports: {@code scalar} or {@code vector (16 lanes)}. */
  String name();

  /** The number of columns in a panel of a {@link PackedMatrix}. */
  int panelWidth();

  /** The number of rows that one tile of the product serves best; blocks of rows are multiples of it. */
  int tileRows();

  /**
   * C[rows, P] = A[rows, k] · panel[k, P], or C += where {@code accumulate}; P = {@link #panelWidth()}. One accumulator per element that
   * starts from zero, k ascending, fused multiply-add; it is added to C once.
   */
  void gemmPanel(float[] a, int aOffset, int lda, int rows, float[] panel, int panelOffset, int k,
      float[] c, int cOffset, int ldc, boolean accumulate, Workspace workspace);

  /** Whether several rows of A are multiplied faster by {@link #gemmPacked}, by so much that it is worth packing them for a product. */
  default boolean packsRows() {
    return false;
  }

  /** Floats that {@link #packRows} fills, at most. */
  default int packedFloats(int rows, int k) {
    return rows * k;
  }

  /** Rows of A, (rows, k), as {@link #gemmPacked} reads them. */
  default void packRows(float[] a, int aOffset, int lda, int rows, int k, float[] packed, int packedOffset) {
    for (int row = 0; row < rows; row++) {
      System.arraycopy(a, aOffset + row * lda, packed, packedOffset + row * k, k);
    }
  }

  /**
   * Rows of Aᵀ, A being (k, rows), as {@link #gemmPacked} reads them: {@code k} rounded up to an even number of columns, of which a last
   * one that A lacks is -0, so that with a panel that has zeros there it changes no sum.
   */
  default void packColumns(float[] a, int aOffset, int lda, int rows, int k, float[] packed, int packedOffset) {
    int columns = k + k % 2;
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < columns; i++) {
        packed[packedOffset + row * columns + i] = i < k ? a[aOffset + i * lda + row] : -0f;
      }
    }
  }

  /**
   * {@link #gemmPanel} with rows that {@link #packRows} has packed, bit for bit.
   *
   * @param packed {@code rows} rows of {@code k} columns, as {@link #packRows} or {@link #packColumns} had them, from
   *     {@code packedOffset}; {@code k} is even
   */
  default void gemmPacked(float[] packed, int packedOffset, int rows, float[] panel, int panelOffset, int k,
      float[] c, int cOffset, int ldc, boolean accumulate, Workspace workspace) {
    gemmPanel(packed, packedOffset, k, rows, panel, panelOffset, k, c, cOffset, ldc, accumulate, workspace);
  }

  /**
   * C[P] = A[k] · panel[k, P], of a single row: bit for bit what {@link #gemmPanel} gives where it takes {@code slice} steps of k at a time
   * and accumulates from the second time on.
   */
  default void gemvPanel(float[] a, int aOffset, float[] panel, int panelOffset, int k, int slice, float[] c, int cOffset,
      Workspace workspace) {
    int width = panelWidth();
    for (int i = 0; i == 0 || i < k; i += slice) {
      int depth = Math.min(slice, k - i);
      gemmPanel(a, aOffset + i, 0, 1, panel, panelOffset + i * width, depth, c, cOffset, width, i > 0, workspace);
    }
  }

  /**
   * C[rows, P] = A[k, P]ᵀ · B[k, P], the first rows of it; P = {@link #panelWidth()}. Sums as in {@link #gemmPanel}.
   *
   * @param a (k, P), of whose columns the first {@code rows} count
   * @param b (k, P), rows {@code ldb} apart
   */
  void gemmPanelTransposed(float[] a, int aOffset, int rows, float[] b, int bOffset, int ldb, int k, float[] c, int cOffset, int ldc,
      Workspace workspace);

  /** to[rows, P] = x[rows, P], x's rows {@code ldx} apart; P = {@link #panelWidth()}. */
  default void copyPanel(float[] x, int xOffset, int ldx, int rows, float[] to, int toOffset) {
    int width = panelWidth();
    for (int row = 0; row < rows; row++) {
      System.arraycopy(x, xOffset + row * ldx, to, toOffset + row * width, width);
    }
  }

  /** out[n] = x + y. {@code out} may be {@code x}. */
  void add(float[] x, int xOffset, float[] y, int yOffset, float[] out, int outOffset, int n);

  /** out[n] = geluErf(x + bias), geluErf(v) = v/2 (1 + erf(v / sqrt 2)). {@code out} may be {@code x}. */
  void addGeluErf(float[] x, int xOffset, float[] bias, int biasOffset, float[] out, int outOffset, int n);

  /** out[n] = (x + bias) + residual. {@code out} may be {@code x}. */
  void addAdd(float[] x, int xOffset, float[] bias, int biasOffset, float[] residual, int residualOffset,
      float[] out, int outOffset, int n);

  /**
   * C[rows, n] = epilogue(sums + bias): what follows a product, row by row as {@link #add}, {@link #addGeluErf} or {@link #addAdd} do it.
   *
   * @param sums (rows, n), rows {@code lds} apart
   * @param residual (rows, n), rows {@code ldr} apart; only for {@link Epilogue#BIAS_RESIDUAL}
   * @param c (rows, n), rows {@code ldc} apart; may be {@code residual}
   */
  default void finishRows(Epilogue epilogue, float[] sums, int sumsOffset, int lds, float[] bias, int biasOffset,
      float @Nullable [] residual, int residualOffset, int ldr, float[] c, int cOffset, int ldc, int rows, int n) {
    for (int i = 0; i < rows; i++) {
      int from = sumsOffset + i * lds;
      int to = cOffset + i * ldc;
      switch (epilogue) {
        case BIAS -> add(sums, from, bias, biasOffset, c, to, n);
        case BIAS_GELU_ERF -> addGeluErf(sums, from, bias, biasOffset, c, to, n);
        case BIAS_RESIDUAL ->
            addAdd(sums, from, bias, biasOffset, Objects.requireNonNull(residual), residualOffset + i * ldr, c, to, n);
      }
    }
  }

  /** x[n] = tanh(x). */
  void tanhInPlace(float[] x, int xOffset, int n);

  /**
   * x[n] = softmax(scale · x): the maximum is subtracted first; a term whose exponent lies below -87.3 is exactly 0. {@code n >= 1};
   * {@code scale > 0}.
   */
  void softmaxRowInPlace(float[] x, int xOffset, int n, float scale);

  /**
   * Each of the first n columns of x[rows, P] = softmax(scale · column), as {@link #softmaxRowInPlace}; P = {@link #panelWidth()}.
   * {@code n} is a multiple of 16 or P; {@code rows >= 1}.
   */
  void softmaxColumnsInPlace(float[] x, int xOffset, int rows, int n, float scale, Workspace workspace);

  /**
   * y[n] = (x - mean) / sqrt(variance + eps) · gamma + beta, in two passes: the variance is the mean of (x - mean)². {@code y} may be
   * {@code x}.
   */
  void layerNormRow(float[] x, int xOffset, float[] gamma, float[] beta, float eps, float[] y, int yOffset, int n);

  /** y[n] = the mean over rows of x[rows, n], rows ascending. {@code rows >= 1}. */
  void meanRows(float[] x, int xOffset, int ldx, int rows, float[] y, int yOffset, int n);

  /** y[n] = the maximum over rows of x[rows, n]; NaN where a row holds NaN. {@code rows >= 1}. */
  void maxRows(float[] x, int xOffset, int ldx, int rows, float[] y, int yOffset, int n);
}
