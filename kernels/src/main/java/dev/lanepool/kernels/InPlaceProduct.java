package dev.lanepool.kernels;

/**
 * A product whose rows of A are read where they lie. It is cut into runs of panels, the last of them into pieces of rows too. A piece takes
 * block after block of rows by all panels of its run, and goes over K in slices: all rows of the block go by a slice of a panel while it is
 * in the first-level cache.
 */
final class InPlaceProduct implements ThreadTeam.Task {
  private static final int SLICE = Gemm.SLICE;

  private final Kernels kernels = Kernels.active();
  private final ReducedKernels reduced = ReducedKernels.active();
  private final int width = kernels.panelWidth();
  private final int tileRows = kernels.tileRows();
  private final ThreadTeam team;
  private final Workspace[] workspaces;
  private final Product product;

  // How it is cut; these package-private for their test.
  int runs; // of panels
  int wholeRuns; // that one piece takes with all rows
  int pieceRows; // of a piece of the other runs, whole blocks
  int blockRows;
  private int part; // of K, what passes at a time
  private int panelSums; // floats from the sums of one panel to the next's, 0 where each is finished before the next

  InPlaceProduct(Product product, ThreadTeam team, Workspace[] workspaces) {
    this.product = product;
    this.team = team;
    this.workspaces = workspaces;
  }

  void run(boolean alone) {
    team.run(this, cut(), alone);
  }

  /**
   * Runs of panels, each with all rows, since each piece of rows reads its run anew. The last runs are cut into such pieces, that no thread
   * waits long for the last of them. Of few rows, which read every panel once, the runs are shorter. As many for each thread where there
   * are panels enough.
   */
  private int cut() {
    int threads = team.threads();
    int m = product.m;
    int k = Math.max(1, product.weights().inputs());
    int panels = product.panels();
    int fit = Math.max(1, Tuning.RUN_FLOATS / (width * Math.min(k, Tuning.DEPTH)));
    blockRows = Tuning.blockRows(m, tileRows, Tuning.ROWS);
    part = blockRows <= Tuning.ROWS_OF_WHOLE_K ? k : Math.min(k, Tuning.DEPTH);
    panelSums = k == part ? 0 : blockRows * width;
    pieceRows = m;
    if (threads > 1 && m <= blockRows) {
      fit = Math.clamp(panels / (threads * Tuning.TASKS_PER_THREAD), 1, fit);
    }
    runs = Math.min(panels, ((panels + fit - 1) / fit + threads - 1) / threads * threads);
    for (Workspace workspace : workspaces) {
      workspace.sums(Math.max(blockRows * width, (panels + runs - 1) / runs * panelSums)); // before any worker is at it
    }
    wholeRuns = runs;
    if (threads > 1 && m > blockRows) {
      wholeRuns = Math.max(0, runs - threads);
      int pieces = (threads * Tuning.TASKS_PER_THREAD + runs - wholeRuns - 1) / (runs - wholeRuns);
      pieceRows = ((m + pieces - 1) / pieces + blockRows - 1) / blockRows * blockRows;
    }
    return wholeRuns + (runs - wholeRuns) * ((m + pieceRows - 1) / pieceRows);
  }

  @Override
  public void run(int index, int worker) {
    int m = product.m;
    int run = index;
    int firstRow = 0;
    int lastRow = m;
    if (index >= wholeRuns) {
      int pieces = (m + pieceRows - 1) / pieceRows;
      run = wholeRuns + (index - wholeRuns) / pieces;
      firstRow = (index - wholeRuns) % pieces * pieceRows;
      lastRow = Math.min(firstRow + pieceRows, m);
    }
    int panels = product.panels();
    int firstPanel = product.firstPanel() + run * panels / runs;
    int lastPanel = product.firstPanel() + (run + 1) * panels / runs - 1;
    for (int row = firstRow; row < lastRow; row += blockRows) {
      block(row, Math.min(blockRows, lastRow - row), firstPanel, lastPanel, row == firstRow, workspaces[worker]);
    }
  }

  /**
   * A block of rows by all panels of a run. Where K is large, a part of it by all of them, then the next: rows and panels would not find
   * room in the second-level cache otherwise. Their sums, (panels, rows, P), wait for the last part.
   *
   * @param first whether this is the first of its piece, which brings the panels into that cache: later ones find them there
   */
  private void block(int row, int rows, int firstPanel, int lastPanel, boolean first, Workspace workspace) {
    int k = product.weights().inputs();
    float[] sums = workspace.sums(0);
    boolean prefetched = first && rows >= Tuning.PREFETCHED_ROWS;
    for (int from = 0; from == 0 || from < k; from += part) {
      int to = Math.min(from + part, k);
      for (int panel = firstPanel; panel <= lastPanel; panel++) {
        int at = (panel - firstPanel) * panelSums;
        multiply(panel, row, rows, from, to, sums, at, prefetched, workspace);
        if (to == k) {
          product.finish(panel, row, rows, sums, at, width);
        }
      }
    }
  }

  /**
   * A block of rows by a panel, K from {@code from}, where a slice begins, to {@code to}. The slices add up in scratch: C's rows often lie
   * a multiple of 4 KiB apart and would push each other out of the cache. Reduced panels are widened once for all rows, but for few.
   * A single row goes through its slices side by side.
   */
  private void multiply(int panel, int row, int rows, int from, int to, float[] sums, int sumsAt, boolean prefetched,
      Workspace workspace) {
    PackedMatrix matrix = product.weights();
    int rowAt = product.aOffset + row * product.lda;
    if (rows == 1 && matrix.storage() == Storage.F32 && from == 0) {
      kernels.gemvPanel(product.a, rowAt, matrix.panel(panel), 0, to, SLICE, sums, sumsAt, workspace);
      return;
    }
    int ahead = Tuning.prefetched(matrix.storage());
    for (int slice = from; slice == from || slice < to; slice += SLICE) {
      int depth = Math.min(SLICE, to - slice);
      if (prefetched && (slice - from) % ahead == 0) {
        workspace.prefetch.next(matrix, panel, slice * width, Math.min(ahead, to - slice) * width);
      }
      boolean floats = matrix.storage() == Storage.F32;
      if (!floats && rows <= reduced.fewRows(matrix.storage())) {
        few(panel, slice, depth, rowAt + slice, rows, sums, sumsAt, workspace);
      } else {
        float[] weights = floats ? matrix.panel(panel) : product.widened(panel, slice, depth, workspace);
        kernels.gemmPanel(product.a, rowAt + slice, product.lda, rows, weights, floats ? slice * width : 0, depth, sums, sumsAt, width,
            slice > 0, workspace);
      }
    }
  }

  /** A slice's products with few rows of A, which widen in registers. */
  private void few(int panel, int slice, int k, int at, int rows, float[] sums, int sumsAt, Workspace workspace) {
    PackedMatrix matrix = product.weights();
    if (matrix.storage() == Storage.BF16) {
      reduced.gemmPanelBf16(product.a, at, product.lda, rows, matrix.shorts(panel), slice * width, k, sums, sumsAt, width, slice > 0,
          workspace);
    } else {
      reduced.gemmPanelInt8(product.a, at, product.lda, rows, matrix.bytes(panel), slice * width, k, matrix.scales(), panel * width, sums,
          sumsAt, width, slice > 0, workspace);
    }
  }
}
