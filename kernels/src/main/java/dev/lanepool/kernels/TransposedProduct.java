package dev.lanepool.kernels;

import java.util.Arrays;

/**
 * C[M, N] += A[R, M]ᵀ · B[R, N]: the gradient of a product's weights. First A is transposed into scratch, slice by slice of R, packed
 * where the kernels are faster so. Then each task takes a block of C's rows by a run of panels, packs these panels of one slice of B after
 * the other, and sums in scratch of its own what it adds to C at the end. Where C has few rows, it is bound by reading B, and each task
 * sums one slice for all of C. Every element is the same chain of additions either way, whoever does it.
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
  private float[] scratch = {}; // a slice of R after the other: Aᵀ, (slices, M, depth), or packed; or each slice's sums, (slices, M, N)
  private boolean packs;

  // How it is cut.
  private int slices;
  private int blockRows;
  private int pieces; // of a block, which the kernels take at a time
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
    boolean alone = Tuning.alone((long) r * m * n);
    if (m <= Tuning.FEW_ROWS) {
      scratch = Workspace.grown(scratch, (long) slices * m * n);
      team.run(sum, slices, alone);
      for (int slice = 1; slice < slices; slice++) {
        kernels.add(scratch, 0, scratch, slice * m * n, scratch, 0, m * n);
      }
      kernels.add(c, 0, scratch, 0, c, 0, m * n);
    } else {
      packs = kernels.packsRows();
      scratch = Workspace.grown(scratch, (long) slices * sliceFloats(m));
      int tasks = cut();
      team.run(transpose, slices * (tasks / runs) * pieces, alone);
      team.run(multiply, tasks, alone);
    }
  }

  /** Floats from a slice of that many rows of Aᵀ to the next. */
  private int sliceFloats(int rows) {
    int depth = Math.min(r, SLICE);
    return packs ? kernels.packedFloats(rows, depth + depth % 2) : rows * depth;
  }

  /** Where a row of a slice of Aᵀ lies that a piece begins with. */
  private int at(int slice, int row, int depth) {
    return slice * sliceFloats(m) + (packs ? kernels.packedFloats(row, depth + depth % 2) : row * depth);
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
    pieces = (blockRows + Tuning.TRANSPOSED_ROWS - 1) / Tuning.TRANSPOSED_ROWS;
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
    int piece = index / slices;
    int slice = index % slices;
    int block = piece / pieces * blockRows;
    int row = block + piece % pieces * Tuning.TRANSPOSED_ROWS;
    int rows = Math.min(Math.min(block + blockRows, m) - row, Tuning.TRANSPOSED_ROWS);
    if (rows <= 0) {
      return; // the last block's end
    }
    int depth = Math.min(SLICE, r - slice * SLICE);
    int from = slice * SLICE * m + row;
    if (packs) {
      kernels.packColumns(a, from, m, rows, depth, scratch, at(slice, row, depth));
    } else {
      training.transpose(a, from, m, depth, rows, scratch, at(slice, row, depth), depth);
    }
  }

  private void multiply(int index, int worker) {
    Workspace workspace = workspaces[worker];
    int row = index / runs * blockRows;
    int rows = Math.min(blockRows, m - row);
    int firstColumn = index % runs * panelsPerRun * width;
    int columns = Math.min(panelsPerRun * width, n - firstColumn);
    int panels = (columns + width - 1) / width;
    int direct = slices == 1 ? columns / width : 0; // whole panels whose only sums go to C at once
    int panelFloats = (Math.min(r, SLICE) + 1) * width;
    float[] sums = workspace.sums(panels * rows * width); // (panels, rows, P)
    float[] packed = workspace.packed(panels * panelFloats); // (panels, depth + 1, P)
    for (int slice = 0; slice < slices; slice++) {
      int depth = Math.min(SLICE, r - slice * SLICE);
      packPanels(slice * SLICE, firstColumn, columns, depth, packed, panelFloats);
      for (int i = 0; i < rows; i += Tuning.TRANSPOSED_ROWS) {
        int some = Math.min(Tuning.TRANSPOSED_ROWS, rows - i);
        int from = at(slice, row + i, depth);
        for (int panel = 0; panel < panels; panel++) {
          if (panel < direct) {
            int to = (row + i) * n + firstColumn + panel * width;
            multiply(from, some, depth, packed, panel * panelFloats, c, to, n, true, workspace);
          } else {
            multiply(from, some, depth, packed, panel * panelFloats, sums, (panel * rows + i) * width, width, slice > 0, workspace);
          }
        }
      }
    }
    for (int i = 0; i < rows; i++) {
      for (int panel = direct; panel < panels; panel++) {
        int to = (row + i) * n + firstColumn + panel * width;
        kernels.add(c, to, sums, (panel * rows + i) * width, c, to, Math.min(width, columns - panel * width));
      }
    }
  }

  private void multiply(int from, int rows, int depth, float[] packed, int panel, float[] to, int toOffset, int ldTo, boolean accumulate,
      Workspace workspace) {
    if (packs) {
      kernels.gemmPacked(scratch, from, rows, packed, panel, depth + depth % 2, to, toOffset, ldTo, accumulate, workspace);
    } else {
      kernels.gemmPanel(scratch, from, depth, rows, packed, panel, depth, to, toOffset, ldTo, accumulate, workspace);
    }
  }

  /** What a last panel holds beyond N is never added to C. A row of zeros follows, which packed rows of an odd depth meet. */
  private void packPanels(int row, int firstColumn, int columns, int depth, float[] packed, int panelFloats) {
    for (int i = 0; i <= depth; i++) {
      int from = (row + i) * n + firstColumn;
      for (int column = 0, to = i * width; column < columns; column += width, to += panelFloats) {
        if (i < depth) {
          System.arraycopy(b, from + column, packed, to, Math.min(width, columns - column));
        } else {
          Arrays.fill(packed, to, to + width, 0f);
        }
      }
    }
  }
}
