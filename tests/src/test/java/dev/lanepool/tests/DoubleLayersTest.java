package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The double references of layers and losses against calculus: every input and every parameter. They owe nothing to the kernels. */
class DoubleLayersTest {

  @Test
  void lstm() {
    int compared = 0;
    for (int[] size : new int[][] {{1, 1, 1, 1}, {1, 3, 2, 5}, {2, 1, 5, 3}, {5, 2, 3, 2}, {12, 1, 2, 3}}) {
      DoubleLstm lstm = new DoubleLstm(size[0], size[1], size[2], size[3]);
      compared += DoubleLayer.assertGradients(lstm, lstm.variables(Repeat.random(size[0])), Repeat.random(7), lstm.toString());
    }
    assertTrue(compared > 500, "compared only " + compared);
  }
}
