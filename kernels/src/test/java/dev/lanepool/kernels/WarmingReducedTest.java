package dev.lanepool.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanepool.kernels.scalar.ScalarReduced;
import dev.lanepool.kernels.vector.VectorKernels;
import dev.lanepool.kernels.vector.VectorReduced;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A short run compiles the smaller tiles alone; after much work the larger ones serve too, and nothing else changes. */
class WarmingReducedTest {
  private static final int K = 256;
  private static final int ROWS = 16;
  private static final long PATIENCE_NANOS = 60_000_000_000L;

  private final int width = new VectorKernels().panelWidth();
  private final ReducedKernels kernels = new WarmingReduced(width);
  private final short[] panel = new short[K * width];
  private final float[] a = new float[ROWS * K];

  WarmingReducedTest() {
    Random random = new Random(3);
    for (int i = 0; i < panel.length; i++) {
      panel[i] = Reducing.bf16((float) random.nextGaussian());
    }
    for (int i = 0; i < a.length; i++) {
      a[i] = (float) random.nextGaussian();
    }
  }

  @Test
  void largerTilesServeAfterMuchWorkWithTheSameBits() throws InterruptedException {
    int most = new VectorReduced().fewRows(Storage.BF16);
    assertEquals(2, kernels.fewRows(Storage.BF16));
    float[] before = product(kernels, 2);
    float[] widened = new float[K * width];
    for (long done = 0; done < WarmingReduced.MANY; done += widened.length) {
      kernels.widenBf16(panel, 0, K, widened);
    }
    for (long end = System.nanoTime() + PATIENCE_NANOS; kernels.fewRows(Storage.BF16) < most && System.nanoTime() < end; ) {
      Thread.sleep(10);
    }
    assertEquals(most, kernels.fewRows(Storage.BF16), "rows after much work");
    assertEquals(2, kernels.fewRows(Storage.INT8), "rows of a storage that has not been used");
    assertArrayEquals(before, product(kernels, 2), 0f);
    for (int rows = 1; rows <= most; rows++) {
      assertArrayEquals(product(new ScalarReduced(width), rows), product(kernels, rows), 0f, rows + " rows");
    }
  }

  private float[] product(ReducedKernels by, int rows) {
    float[] c = new float[rows * width];
    by.gemmPanelBf16(a, 0, K, rows, panel, 0, K, c, 0, width, false, new Workspace(width));
    return c;
  }
}
