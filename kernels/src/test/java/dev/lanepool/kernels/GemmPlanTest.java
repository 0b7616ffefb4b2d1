package dev.lanepool.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How products are cut: what their speed rests on, and no result shows. */
class GemmPlanTest {
  private static final int[][] SHAPES = {{1, 768, 768}, {16, 3072, 768}, {32, 768, 3072}, {128, 768, 3072}, {136, 768, 768},
      {1024, 768, 768}, {1024, 3072, 768}, {1024, 768, 3072}};

  private final int width = Kernels.active().panelWidth();

  @Test
  void panelsOfRowsInPlaceStayInTheSecondLevelCacheAndTheLastPiecesAreSmall() {
    for (int threads = 1; threads <= 3; threads++) {
      try (ThreadTeam team = new ThreadTeam(threads)) {
        for (int[] shape : SHAPES) {
          Product product = product(shape);
          InPlaceProduct plan = new InPlaceProduct(product, team, Workspace.forTeam(team));
          plan.run(false);
          int m = shape[0];
          int panels = product.panels();
          String what = what(shape, threads);
          if (plan.runs < panels) { // a run has a panel at least
            assertEquals(0, plan.runs % threads, what + ": " + plan.runs + " runs");
          }
          int perRun = (panels + plan.runs - 1) / plan.runs;
          int perPiece = perRun * Math.min(plan.pieceRows, m);
          assertTrue(perRun == 1 || perRun * width * Math.min(shape[2], Tuning.DEPTH) <= Tuning.RUN_FLOATS,
              what + ": runs of " + perRun + " panels");
          int blocks = (m + plan.blockRows - 1) / plan.blockRows;
          assertEquals((m + Tuning.ROWS - 1) / Tuning.ROWS, blocks, what + ": weights are read once for each block of rows");
          assertEquals(0, plan.pieceRows >= m ? 0 : plan.pieceRows % plan.blockRows, what + ": pieces are whole blocks");
          // What the last piece can keep the others waiting for, in panels times rows: an eighth of the product at most.
          assertTrue(threads == 1 || perRun == 1 && plan.pieceRows <= plan.blockRows || 8 * perPiece <= panels * m,
              what + ": " + perRun + " panels by " + plan.pieceRows + " rows at the end");
        }
      }
    }
  }

  @Test
  void weightsOfPackedRowsStayInTheCachesAndTheLastTasksAreSmall() {
    for (int threads = 1; threads <= 3; threads++) {
      try (ThreadTeam team = new ThreadTeam(threads)) {
        for (int[] shape : SHAPES) {
          Product product = product(shape);
          PackedProduct plan = new PackedProduct(product, team, Workspace.forTeam(team));
          plan.run(false);
          int m = shape[0];
          int k = shape[2];
          int panels = product.panels();
          String what = what(shape, threads);
          int perRun = (panels + plan.runs - 1) / plan.runs;
          int weights = perRun * width * plan.depth;
          assertTrue(plan.blocks <= (m + Tuning.packedRows(Storage.F32) - 1) / Tuning.packedRows(Storage.F32), what);
          assertTrue(plan.depth == k || plan.depth % Gemm.SLICE == 0 && plan.depth == plan.part, what + ": steps of " + plan.depth);
          if (plan.taskBlocks == 1 && plan.blocks > 1) {
            assertTrue(weights <= Tuning.STEP_FLOATS, what + ": steps of " + weights + " weights");
          } else { // all rows by a run, each panel once
            assertEquals(k, plan.depth, what);
            assertTrue(perRun == 1 || perRun * width * Gemm.SLICE <= Tuning.PACKED_RUN_FLOATS, what + ": " + perRun + " panels");
          }
          // The same eighth, of what a thread does last.
          int last = plan.wholeTasks < tasks(plan, k) ? (perRun + plan.cuts - 1) / plan.cuts : perRun;
          int rows = plan.taskBlocks * plan.blockRows;
          assertTrue(threads == 1 || last == 1 || 8L * last * rows * plan.depth <= (long) panels * m * k,
              what + ": " + last + " panels by " + rows + " rows at the end");
        }
      }
    }
  }

  private static int tasks(PackedProduct plan, int k) {
    return plan.runs * ((k + plan.depth - 1) / plan.depth) * (plan.blocks / plan.taskBlocks);
  }

  @Test
  void bothPlansGiveTheSameBits() {
    assumeTrue(Kernels.active().packsRows(), "these kernels pack no rows");
    Random random = new Random(3);
    int[][] shapes = {{3, 40, 256}, {35, 100, 600}, {70, 33, 1030}, {300, 64, 768}, {289, 90, 1100}, {326, 64, 1100}};
    for (Storage storage : Storage.values()) {
      for (int[] shape : shapes) {
        for (int threads = 1; threads <= 3; threads++) {
          for (Epilogue epilogue : Epilogue.values()) {
            Product product = product(shape, storage, random);
            product.epilogue = epilogue;
            boolean residual = epilogue == Epilogue.BIAS_RESIDUAL;
            try (ThreadTeam team = new ThreadTeam(threads)) {
              float[] before = product.c.clone();
              product.residual = residual ? before.clone() : null;
              new InPlaceProduct(product, team, Workspace.forTeam(team)).run(false);
              float[] expected = product.c;
              product.c = before.clone();
              PackedProduct packed = new PackedProduct(product, team, Workspace.forTeam(team));
              String what = what(shape, threads) + ", " + storage + ", " + epilogue;
              packed.run(false);
              assertArrayEquals(expected, product.c, what);
              product.c = before.clone();
              product.residual = residual ? product.c : null; // in whose places no sums may wait
              packed.run(false);
              assertArrayEquals(expected, product.c, what + ", again and into the residual");
            }
          }
        }
      }
    }
  }

  private Product product(int... shape) {
    return product(shape, Storage.F32, new Random(1));
  }

  /** M x N x K, rows of C further apart than they are long, and something behind them. */
  private static Product product(int[] shape, Storage storage, Random random) {
    Product product = new Product(Kernels.active());
    PackedMatrix b = new PackedMatrix(shape[1], shape[2], storage);
    b.pack(0, shape[1], values(random, shape[1] * shape[2]), 0);
    b.packBias(0, values(random, shape[1]));
    product.weights(b);
    product.m = shape[0];
    product.a = values(random, shape[0] * shape[2]);
    product.lda = shape[2];
    product.ldc = shape[1] + 5;
    product.ldr = product.ldc;
    product.c = values(random, (shape[0] + 2) * product.ldc);
    product.lastColumn = shape[1];
    return product;
  }

  private static float[] values(Random random, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static String what(int[] shape, int threads) {
    return Arrays.toString(shape) + " on " + threads;
  }
}
