package dev.lanepool.tests;

import dev.lanepool.kernels.Epilogue;
import dev.lanepool.kernels.Gemm;
import dev.lanepool.kernels.PackedMatrix;
import dev.lanepool.kernels.Storage;
import dev.lanepool.kernels.ThreadTeam;
import dev.lanepool.kernels.TrainingKernels;
import dev.lanepool.kernels.Workspace;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Once compiled, no kernel of training allocates: neither scratch, nor the vectors that C2 boxes where they cross a call it would not
 * inline. With and without tails.
 */
class KernelAllocationTest {

  /**
   * A call's, at most. Vectors boxed in a loop are 1,000 and more, scratch too. One mask (96 bytes) is what the JDK's check of a masked
   * load may cost where a tail ends with its array: rare, and so at times not compiled as the rest is.
   */
  static final long FEW_BYTES = 128;

  @Test
  void noTrainingKernelAllocates() {
    TrainingKernels k = TrainingKernels.active();
    for (int n : new int[] {768, 203}) {
      float[] x = KernelReferenceTest.gaussian(Repeat.random(n), 8 * n, 1);
      float[] y = x.clone();
      float[] z = new float[8 * n];
      float[] w = new float[8 * n];
      int[] argmax = new int[n];
      Map<String, Runnable> kernels = new LinkedHashMap<>();
      kernels.put("axpyAcc", () -> k.axpyAcc(1e-3f, x, 0, z, 0, n));
      kernels.put("dot", () -> z[0] = k.dot(x, 0, y, n, n));
      kernels.put("sumRowsAcc", () -> k.sumRowsAcc(x, 0, n, 4, z, 0, n));
      kernels.put("maxRowsArg", () -> k.maxRowsArg(x, 0, n, 4, z, 0, argmax, 0, n));
      kernels.put("transpose", () -> k.transpose(x, 0, n, 7, n, z, 0, 8));
      kernels.put("standardizeRow", () -> k.standardizeRow(x, 0, y, y, z, 0, n));
      kernels.put("tanhBackward", () -> k.tanhBackward(x, 0, y, 0, z, 0, n));
      kernels.put("geluErfBackward", () -> k.geluErfBackward(x, 0, y, 0, z, 0, n));
      kernels.put("softmaxRowBackward", () -> k.softmaxRowBackward(x, 0, y, 0, z, 0, n));
      kernels.put("layerNormRowBackward", () -> k.layerNormRowBackward(x, 0, y, 0, x, 1e-5f, z, 0, w, w, n));
      kernels.put("lstmCell", () -> k.lstmCell(y, 0, x, 0, z, 0, w, 0, n));
      kernels.put("lstmCellBackward", () -> k.lstmCellBackward(x, 0, y, 0, x, n, x, 2 * n, z, 0, w, 0, n));
      kernels.forEach((name, kernel) -> allocatesNothing(name + " of " + n, 1000, kernel));
    }
  }

  @Test
  void noProductNorPackingAllocatesOnceItsScratchIsThere() {
    float[] a = new float[300 * 70];
    float[] b = new float[300 * 200];
    float[] c = new float[70 * 200];
    PackedMatrix packed = new PackedMatrix(200, 300);
    try (ThreadTeam team = new ThreadTeam(2)) {
      Gemm gemm = new Gemm(team, Workspace.forTeam(team));
      allocatesNothing("a product of many rows", 20, () -> gemm.tnAcc(a, 300, 70, b, 200, c));
      allocatesNothing("a product of few rows", 20, () -> gemm.tnAcc(a, 300, 3, b, 200, c));
      allocatesNothing("pack", 20, () -> gemm.pack(packed, b));
      allocatesNothing("packTransposed", 20, () -> gemm.packTransposed(packed, b));
    }
  }

  @Test
  void noProductWithReducedPanelsAllocatesOnceItsScratchIsThere() {
    float[] a = new float[30 * 300];
    float[] c = new float[30 * 200];
    try (ThreadTeam team = new ThreadTeam(2)) {
      Gemm gemm = new Gemm(team, Workspace.forTeam(team));
      for (Storage storage : Storage.values()) {
        PackedMatrix packed = new PackedMatrix(200, 300, storage);
        for (int rows : new int[] {1, 3, 4, 30}) {
          allocatesNothing(storage + ", " + rows + " rows", 20, () -> gemm.nt(a, rows, packed, c, Epilogue.BIAS, null));
        }
      }
    }
  }

  private static void allocatesNothing(String what, int calls, Runnable call) {
    Allocation.require(() -> {
      for (int i = 0; i < calls; i++) {
        call.run();
      }
    }, calls * FEW_BYTES, what + ", " + calls + " calls");
  }
}
