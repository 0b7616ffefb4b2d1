package dev.lanepool.nn;

import dev.lanepool.kernels.ThreadTeam;
import dev.lanepool.kernels.TrainingKernels;

/** The sum of a matrix's rows, as a bias's gradient wants it. The team shares the columns, so that each sum runs down all rows in order. */
final class RowSums implements ThreadTeam.Task {
  /** Columns of a piece: eight cache lines of each row. */
  private static final int COLUMNS = 128;

  private final Compute compute;
  private float[] x = {};
  private float[] sums = {};
  private int rows;
  private int n;

  RowSums(Compute compute) {
    this.compute = compute;
  }

  /** sums[n] += the sum over rows of x[rows, n]. */
  void acc(float[] x, int rows, int n, float[] sums) {
    this.x = x;
    this.rows = rows;
    this.n = n;
    this.sums = sums;
    compute.run(this, (n + COLUMNS - 1) / COLUMNS, (long) rows * n);
  }

  @Override
  public void run(int piece, int worker) {
    int first = piece * COLUMNS;
    TrainingKernels.active().sumRowsAcc(x, first, n, rows, sums, first, Math.min(COLUMNS, n - first));
  }
}
