package dev.lanepool.kernels;

import java.util.Arrays;

/**
 * C[M, N] += A[R, M]ᵀ · B[R, N]: the gradient of a product's weights. First A is transposed into scratch, slice by slice of R. Then each
 * task takes a block of C's rows by a run of panels, packs these panels of one slice of B after the other, and sums in scratch of its
 * own what it adds to C at the end. Where C has few rows, it is bound by reading B, and each task sums one slice for all of C. Every
 * element is the same chain of additions either way, whoever does it.
 */
final class TransposedProduct {
  private static final int SLICE = Gemm.SLICE;

  private final Kernels kernels = Kernels.active();
  private final TrainingKernels training = TrainingKernels.active();
  private final int width = kernels.panelWidth();
  private final ThreadTeam team;
  private final Workspace[] workspaces;
  private final ThreadTeam.Task sum = this::sum;
  private final ThreadTeam.Task transpose = this::transpose;
  private final ThreadTeam.Task multiply = this::multiply;

  // The product at hand.
  private float[] a = {};
  private float[] b = {};
  private float[] c = {};
  private int r;
  private int m;
  private int n;
  private float[] scratch = {}; // (slices, M, ldat): Aᵀ, a slice of R after the other; or (slices, M, N): each slice's sums
  private int ldat;

  // How it is cut.
  private int slices;
  private int stripes; // of A's columns, for the transposition
  private int blockRows;
  private int runs; // of panels
  private int panelsPerRun;

  TransposedProduct(ThreadTeam team, Workspace[] workspaces) {
    this.team = team;
    this.workspaces = workspaces;
  }

  void acc(float[] a, int r, int m, float[] b, int n, float[] c) {
    if (r == 0 || m == 0 || n == 0) {
      return;
    }
    this.a = a;
    this.b = b;
    this.c = c;
    this.r = r;
    this.m = m;
    this.n = n;
    slices = (r + SLICE - 1) / SLICE;
    ldat = Math.min(r, SLICE);
    boolean alone = Tuning.alone((long) r * m * n);
    if (m <= Tuning.FEW_ROWS) {
      scratch = Workspace.grown(scratch, (long) slices * m * n);
      team.run(sum, slices, alone);
      for (int slice = 1; slice < slices; slice++) {
        kernels.add(scratch, 0, scratch, slice * m * n, scratch, 0, m * n);
      }
      kernels.add(c, 0, scratch, 0, c, 0, m * n);
    } else {
      scratch = Workspace.grown(scratch, (long) slices * m * ldat);
      stripes = (m + Tuning.STRIPE - 1) / Tuning.STRIPE;
      team.run(transpose, slices * stripes, alone);
      team.run(multiply, cut(), alone);
    }
  }

  /** Runs of panels for which a block of A is read from the second-level cache; blocks of rows whose sums stay there. */
  private int cut() {
    int wanted = team.threads() * Tuning.TASKS_PER_THREAD;
    int panels = (n + width - 1) / width;
    panelsPerRun = Math.clamp(panels / wanted, 1, Tuning.PANELS_PER_RUN);
    runs = (panels + panelsPerRun - 1) / panelsPerRun;
    int blocks = Math.max((m + Tuning.SUM_ROWS - 1) / Tuning.SUM_ROWS, team.threads() == 1 ? 1 : (wanted + runs - 1) / runs);
    int tile = kernels.tileRows();
    blockRows = ((m + blocks - 1) / blocks + tile - 1) / tile * tile;
    return (m + blockRows - 1) / blockRows * runs;
  }

  /** A slice's sums, row by row of B, which is read once and where it lies. */
  private void sum(int slice, int worker) {
    int to = slice * m * n;
    Arrays.fill(scratch, to, to + m * n, 0f);
    for (int i = slice * SLICE; i < Math.min(r, (slice + 1) * SLICE); i++) {
      for (int row = 0; row < m; row++) {
        training.axpyAcc(a[i * m + row], b, i * n, scratch, to + row * n, n);
      }
    }
  }

  private void transpose(int index, int worker) {
    int slice = index / stripes;
    int column = index % stripes * Tuning.STRIPE;
    int rows = Math.min(SLICE, r - slice * SLICE);
    training.transpose(a, slice * SLICE * m + column, m, rows, Math.min(Tuning.STRIPE, m - column), scratch, (slice * m + column) * ldat,
        ldat);
  }

  private void multiply(int index, int worker) {
    Workspace workspace = workspaces[worker];
    int row = index / runs * blockRows;
    int rows = Math.min(blockRows, m - row);
    int firstColumn = index % runs * panelsPerRun * width;
    int columns = Math.min(panelsPerRun * width, n - firstColumn);
    int panels = (columns + width - 1) / width;
    float[] sums = workspace.sums(panels * rows * width); // (panels, rows, P)
    float[] packed = workspace.packed(panels * ldat * width); // (panels, slice, P)
    for (int slice = 0; slice < slices; slice++) {
      int k = Math.min(SLICE, r - slice * SLICE);
      for (int panel = 0; panel < panels; panel++) {
        int some = Math.min(width, columns - panel * width);
        int from = slice * SLICE * n + firstColumn + panel * width;
        int to = panel * ldat * width;
        for (int i = 0; i < k; i++) { // what a last panel holds beyond N is never added to C
          System.arraycopy(b, from + i * n, packed, to + i * width, some);
        }
      }
      for (int i = 0; i < rows; i += Tuning.TRANSPOSED_ROWS) {
        for (int panel = 0; panel < panels; panel++) {
          kernels.gemmPanel(scratch, (slice * m + row + i) * ldat, ldat, Math.min(Tuning.TRANSPOSED_ROWS, rows - i),
              packed, panel * ldat * width, k, sums, (panel * rows + i) * width, width, slice > 0, workspace);
        }
      }
    }
    for (int i = 0; i < rows; i++) {
      for (int panel = 0; panel < panels; panel++) {
        int to = (row + i) * n + firstColumn + panel * width;
        kernels.add(c, to, sums, (panel * rows + i) * width, c, to, Math.min(width, columns - panel * width));
      }
    }
  }
}
