package dev.lanepool.kernels;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Products with packed weights, shared out among a team: C[M, N] = A[M, K] · B[N, K]ᵀ + bias, and what follows it.
 *
 * <p>Where the kernels are faster so, rows are packed first ({@link PackedProduct}), else they are multiplied where they lie ({@link
 * InPlaceProduct}): the same bits. One instance serves one caller at a time and allocates nothing per call.
 */
public final class Gemm {
  /**
   * Products that are summed in one chain before the chain's sum is added to C. Part of the result's definition: every plan cuts K at the
   * same places. One chain over all of K = 3072 lets rounding errors grow with the square root of its length: the hidden states of a
   * random roberta-base then lie up to 3.5e-6 of their largest value from the double reference, with slices of 256 up to 1.2e-6, as
   * PyTorch's do.
   */
  public static final int SLICE = 256;

  private final ThreadTeam team;
  private final Product product = new Product(Kernels.active());
  private final PackedProduct packedProduct;
  private final InPlaceProduct inPlaceProduct;
  private final TransposedProduct transposed;
  private final ThreadTeam.Task packPanel = this::packPanel;
  private final ThreadTeam.Task packPanelTransposed = this::packPanelTransposed;
  private @Nullable PackedMatrix packs;
  private float[] packing = {};

  /** For products on this team, with one workspace for each of its workers. */
  public Gemm(ThreadTeam team, Workspace[] workspaces) {
    this.team = team;
    packedProduct = new PackedProduct(product, team, workspaces);
    inPlaceProduct = new InPlaceProduct(product, team, workspaces);
    transposed = new TransposedProduct(team, workspaces);
  }

  /**
   * C[M, N] = A·Bᵀ + bias, then {@code epilogue}; {@code residual} as in {@link #ntColumns}. All of B's columns.
   *
   * @throws IllegalArgumentException where A or C is too short, or the residual and the epilogue do not go together
   * @throws IndexOutOfBoundsException where the residual is too short
   * @throws IllegalStateException where the team is closed
   */
  public void nt(float[] a, int m, PackedMatrix b, float[] c, Epilogue epilogue, float @Nullable [] residual) {
    ntColumns(a, 0, b.inputs(), m, b, 0, b.outputs(), c, 0, b.outputs(), epilogue, residual, b.outputs());
  }

  /**
   * C[M, columns] = A[M, K] · B[firstColumn .. + columns, K]ᵀ + bias, then the epilogue.
   *
   * @param a (M, K), rows {@code lda} floats apart
   * @param c (M, columns), rows {@code ldc} floats apart; overwritten; must not overlap A or B
   * @param residual (M, columns), rows {@code ldr} apart; only for {@link Epilogue#BIAS_RESIDUAL}. Each element is read just before its
   *     place in C is written, so that it may be C itself, at the same offset and distance of rows: then C += A·Bᵀ + bias
   * @throws IndexOutOfBoundsException where the columns are not B's, or the residual is too short
   * @throws IllegalArgumentException where A or C is too short, or the residual and the epilogue do not go together
   * @throws IllegalStateException where the team is closed
   */
  public void ntColumns(float[] a, int aOffset, int lda, int m, PackedMatrix b, int firstColumn, int columns,
      float[] c, int cOffset, int ldc, Epilogue epilogue, float @Nullable [] residual, int ldr) {
    Objects.checkFromIndexSize(firstColumn, columns, b.outputs());
    if (m == 0 || columns == 0) {
      return;
    }
    if (lda < b.inputs() || ldc < columns || aOffset + (m - 1L) * lda + b.inputs() > a.length
        || cOffset + (m - 1L) * ldc + columns > c.length) {
      throw new IllegalArgumentException("A of " + a.length + " floats or C of " + c.length + " is too short for M = " + m + ", N = "
          + columns + ", K = " + b.inputs());
    }
    if ((epilogue == Epilogue.BIAS_RESIDUAL) != (residual != null)) {
      throw new IllegalArgumentException("a residual goes with " + Epilogue.BIAS_RESIDUAL + " and with nothing else");
    }
    product.a = a;
    product.aOffset = aOffset;
    product.lda = lda;
    product.m = m;
    product.weights(b);
    product.firstColumn = firstColumn;
    product.lastColumn = firstColumn + columns;
    product.c = c;
    product.cOffset = cOffset;
    product.ldc = ldc;
    product.epilogue = epilogue;
    product.residual = residual;
    product.ldr = ldr;
    boolean alone = Tuning.alone((long) m * columns * b.inputs()) && (long) columns * b.inputs() <= Tuning.FEW_WEIGHTS;
    if (packedProduct.suits()) {
      packedProduct.run(alone);
    } else {
      inPlaceProduct.run(alone);
    }
    product.weights(null);
    product.residual = null;
  }

  /**
   * Floats from a row to the next that suit products with rows of that width: the width itself, but for multiples of 4 KiB. Rows so far
   * apart share their places in a first-level cache: products with rows of 3,072 floats then take 1.12 (many rows) to 1.23 (128 rows)
   * times as long.
   */
  public static int stride(int width) {
    return width % 1024 == 0 ? width + 16 : width;
  }

  /**
   * C[M, N] += A[R, M]ᵀ · B[R, N], both row by row. Slices over R as {@link #SLICE} says; their sum is added to C once. C must not overlap
   * A or B. Keeps scratch for the next call: M · R floats, R rounded up to a whole slice where it is more than one, and 4/3 of that where
   * rows are packed; M · N for each slice where M is at most {@value Tuning#FEW_ROWS}.
   *
   * @throws IllegalArgumentException where an array is too short
   * @throws IllegalStateException where the team is closed
   */
  public void tnAcc(float[] a, int r, int m, float[] b, int n, float[] c) {
    if ((long) r * m > a.length || (long) r * n > b.length || (long) m * n > c.length) {
      throw new IllegalArgumentException("A of " + a.length + ", B of " + b.length + " or C of " + c.length
          + " floats is too short for R = " + r + ", M = " + m + ", N = " + n);
    }
    transposed.acc(a, r, m, b, n, c);
  }

  /**
   * Fills all of B, (N, K), as {@link PackedMatrix#pack}.
   *
   * @throws IndexOutOfBoundsException where {@code values} is too short
   * @throws IllegalStateException where the team is closed
   */
  public void pack(PackedMatrix b, float[] values) {
    packing = values;
    packs = b;
    team.run(packPanel, b.panels(), b.floats() < Tuning.FEW_FLOATS);
    packs = null;
  }

  /**
   * Fills all of B from its transpose, (K, N), whose rows lie as panels do.
   *
   * @throws IndexOutOfBoundsException where {@code transposed} is too short
   * @throws IllegalStateException where B's storage is not {@link Storage#F32}, or the team is closed
   */
  public void packTransposed(PackedMatrix b, float[] transposed) {
    packing = transposed;
    packs = b;
    team.run(packPanelTransposed, b.panels(), b.floats() < Tuning.FEW_FLOATS);
    packs = null;
  }

  private void packPanel(int panel, int worker) {
    Objects.requireNonNull(packs).packPanel(panel, packing);
  }

  private void packPanelTransposed(int panel, int worker) {
    Objects.requireNonNull(packs).packPanelTransposed(panel, packing);
  }
}
