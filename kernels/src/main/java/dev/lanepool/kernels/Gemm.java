package dev.lanepool.kernels;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Products with packed weights, shared out among a team: C[M, N] = A[M, K] · B[N, K]ᵀ + bias, and what follows it.
 *
 * <p>The product is cut into runs of panels, the last of them into pieces of rows too. A piece takes block after block of rows by all
 * panels of its run, and goes over K in slices: all rows of the block go by a slice of a panel while it is in the first-level cache. Where
 * that is faster, rows are packed first, once for a product. One instance serves one caller at a time and allocates nothing per call.
 */
public final class Gemm implements ThreadTeam.Task {
  /**
   * Products that are summed in one chain before the chain's sum is added to C. Part of the result's definition: every plan cuts K at the
   * same places. One chain over all of K = 3072 lets rounding errors grow with the square root of its length: the hidden states of a
   * random roberta-base then lie up to 3.5e-6 of their largest value from the double reference, with slices of 256 up to 1.2e-6, as
   * PyTorch's do.
   */
  public static final int SLICE = 256;

  private final Kernels kernels = Kernels.active();
  private final ReducedKernels reduced = ReducedKernels.active();
  private final int width = kernels.panelWidth();
  private final int tileRows = kernels.tileRows();
  private final ThreadTeam team;
  private final Workspace[] workspaces;

  // The product at hand.
  private float[] a = {};
  private int aOffset;
  private int lda;
  private int m;
  private float[] c = {};
  private int cOffset;
  private int ldc;
  private @Nullable PackedMatrix b;
  private int firstColumn;
  private int lastColumn;
  private Epilogue epilogue = Epilogue.BIAS;
  private float @Nullable [] residual;
  private int ldr;

  // How it is cut.
  int runs; // of panels; these package-private for their test
  int wholeRuns; // that one piece takes with all rows
  int pieceRows; // of a piece of the other runs, whole blocks
  int blockRows;
  private int part; // of K, what passes at a time
  private int sumRows; // whole blocks that pass by a part of K before the next
  private int finishedRows; // at a time, by all panels of a run; 0 where each panel is finished by itself
  private int panelSums; // floats from the sums of one panel to the next's, 0 where each is finished before the next
  private boolean packs; // A's rows, block by block, before they are multiplied
  private float[] packed = {};
  private int blockFloats; // from a packed block to the next

  private final TransposedProduct transposed;
  private final ThreadTeam.Task packBlock = this::packBlock;
  private final ThreadTeam.Task packPanel = this::packPanel;
  private final ThreadTeam.Task packPanelTransposed = this::packPanelTransposed;
  private float[] packing = {};

