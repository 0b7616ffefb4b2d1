package dev.lanepool.kernels;

import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * A product whose rows of A are packed.
 *
 * <p>With many rows, a step of it is a run of panels by a part of K: no more weights than stay in the third-level cache while all blocks of
 * rows pass. A task takes a block through a step: it packs the block's rows into scratch of its own, which stays in the second-level cache,
 * and goes panel by panel, slice by slice. The last tasks are cut into runs of fewer panels. Where K has several parts, a block's
 * next task waits for its sums; one run of them is kept.
 *
 * <p>With few rows, a task takes all of them through a shorter run, so that each panel comes from memory once. Several blocks are packed
 * beforehand.
 */
final class PackedProduct implements ThreadTeam.Task {
  private static final int SLICE = Gemm.SLICE;

  private final Kernels kernels = Kernels.active();
  private final ReducedKernels reduced = ReducedKernels.active();
  private final int width = kernels.panelWidth();
  private final int tileRows = kernels.tileRows();
  private final ThreadTeam team;
  private final Workspace[] workspaces;
  private final Product product;
  private final ThreadTeam.Task packBlock = this::packBlock;

  // How it is cut; these package-private for their test.
  int blockRows;
  int blocks;
  int runs; // of panels
  int part; // of K, what passes at a time
  int depth; // of a step: a part, or all of K
  int taskBlocks; // one, or all
  int wholeTasks; // with all panels of their run
  int cuts; // of each of the others
  private int group; // panels that are finished together

  private boolean beforehand; // whether all rows are packed before the first task
  private float[] packed = {}; // if so, (blocks, slices, rows of a block, SLICE) as the kernels lay them out
  private int blockFloats;

  private float[] waiting = {}; // sums between two parts of K: (blocks, panels of a run, rows of a block, P)
  private AtomicIntegerArray stepsDone = new AtomicIntegerArray(0); // of each block

  PackedProduct(Product product, ThreadTeam team, Workspace[] workspaces) {
    this.product = product;
    this.team = team;
    this.workspaces = workspaces;
  }

  /** Whether the kernels multiply these rows faster packed: not where they widen weights in registers. */
  boolean suits() {
    PackedMatrix matrix = product.weights();
    Storage storage = matrix.storage();
    return product.m > 2 && matrix.inputs() > 0 && matrix.inputs() % 2 == 0 && kernels.packsRows()
        && (storage == Storage.F32 || product.m > reduced.fewRows(storage));
  }

  void run(boolean alone) {
    int tasks = cut();
    if (beforehand) {
      team.run(packBlock, blocks, alone);
    }
    team.run(this, tasks, alone);
  }

  private int cut() {
    int k = product.weights().inputs();
    blockRows = Tuning.blockRows(product.m, tileRows, Tuning.packedRows(product.weights().storage()));
    blocks = (product.m + blockRows - 1) / blockRows;
    boolean many = blocks >= Tuning.TASKS_PER_THREAD * Math.max(2, team.threads());
    int tasks = many ? manyRows(k) : fewRows(k);
    group = many && depth == part ? Math.min(Tuning.FINISHED_PANELS, panelsPerRun()) : panelsPerRun();
    beforehand = blocks > 1 && !many;
    if (beforehand) {
      blockFloats = kernels.packedFloats(blockRows, k);
      packed = Workspace.grown(packed, (long) blocks * blockFloats);
    }
    for (Workspace workspace : workspaces) { // before any worker is at it
      workspace.sums(taskBlocks * group * blockRows * width);
      workspace.packed(beforehand ? 0 : kernels.packedFloats(blockRows, part));
    }
    boolean cut = team.threads() > 1 && blocks > 1;
    wholeTasks = cut ? Math.max(0, tasks - team.threads()) : tasks;
    cuts = Tuning.TASKS_PER_THREAD;
    return wholeTasks + (tasks - wholeTasks) * cuts;
  }

  private int panelsPerRun() {
    return (product.panels() + runs - 1) / runs;
  }

  private int fewRows(int k) {
    int threads = team.threads();
    int panels = product.panels();
    part = blockRows <= Tuning.PACKED_ROWS_OF_WHOLE_K ? k : Math.min(k, SLICE);
    depth = k;
    taskBlocks = blocks;
    int fit = Math.max(1, Tuning.PACKED_RUN_FLOATS / (Math.min(k, SLICE) * width));
    if (threads > 1) {
      int perThread = blocks == 1 ? Tuning.TASKS_PER_THREAD : Tuning.PACKED_TASKS_PER_THREAD;
      fit = Math.clamp(panels / (threads * perThread), 1, fit);
    }
    runs = Math.min(panels, ((panels + fit - 1) / fit + threads - 1) / threads * threads);
    return runs;
  }

  private int manyRows(int k) {
    int parts = (k + Tuning.PACKED_DEPTH - 1) / Tuning.PACKED_DEPTH;
    part = Math.min(k, ((k + parts - 1) / parts + SLICE - 1) / SLICE * SLICE);
    depth = part;
    taskBlocks = 1;
    int fit = Math.max(1, Tuning.STEP_FLOATS / (part * width));
    runs = (product.panels() + fit - 1) / fit;
    if (depth < k) {
      waiting = Workspace.grown(waiting, (long) blocks * panelsPerRun() * blockRows * width);
      stepsDone = stepsDone.length() < blocks ? new AtomicIntegerArray(blocks) : stepsDone;
      for (int block = 0; block < blocks; block++) {
        stepsDone.setPlain(block, 0);
      }
    }
    return runs * ((k + depth - 1) / depth) * blocks;
  }

