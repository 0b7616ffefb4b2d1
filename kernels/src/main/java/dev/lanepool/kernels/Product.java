package dev.lanepool.kernels;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The product at hand, C[M, N] = A[M, K] · B[N, K]ᵀ + bias and what follows, as {@link Gemm#ntColumns} takes it. Its plans share it. */
final class Product {
  private final Kernels kernels;
  private final ReducedKernels reduced = ReducedKernels.active();
  private final int width;

  float[] a = {};
  int aOffset;
  int lda;
  int m;
  float[] c = {};
  int cOffset;
  int ldc;
  private @Nullable PackedMatrix b;
  int firstColumn;
  int lastColumn;
  Epilogue epilogue = Epilogue.BIAS;
  float @Nullable [] residual;
  int ldr;

  Product(Kernels kernels) {
    this.kernels = kernels;
    width = kernels.panelWidth();
  }

  /** The weights, or none, so that they are not kept alive. */
  void weights(@Nullable PackedMatrix b) {
    this.b = b;
  }

  PackedMatrix weights() {
    return Objects.requireNonNull(b);
  }

  /** The first panel that holds one of the columns. */
  int firstPanel() {
    return firstColumn / width;
  }

  /** Panels that hold some of the columns. */
  int panels() {
    return (lastColumn - 1) / width - firstPanel() + 1;
  }

  /** Bias, what follows it, and the panel's columns to C. */
  void finish(int panel, int row, int rows, float[] sums, int sumsAt, int lds) {
    int from = Math.max(firstColumn, panel * width);
    int columns = Math.min(lastColumn, panel * width + width) - from;
    int column = from - firstColumn;
    kernels.finishRows(epilogue, sums, sumsAt + from - panel * width, lds, weights().bias(), from, residual, row * ldr + column, ldr,
        c, cOffset + row * ldc + column, ldc, rows, columns);
  }

  /** A slice of a reduced panel as floats, (k, P). */
  float[] widened(int panel, int slice, int k, Workspace workspace) {
    PackedMatrix matrix = weights();
    float[] to = workspace.widened(Gemm.SLICE * width);
    if (matrix.storage() == Storage.BF16) {
      reduced.widenBf16(matrix.shorts(panel), slice * width, k, to);
    } else {
      reduced.widenInt8(matrix.bytes(panel), slice * width, k, matrix.scales(), panel * width, to);
    }
    return to;
  }
}
