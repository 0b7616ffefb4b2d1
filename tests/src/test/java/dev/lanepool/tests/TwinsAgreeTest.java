package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanepool.kernels.Kernels;
import dev.lanepool.kernels.Workspace;
import dev.lanepool.kernels.scalar.ScalarKernels;
import dev.lanepool.kernels.vector.VectorKernels;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * The two twins give the same bits, kernel by kernel. {@link LaneWidthTest} runs this at every lane width, so that all widths agree with
 * each other too.
 */
class TwinsAgreeTest {
  private static final int[] SIZES = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 67, 128, 203};

  @Test
  void onEveryKernel() {
    Assumptions.assumeFalse("scalar".equals(System.getProperty("lanepool.kernels")), "skipped: the vector twin's run compares both");
    Repeat.seeds(3, random -> {
      for (int n : SIZES) {
        for (double spread : new double[] {1e-3, 1, 30}) {
          float[] x = KernelReferenceTest.gaussian(random, 3 * n + 8, spread);
          float[] y = KernelReferenceTest.gaussian(random, 3 * n + 8, spread);
          float[] z = KernelReferenceTest.gaussian(random, n, 1);
          agree("add " + n, x, (k, to) -> k.add(to, 1, y, 2, to, 1, n));
          agree("addGeluErf " + n, x, (k, to) -> k.addGeluErf(to, 1, y, 2, to, 1, n));
          agree("addAdd " + n, x, (k, to) -> k.addAdd(to, 1, y, 2, z, 0, to, 1, n));
          agree("tanhInPlace " + n, x, (k, to) -> k.tanhInPlace(to, 1, n));
          agree("softmaxRowInPlace " + n, x, (k, to) -> k.softmaxRowInPlace(to, 1, n, 0.3f));
          agree("layerNormRow " + n, x, (k, to) -> k.layerNormRow(y, 3, z, z, 1e-5f, to, 1, n));
          agree("meanRows " + n, x, (k, to) -> k.meanRows(y, 1, n + 2, 3, to, 1, n));
          agree("maxRows " + n, x, (k, to) -> k.maxRows(y, 1, n + 2, 3, to, 1, n));
        }
      }
    });
  }

  @Test
  void onProducts() {
    Assumptions.assumeFalse("scalar".equals(System.getProperty("lanepool.kernels")), "skipped: the vector twin's run compares both");
    Kernels vector = new VectorKernels();
    int width = vector.panelWidth();
    Workspace workspace = new Workspace();
    Repeat.seeds(3, random -> {
      for (int rows = 1; rows <= 26; rows++) {
        for (int k : SIZES) {
          float[] a = KernelReferenceTest.gaussian(random, rows * k, 1);
          float[] b = KernelReferenceTest.gaussian(random, k * width, 1);
          float[] c = KernelReferenceTest.gaussian(random, rows * width, 1);
          int m = rows;
          for (boolean accumulate : new boolean[] {false, true}) {
            agree("gemmPanel " + rows + " x " + k, c, (kernels, to) ->
                kernels.gemmPanel(a, 0, k, m, b, 0, k, to, 0, width, accumulate, workspace));
          }
        }
      }
    });
  }

  private static void agree(String what, float[] start, BiConsumer<Kernels, float[]> kernel) {
    Kernels vector = new VectorKernels();
    float[] expected = start.clone();
    float[] found = start.clone();
    kernel.accept(new ScalarKernels(vector.panelWidth()), expected);
    kernel.accept(vector, found);
    for (int i = 0; i < expected.length; i++) {
      int at = i;
      assertEquals(Float.floatToRawIntBits(expected[i]), Float.floatToRawIntBits(found[i]), () -> what + " at " + at + ": scalar "
          + expected[at] + ", " + vector.name() + " " + found[at]);
    }
  }
}