  @Override
  public void run(int index, int worker) {
    boolean whole = index < wholeTasks;
    int task = whole ? index : wholeTasks + (index - wholeTasks) / cuts;
    int cut = whole ? 0 : (index - wholeTasks) % cuts;
    int of = whole ? 1 : cuts;
    int tasksOfStep = blocks / taskBlocks;
    int block = task % tasksOfStep;
    int step = task / tasksOfStep;
    int steps = (product.weights().inputs() + depth - 1) / depth; // of each run
    int panels = product.panels();
    int first = step / steps * panels / runs;
    int last = (step / steps + 1) * panels / runs;
    int from = first + cut * (last - first) / of;
    int to = first + (cut + 1) * (last - first) / of;
    if (from == to) {
      return;
    }
    if (steps == 1) {
      allOfK(block, from, to, workspaces[worker]);
    } else {
      partOfK(block, step, step % steps * part, first, from, to, workspaces[worker]);
      if (whole) {
        stepsDone.setRelease(block, step + 1);
      }
    }
  }

  /** A task's blocks by some panels, their sums in scratch: (blocks, panels, rows, P). */
  private void allOfK(int firstBlock, int from, int to, Workspace workspace) {
    int k = product.weights().inputs();
    float[] sums = workspace.sums(0);
    int panelSums = blockRows * width;
    for (int at = from; at < to; at += group) {
      int end = Math.min(at + group, to);
      for (int column = 0; column < k; column += part) {
        int some = Math.min(part, k - column);
        for (int i = 0; i < taskBlocks; i++) {
          int sumsAt = i * group * panelSums;
          if (at == from && !beforehand) {
            pack(firstBlock + i, column, some, workspace.packed(0), 0);
          }
          for (int panel = at; panel < end; panel++) {
            multiply(firstBlock + i, panel, column, some, sums, sumsAt + (panel - at) * panelSums, workspace);
          }
          if (column + some == k) {
            finish(firstBlock + i, at, end, sums, sumsAt);
          }
        }
      }
    }
  }

  /** A block by some panels, of a part of K, sums where they wait for the next. */
  private void partOfK(int block, int step, int column, int first, int from, int to, Workspace workspace) {
    int k = product.weights().inputs();
    int some = Math.min(part, k - column);
    pack(block, column, some, workspace.packed(0), 0);
    while (stepsDone.getAcquire(block) < step) {
      if (team.failed()) {
        return; // nobody will do what this waits for
      }
      Thread.onSpinWait();
    }
    int panelSums = blockRows * width;
    int blockSums = block * panelsPerRun() * panelSums;
    for (int at = from; at < to; at += group) {
      int end = Math.min(at + group, to);
      int sumsAt = blockSums + (at - first) * panelSums;
      for (int panel = at; panel < end; panel++) {
        multiply(block, panel, column, some, waiting, sumsAt + (panel - at) * panelSums, workspace);
      }
      if (column + some == k) {
        finish(block, at, end, waiting, sumsAt);
      }
    }
  }

  private void packBlock(int block, int worker) {
    pack(block, 0, product.weights().inputs(), packed, block * blockFloats);
  }

  private int rows(int block) {
    return Math.min(blockRows, product.m - block * blockRows);
  }

  /** A block's rows of a part of K, slice after slice: what is multiplied together lies together, for 0.98 of the time. */
  private void pack(int block, int column, int some, float[] to, int at) {
    int from = product.aOffset + block * blockRows * product.lda + column;
    for (int slice = 0; slice < some; slice += SLICE) {
      kernels.packRows(product.a, from + slice, product.lda, rows(block), Math.min(SLICE, some - slice), to,
          at + kernels.packedFloats(rows(block), slice));
    }
  }

  /** A packed block by a part of a panel. The first blocks bring the weights into the caches. */
  private void multiply(int block, int index, int column, int some, float[] sums, int sumsAt, Workspace workspace) {
    PackedMatrix matrix = product.weights();
    boolean floats = matrix.storage() == Storage.F32;
    float[] rowsAt = beforehand ? packed : workspace.packed(0);
    int panel = product.firstPanel() + index;
    int rows = rows(block);
    int ahead = Tuning.prefetched(matrix.storage());
    boolean prefetched = block < (taskBlocks == 1 ? team.threads() : 1);
    for (int slice = 0; slice < some; slice += SLICE) {
      int k = Math.min(SLICE, some - slice);
      int at = column + slice;
      if (prefetched && slice % ahead == 0) {
        workspace.prefetch.next(matrix, panel, at * width, Math.min(ahead, some - slice) * width);
      }
      int packedAt = beforehand ? block * blockFloats + kernels.packedFloats(rows, at) : kernels.packedFloats(rows, slice);
      float[] weights = floats ? matrix.panel(panel) : product.widened(panel, at, k, workspace);
      kernels.gemmPacked(rowsAt, packedAt, rows, weights, floats ? at * width : 0, k, sums, sumsAt, width, at > 0, workspace);
    }
  }

  /** Some rows at a time by all panels of a group, so that what a row has in them is written side by side. */
  private void finish(int block, int from, int to, float[] sums, int sumsAt) {
    int rows = rows(block);
    for (int row = 0; row < rows; row += Tuning.FINISHED_ROWS) {
      for (int panel = from; panel < to; panel++) {
        product.finish(product.firstPanel() + panel, block * blockRows + row, Math.min(Tuning.FINISHED_ROWS, rows - row), sums,
            sumsAt + ((panel - from) * blockRows + row) * width, width);
      }
    }
  }
}
