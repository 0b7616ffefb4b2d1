package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** The double references of layers and losses against calculus: every input and every parameter. They owe nothing to the kernels. */
class DoubleLayersTest {
  private final RandomGenerator random = Repeat.random(1);
  private int compared;

  private void check(DoubleLayer layer, double[]... variables) {
    compared += DoubleLayer.assertGradients(layer, variables, random, layer.toString());
  }

  private double[] draw(int n) {
    return DoubleLayer.gaussian(random, n, 1);
  }

  @Test
  void lstm() {
    for (int[] size : new int[][] {{1, 1, 1, 1}, {1, 3, 2, 5}, {2, 1, 5, 3}, {5, 2, 3, 2}, {12, 1, 2, 3}}) {
      DoubleLstm lstm = new DoubleLstm(size[0], size[1], size[2], size[3]);
      check(lstm, lstm.variables(random));
    }
    assertTrue(compared > 500, "compared only " + compared);
  }

  @Test
  void layers() {
    for (int[] size : new int[][] {{1, 1, 1}, {1, 5, 3}, {3, 1, 2}, {7, 5, 11}}) {
      int rows = size[0];
      int k = size[1];
      int n = size[2];
      check(new DoubleLayers.Linear(rows, k, n), draw(rows * k), draw(n * k), draw(n));
      check(new DoubleLayers.Tanh(), draw(rows * k));
      check(new DoubleLayers.Gelu(), draw(rows * k));
      check(new DoubleLayers.LayerNorm(rows, n, 1e-5), draw(rows * n), draw(n), draw(n));
      check(new DoubleLayers.Factors(draw(rows * n)), draw(rows * n));
      check(new DoubleLayers.Standardize(draw(k), new double[] {0.5, 2, 3, 4, 5}), draw(rows * k));
      check(new DoubleLayers.Chain(new int[] {2, 0, 2, 2}, new DoubleLayers.Linear(rows, k, n), new DoubleLayers.Tanh(),
          new DoubleLayers.LayerNorm(rows, n, 1e-5), new DoubleLayers.Linear(rows, n, 2)),
          draw(rows * k), draw(n * k), draw(n), draw(n), draw(n), draw(2 * n), draw(2));
    }
    check(new DoubleLayers.Softmax(new int[] {0, 1, 1, 4, 11}), draw(11));
    assertTrue(compared > 500, "compared only " + compared);
  }

  @Test
  void losses() {
    for (int n : new int[] {1, 7, 13}) {
      double[] targets = draw(n);
      check(new DoubleLosses.MeanSquaredError(targets), draw(n));
      double[] probabilities = Arrays.stream(targets).map(t -> 1 / (1 + Math.exp(-3 * t))).toArray();
      check(new DoubleLosses.BinaryCrossEntropy(probabilities), draw(n));
      double[] far = Arrays.stream(targets).map(t -> t + (t > 0 ? 0.3 : -2)).toArray(); // inside and outside of beta, none on its edge
      check(new DoubleLosses.SmoothL1(0.7, targets), far);
      check(new DoubleLosses.SmoothL1(0, targets), far);
    }
    double[] labels = {0, 2, 1, 1, 2, 0, 0};
    for (double smoothing : new double[] {0, 0.1, 1}) {
      check(new DoubleLosses.CrossEntropy(smoothing, new double[] {1, 1, 1}, labels), draw(21));
      check(new DoubleLosses.CrossEntropy(smoothing, new double[] {0.2, 1, 3}, labels), draw(21));
    }
    assertTrue(compared > 150, "compared only " + compared);
  }
}