  /** For products on this team, with one workspace for each of its workers. */
  public Gemm(ThreadTeam team, Workspace[] workspaces) {
    this.team = team;
    this.workspaces = workspaces;
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
    this.a = a;
    this.aOffset = aOffset;
    this.lda = lda;
    this.m = m;
    this.b = b;
    this.firstColumn = firstColumn;
    this.lastColumn = firstColumn + columns;
    this.c = c;
    this.cOffset = cOffset;
    this.ldc = ldc;
    this.epilogue = epilogue;
    this.residual = residual;
    this.ldr = ldr;
    int pieces = cut();
    if (packs) {
      int blocks = (m + blockRows - 1) / blockRows;
      blockFloats = kernels.packedFloats(blockRows, b.inputs());
      packed = Workspace.grown(packed, (long) blocks * blockFloats);
      team.run(packBlock, blocks, (long) m * b.inputs() < Tuning.FEW_FLOATS);
    }
    team.run(this, pieces, Tuning.alone((long) m * columns * b.inputs()) && (long) columns * b.inputs() <= Tuning.FEW_WEIGHTS);
    this.b = null;
    this.residual = null;
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
   * A or B. Keeps scratch for the next call: M · R floats, R rounded up to a whole slice where it is more than one; M · N for each slice
   * where M is at most {@value Tuning#FEW_ROWS}.
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
    this.b = b;
    team.run(packPanel, b.panels(), b.floats() < Tuning.FEW_FLOATS);
    this.b = null;
  }

  /**
   * Fills all of B from its transpose, (K, N), as {@link PackedMatrix#packTransposed}.
   *
   * @throws IndexOutOfBoundsException where {@code transposed} is too short
   * @throws IllegalStateException where the team is closed
   */
  public void packTransposed(PackedMatrix b, float[] transposed) {
    packing = transposed;
    this.b = b;
    team.run(packPanelTransposed, b.panels(), b.floats() < Tuning.FEW_FLOATS);
    this.b = null;
  }

  /**
   * Runs of panels, each with all rows, since each piece of rows reads its run anew. The last runs are cut into such pieces, that no thread
   * waits long for the last of them. Of few rows, which read every panel once, the runs are shorter. As many for each thread where there
   * are panels enough.
   */
  private int cut() {
    int threads = team.threads();
    int k = Math.max(1, Objects.requireNonNull(b).inputs());
    int panels = (lastColumn - 1) / width - firstColumn / width + 1;
    packs = packs(k);
    Tuning.Blocking blocking = Tuning.blocking(packs, m, b.storage());
    int fit = Math.max(1, blocking.panelFloats() / (width * Math.min(k, blocking.depth())));
    blockRows = Tuning.blockRows(m, tileRows, blocking.rows());
    boolean wholeK = blockRows <= blocking.rowsOfWholeK();
    part = wholeK ? k : Math.min(k, blocking.depth());
    finishedRows = wholeK ? 0 : blocking.finishedRows();
    panelSums = k == part && finishedRows == 0 ? 0 : blockRows * width;
    sumRows = k == part ? blockRows : Math.max(1, (Math.min(m, blocking.sumRows()) + blockRows - 1) / blockRows) * blockRows;
    pieceRows = m;
    int perThread = m <= blockRows ? Tuning.TASKS_PER_THREAD : blocking.runsPerThread();
    if (threads > 1 && perThread > 0) {
      fit = Math.clamp(panels / (threads * perThread), 1, fit);
    }
    runs = Math.min(panels, ((panels + fit - 1) / fit + threads - 1) / threads * threads);
    int sums = sumRows / blockRows * ((panels + runs - 1) / runs) * panelSums;
    for (Workspace workspace : workspaces) {
      workspace.sums(Math.max(blockRows * width, sums)); // before any worker is at it
    }
    wholeRuns = runs;
    if (threads > 1 && m > blockRows) {
      wholeRuns = Math.max(0, runs - threads);
      int pieces = (threads * Tuning.TASKS_PER_THREAD + runs - wholeRuns - 1) / (runs - wholeRuns);
      pieceRows = ((m + pieces - 1) / pieces + blockRows - 1) / blockRows * blockRows;
    }
    return wholeRuns + (runs - wholeRuns) * ((m + pieceRows - 1) / pieceRows);
  }

  /** Whether A's rows are packed: not where they widen weights in registers, and only as many as an array can hold. */
  private boolean packs(int k) {
    Storage storage = Objects.requireNonNull(b).storage();
    return m > 2 && k % 2 == 0 && (long) m * k <= 1 << 30 && kernels.packsRows()
        && (storage == Storage.F32 || m > reduced.fewRows(storage));
  }

  @Override
  public void run(int index, int worker) {
    int run = index;
    int firstRow = 0;
    int lastRow = m;
    if (index >= wholeRuns) {
      int pieces = (m + pieceRows - 1) / pieceRows;
      run = wholeRuns + (index - wholeRuns) / pieces;
      firstRow = (index - wholeRuns) % pieces * pieceRows;
      lastRow = Math.min(firstRow + pieceRows, m);
    }
    int panels = (lastColumn - 1) / width - firstColumn / width + 1;
    int firstPanel = firstColumn / width + run * panels / runs;
    int lastPanel = firstColumn / width + (run + 1) * panels / runs - 1;
    for (int row = firstRow; row < lastRow; row += sumRows) {
      blocks(row, Math.min(row + sumRows, lastRow), firstPanel, lastPanel, row == firstRow, workspaces[worker]);
    }
  }

  /**
   * Some blocks of rows by all panels of a run. Where K is large, a part of it by all of them, then the next: rows and panels would not
   * find room in the second-level cache otherwise. Their sums, (blocks, panels, rows of a block, P), wait for the last part.
   *
   * @param first whether these are the first of their piece, which bring the panels into that cache: later ones find them there
   */
  private void blocks(int firstRow, int lastRow, int firstPanel, int lastPanel, boolean first, Workspace workspace) {
    PackedMatrix matrix = Objects.requireNonNull(b);
    int k = matrix.inputs();
    float[] sums = workspace.sums(0);
    int blockSums = (lastPanel + 1 - firstPanel) * panelSums;
    for (int from = 0; from == 0 || from < k; from += part) {
      int to = Math.min(from + part, k);
      int sumsAt = 0;
      for (int row = firstRow; row < lastRow; row += blockRows, sumsAt += blockSums) {
        int rows = Math.min(blockRows, lastRow - row);
        boolean prefetched = first && row == firstRow && rows >= Tuning.PREFETCHED_ROWS;
        for (int panel = firstPanel; panel <= lastPanel; panel++) {
          int at = sumsAt + (panel - firstPanel) * panelSums;
          multiply(matrix, panel, row, rows, from, to, sums, at, prefetched, workspace);
          if (to == k && finishedRows == 0) {
            finish(matrix, panel, row, rows, sums, at);
          }
        }
        for (int i = 0; to == k && finishedRows > 0 && i < rows; i += finishedRows) {
          for (int panel = firstPanel; panel <= lastPanel; panel++) {
            int at = sumsAt + (panel - firstPanel) * panelSums + i * width;
            finish(matrix, panel, row + i, Math.min(finishedRows, rows - i), sums, at);
          }
        }
      }
    }
  }

  /**
   * A block of rows by a panel, K from {@code from}, where a slice begins, to {@code to}. The slices add up in scratch: C's rows often lie
   * a multiple of 4 KiB apart and would push each other out of the cache. Reduced panels are widened once for all rows, but for few.
   * A single row goes through its slices side by side.
   */
  private void multiply(PackedMatrix matrix, int panel, int row, int rows, int from, int to, float[] sums, int sumsAt,
      boolean prefetched, Workspace workspace) {
    if (rows == 1 && matrix.storage() == Storage.F32 && from == 0) {
      kernels.gemvPanel(a, aOffset + row * lda, matrix.panel(panel), 0, to, SLICE, sums, sumsAt, workspace);
      return;
    }
    int ahead = Tuning.prefetched(matrix.storage());
    for (int slice = from; slice == from || slice < to; slice += SLICE) {
      int depth = Math.min(SLICE, to - slice);
      if (prefetched && (slice - from) % ahead == 0) {
        workspace.prefetch.next(matrix, panel, slice * width, Math.min(ahead, to - slice) * width);
      }
      if (matrix.storage() == Storage.F32) {
        gemmPanel(matrix, row, rows, matrix.panel(panel), slice * width, slice, depth, sums, sumsAt, workspace);
      } else if (rows <= reduced.fewRows(matrix.storage())) {
        few(matrix, panel, slice, depth, row, rows, sums, sumsAt, workspace);
      } else {
        float[] widened = workspace.widened(SLICE * width);
        widen(matrix, panel, slice, depth, widened);
        gemmPanel(matrix, row, rows, widened, 0, slice, depth, sums, sumsAt, workspace);
      }
    }
  }

  /** A slice of a panel by a block of rows, packed or where they lie. */
  private void gemmPanel(PackedMatrix matrix, int row, int rows, float[] panel, int panelAt, int slice, int depth, float[] sums, int sumsAt,
      Workspace workspace) {
    if (packs) {
      int at = row / blockRows * blockFloats;
      kernels.gemmPacked(packed, at, matrix.inputs(), slice, rows, panel, panelAt, depth, sums, sumsAt, width, slice > 0, workspace);
    } else {
      kernels.gemmPanel(a, aOffset + row * lda + slice, lda, rows, panel, panelAt, depth, sums, sumsAt, width, slice > 0, workspace);
    }
  }

  /** Bias, what follows it, and the panel's columns to C. */
  private void finish(PackedMatrix matrix, int panel, int row, int rows, float[] sums, int sumsAt) {
    int from = Math.max(firstColumn, panel * width);
    int columns = Math.min(lastColumn, panel * width + width) - from;
    int column = from - firstColumn;
    kernels.finishRows(epilogue, sums, sumsAt + from - panel * width, width, matrix.bias(), from, residual, row * ldr + column, ldr,
        c, cOffset + row * ldc + column, ldc, rows, columns);
  }

  private void widen(PackedMatrix matrix, int panel, int slice, int k, float[] to) {
    if (matrix.storage() == Storage.BF16) {
      reduced.widenBf16(matrix.shorts(panel), slice * width, k, to);
    } else {
      reduced.widenInt8(matrix.bytes(panel), slice * width, k, matrix.scales(), panel * width, to);
    }
  }

  /** A slice's products with few rows of A, which widen in registers. */
  private void few(PackedMatrix matrix, int panel, int slice, int k, int row, int rows, float[] sums, int sumsAt, Workspace workspace) {
    int at = aOffset + row * lda + slice;
    if (matrix.storage() == Storage.BF16) {
      reduced.gemmPanelBf16(a, at, lda, rows, matrix.shorts(panel), slice * width, k, sums, sumsAt, width, slice > 0, workspace);
    } else {
      reduced.gemmPanelInt8(a, at, lda, rows, matrix.bytes(panel), slice * width, k, matrix.scales(), panel * width, sums, sumsAt,
          width, slice > 0, workspace);
    }
  }

  private void packBlock(int block, int worker) {
    int row = block * blockRows;
    int k = Objects.requireNonNull(b).inputs();
    kernels.packRows(a, aOffset + row * lda, lda, Math.min(blockRows, m - row), k, packed, block * blockFloats);
  }

  private void packPanel(int panel, int worker) {
    Objects.requireNonNull(b).packPanel(panel, packing);
  }

  private void packPanelTransposed(int panel, int worker) {
    Objects.requireNonNull(b).packPanelTransposed(panel, packing);
  }
}
