package dev.lanepool.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.Test;

/** Numbers by hand: two steps whose columns differ from row to row by 2 and by 0, and from step to step by 10 and by 6. */
class InputMapTest {
  // m: the mean of all, (6, 3). s: the deviation within a step, (2, 1).
  private static InputMap map() {
    InputMap.Sums sums = new InputMap.Sums(2, 2);
    sums.add(0, new float[] {9, -1, 0}, 1);
    sums.add(0, new float[] {3, 0}, 0);
    sums.add(1, new float[] {9, 6}, 0);
    sums.add(1, new float[] {13, 6}, 0);
    return sums.map();
  }

  @Test
  void aHeadReadsWhatTheFitSaw() {
    float[] weight = new float[4];
    float[] bias = new float[2];
    map().toHead(new float[] {2, 5, -4, 0}, new float[] {1, 2}, weight, bias);
    assertArrayEquals(new float[] {1, 5, -2, 0}, weight);
    assertArrayEquals(new float[] {1 - 6 - 15, 2 + 12}, bias);
  }

  @Test
  void gradientsAreThoseOfTheFit() {
    float[] dSeenWeight = new float[4];
    float[] dSeenBias = new float[2];
    map().gradients(new float[] {10, 7, 0, 1}, new float[] {1, -2}, dSeenWeight, dSeenBias);
    assertArrayEquals(new float[] {(10 - 6) / 2f, 7 - 3, 12 / 2f, 1 + 6}, dSeenWeight);
    assertArrayEquals(new float[] {1, -2}, dSeenBias);
  }

  /** Its squares leave nothing behind: divided by a rounding error, its weights would be a hundred million times as large. */
  @Test
  void aColumnThatNeverChangesKeepsItsScale() {
    InputMap.Sums sums = new InputMap.Sums(2, 2);
    for (int i = 0; i < 1000; i++) {
      sums.add(0, new float[] {0.1f, i % 2}, 0);
      sums.add(1, new float[] {0.7f, i % 2}, 0);
    }
    float[] weight = new float[2];
    sums.map().toHead(new float[] {3, 5}, new float[1], weight, new float[1]);
    assertArrayEquals(new float[] {3, 10}, weight);
  }
}
