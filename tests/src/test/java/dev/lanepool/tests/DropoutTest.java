package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Dropout;
import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Mat;
import dev.lanepool.nn.Shape;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Dropout: what it drops is a function of seed, step and index alone, and as many as it should. */
class DropoutTest {
  private static final int ROWS = 500;
  private static final int COLUMNS = 101;
  private static final Grads NONE = new Grads(List.of());

  /** 0 where an element was dropped, else the factor. */
  private static float[] mask(double p, long seed, long step, int threads) {
    try (Compute compute = new Compute(threads)) {
      compute.step(step);
      Dropout dropout = new Dropout(p, seed);
      Mat x = ones();
      dropout.forward(x, x, dropout.newCache(compute, x.shape()));
      return x.data();
    }
  }

  private static Mat ones() {
    Mat x = new Mat(ROWS, COLUMNS);
    Arrays.fill(x.data(), 1f);
    return x;
  }

  @Test
  void theMaskDependsOnSeedStepAndIndexAndNotOnThreadsOrWhatWasDrawnBefore() {
    float[] first = mask(0.3, 5, 8, 1);
    assertArrayEquals(first, mask(0.3, 5, 8, 2));
    assertFalse(Arrays.equals(first, mask(0.3, 6, 8, 1)));
    assertFalse(Arrays.equals(first, mask(0.3, 5, 9, 1)));
    try (Compute compute = new Compute(2)) {
      Dropout dropout = new Dropout(0.3, 5);
      Dropout.Cache cache = dropout.newCache(compute, new Shape(ROWS, COLUMNS));
      Mat y = new Mat(ROWS, COLUMNS);
      for (int step = 6; step <= 8; step++) {
        compute.step(step);
        dropout.forward(ones(), y, cache);
      }
      assertArrayEquals(first, y.data());
      compute.step(100); // backward draws what its forward drew
      Mat dx = new Mat(ROWS, COLUMNS);
      dropout.backward(ones(), cache, dx, NONE);
      assertArrayEquals(first, dx.data());
      dropout.infer(ones(), y, cache);
      assertArrayEquals(ones().data(), y.data());
    }
  }

  @Test
  void asManyAreDroppedAsTheProbabilitySaysAndTheyAreNotCorrelated() {
    int n = ROWS * COLUMNS;
    for (double p : new double[] {0.1, 0.5, 0.9}) {
      float[] mask = mask(p, 1, 1, 1);
      float[] next = mask(p, 1, 2, 1);
      int dropped = 0;
      int withNeighbour = 0;
      int withBelow = 0;
      int withNextStep = 0;
      for (int i = 0; i < n; i++) {
        assertTrue(mask[i] == 0 || mask[i] == (float) (1 / (1 - p)));
        dropped += mask[i] == 0 ? 1 : 0;
        withNeighbour += mask[i] == 0 && mask[(i + 1) % n] == 0 ? 1 : 0;
        withBelow += mask[i] == 0 && mask[(i + COLUMNS) % n] == 0 ? 1 : 0;
        withNextStep += mask[i] == 0 && next[i] == 0 ? 1 : 0;
      }
      // Five deviations of a binomial count.
      assertEquals(p * n, dropped, 5 * Math.sqrt(n * p * (1 - p)));
      for (int pairs : new int[] {withNeighbour, withBelow, withNextStep}) {
        assertEquals(p * p * n, pairs, 5 * Math.sqrt(n * p * p * (1 - p * p)) + 10 * Math.sqrt(n * p * (1 - p)) * p);
      }
    }
  }

  @Test
  void aProbabilityOfZeroPassesEverythingAndWhatIsDroppedIsZeroWhateverItWas() {
    assertArrayEquals(ones().data(), mask(0, 3, 3, 1));
    try (Compute compute = new Compute(1)) {
      Dropout dropout = new Dropout(0.5, 1);
      Mat x = new Mat(8, 8);
      Arrays.fill(x.data(), Float.POSITIVE_INFINITY);
      Mat y = new Mat(8, 8);
      dropout.forward(x, y, dropout.newCache(compute, x.shape()));
      for (float value : y.data()) {
        assertTrue(value == 0 || value == Float.POSITIVE_INFINITY, "found " + value);
      }
    }
  }

  @Test
  void badProbabilitiesAndBackwardWithoutForwardAreRefused() {
    for (double p : new double[] {-0.1, 1, Double.NaN}) {
      assertThrows(IllegalArgumentException.class, () -> new Dropout(p, 1));
    }
    try (Compute compute = new Compute(1)) {
      Dropout dropout = new Dropout(0.5, 1);
      Dropout.Cache cache = dropout.newCache(compute, new Shape(2, 2));
      assertThrows(IllegalStateException.class, () -> dropout.backward(new Mat(2, 2), cache, null, NONE));
      assertThrows(IllegalArgumentException.class, () -> dropout.forward(new Mat(3, 2), new Mat(3, 2), cache));
    }
  }
}
