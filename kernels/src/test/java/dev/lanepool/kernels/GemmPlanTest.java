package dev.lanepool.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** How products are cut: what their speed rests on, and no result shows. */
class GemmPlanTest {

  @Test
  void panelsStayInTheSecondLevelCacheAndTheLastPiecesAreSmall() {
    int width = Kernels.active().panelWidth();
    int[][] shapes = {{1, 768, 768}, {16, 3072, 768}, {128, 768, 3072},
        {136, 768, 768}, {1024, 768, 768}, {1024, 3072, 768}, {1024, 768, 3072}};
    for (int threads = 1; threads <= 3; threads++) {
      try (ThreadTeam team = new ThreadTeam(threads)) {
        Gemm gemm = new Gemm(team, Workspace.forTeam(team));
        for (int[] shape : shapes) {
          int m = shape[0];
          int k = shape[2];
          int panels = (shape[1] + width - 1) / width;
          String what = m + " x " + shape[1] + " x " + k + " on " + threads;
          gemm.nt(new float[m * k], m, new PackedMatrix(shape[1], k), new float[m * shape[1]], Epilogue.BIAS, null);
          if (gemm.runs < panels) { // a run has a panel at least
            assertEquals(0, gemm.runs % threads, what + ": " + gemm.runs + " runs");
          }
          int perRun = (panels + gemm.runs - 1) / gemm.runs;
          int perPiece = perRun * Math.min(gemm.pieceRows, m);
          boolean packs = m > 2 && Kernels.active().packsRows();
          Tuning.Blocking blocking = Tuning.blocking(packs, m, Storage.F32);
          assertTrue(perRun == 1 || perRun * width * Math.min(k, blocking.depth()) <= blocking.panelFloats(),
              what + ": runs of " + perRun + " panels");
          int blocks = (m + gemm.blockRows - 1) / gemm.blockRows;
          assertEquals((m + blocking.rows() - 1) / blocking.rows(), blocks, what + ": weights are read once for each block of rows");
          assertEquals(0, gemm.pieceRows >= m ? 0 : gemm.pieceRows % gemm.blockRows, what + ": pieces are whole blocks");
          // What the last piece can keep the others waiting for, in panels times rows: an eighth of the product at most.
          assertTrue(threads == 1 || perRun == 1 && gemm.pieceRows <= gemm.blockRows || 8 * perPiece <= panels * m,
              what + ": " + perRun + " panels by " + gemm.pieceRows + " rows at the end");
        }
      }
    }
  }
}
