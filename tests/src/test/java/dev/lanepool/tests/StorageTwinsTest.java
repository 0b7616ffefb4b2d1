package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanepool.kernels.ReducedKernels;
import dev.lanepool.kernels.Workspace;
import dev.lanepool.kernels.scalar.ScalarReduced;
import dev.lanepool.kernels.vector.VectorKernels;
import dev.lanepool.kernels.vector.VectorReduced;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The two twins of what serves reduced panels give the same bits. {@link LaneWidthTest} runs this at every lane width. */
class StorageTwinsTest {
  @Test
  void onEveryKernelOfReducedPanels() {
    Assumptions.assumeFalse("scalar".equals(System.getProperty("lanepool.kernels")), "skipped: the vector twin's run compares both");
    int width = new VectorKernels().panelWidth();
    Workspace workspace = new Workspace();
    Repeat.seeds(3, random -> {
      for (int k : new int[] {1, 2, 3, 8, 9, 67, 128}) {
        byte[] bytes = new byte[(k + 2) * width];
        random.nextBytes(bytes);
        short[] shorts = new short[k * width];
        for (int i = 0; i < shorts.length; i++) {
          shorts[i] = (short) (Float.floatToIntBits((float) random.nextGaussian()) >>> 16);
        }
        float[] scales = KernelReferenceTest.gaussian(random, 2 * width, 1);
        for (int i = 0; i < scales.length; i++) { // as they are packed: 22 significant bits
          scales[i] = i == 3 ? 0 : Float.intBitsToFloat(Float.floatToIntBits(Math.abs(scales[i])) & ~3);
        }
        int depth = k;
        agree("widenBf16 of " + k, k * width, (kernels, out) -> kernels.widenBf16(shorts, 0, depth, out));
        agree("widenInt8 of " + k, k * width, (kernels, out) -> kernels.widenInt8(bytes, 0, depth, scales, width, out));
        float[] a = KernelReferenceTest.gaussian(random, 4 * k + 3, 1);
        for (int rows = 1; rows <= 4; rows++) {
          int m = rows;
          for (boolean accumulate : new boolean[] {false, true}) {
            agree("gemmPanelBf16 " + rows + " x " + k, rows * width, (kernels, out) ->
                kernels.gemmPanelBf16(a, 1, depth, m, shorts, 0, depth, out, 0, width, accumulate, workspace));
            agree("gemmPanelInt8 " + rows + " x " + k, rows * width, (kernels, out) ->
                kernels.gemmPanelInt8(a, 1, depth, m, bytes, 0, depth, scales, width, out, 0, width, accumulate, workspace));
          }
        }
      }
    });
  }

  private static void agree(String what, int length, BiConsumer<ReducedKernels, float[]> kernel) {
    ReducedKernels vector = new VectorReduced();
    ReducedKernels scalar = new ScalarReduced(new VectorKernels().panelWidth());
    float[] expected = KernelReferenceTest.gaussian(Repeat.random(length), length, 1);
    float[] found = expected.clone();
    kernel.accept(scalar, expected);
    kernel.accept(vector, found);
    for (int i = 0; i < length; i++) {
      assertEquals(Float.floatToRawIntBits(expected[i]), Float.floatToRawIntBits(found[i]), what + " at " + i);
    }
  }
}
