package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.nn.BinaryCrossEntropy;
import dev.lanepool.nn.CrossEntropy;
import dev.lanepool.nn.Loss;
import dev.lanepool.nn.Mat;
import dev.lanepool.nn.MeanSquaredError;
import dev.lanepool.nn.SmoothL1;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Losses against their double references; extreme logits; and every bad target refused with its row. */
class LossTest {
  private final RandomGenerator random = Repeat.random(2);

  private void check(Loss loss, DoubleLayer reference, int rows, int columns, double[] targets) {
    double[] y = DoubleLayer.gaussian(random, rows * columns, 2);
    Mat outputs = new Mat(DoubleLayer.floats(y), rows, columns);
    Mat target = new Mat(DoubleLayer.floats(targets), rows, targets.length / rows);
    Mat gradient = new Mat(rows + 2, columns);
    double value = loss.of(outputs, target, gradient);
    assertEquals(rows, gradient.rows());
    double expected = reference.forward(new double[][] {y})[0];
    assertEquals(expected, value, Tolerances.LOSS * Math.abs(expected), reference.toString());
    double[] d = reference.backward(new double[][] {y}, new double[] {1})[0];
    Compare.close(d, Arrays.copyOf(gradient.data(), d.length), Tolerances.LOSS_GRADIENT, reference.toString());
    assertEquals(value, loss.of(outputs, target, null));
    assertEquals(value, loss.of(outputs, target, outputs)); // the gradient may take the outputs' place
    assertArrayEquals(Arrays.copyOf(gradient.data(), d.length), outputs.data());
  }

  @Test
  void valuesAndGradientsAgreeWithTheReference() {
    for (int[] s : new int[][] {{1, 1}, {7, 1}, {1, 5}, {13, 3}}) {
      double[] targets = DoubleLayer.gaussian(random, s[0] * s[1], 1);
      check(new MeanSquaredError(), new DoubleLosses.MeanSquaredError(targets), s[0], s[1], targets);
      check(new SmoothL1(1), new DoubleLosses.SmoothL1(1, targets), s[0], s[1], targets);
      check(new SmoothL1(0.25), new DoubleLosses.SmoothL1(0.25, targets), s[0], s[1], targets);
      check(new SmoothL1(0), new DoubleLosses.SmoothL1(0, targets), s[0], s[1], targets);
      double[] bits = Arrays.stream(targets).map(t -> t > 1 ? 0.25 : t > 0 ? 1 : 0).toArray();
      check(new BinaryCrossEntropy(), new DoubleLosses.BinaryCrossEntropy(bits), s[0], s[1], bits);
    }
    double[] labels = {0, 2, 1, 1, 3, 0, 0};
    double[] ones = {1, 1, 1, 1};
    double[] weights = {0.5, 2, 1, 4};
    for (double smoothing : new double[] {0, 0.1, 1}) {
      check(new CrossEntropy(smoothing, null), new DoubleLosses.CrossEntropy(smoothing, ones, labels), 7, 4, labels);
      check(new CrossEntropy(smoothing, weights), new DoubleLosses.CrossEntropy(smoothing, weights, labels), 7, 4, labels);
    }
    check(new CrossEntropy(), new DoubleLosses.CrossEntropy(0, ones, new double[] {3}), 1, 4, new double[] {3});
  }

  @Test
  void largeLogitsNeitherOverflowNorLoseTheirGradient() {
    Mat logits = mat(2, 2, 3e4f, -3e4f, -1e38f, 1e38f);
    Mat gradient = new Mat(2, 2);
    assertEquals((6e4 + 2e38) / 2, new CrossEntropy().of(logits, mat(2, 1, 1, 0), gradient), 1e32);
    assertArrayEquals(new float[] {0.5f, -0.5f, -0.5f, 0.5f}, gradient.data());
    assertEquals(0, new CrossEntropy().of(logits, mat(2, 1, 0, 1), gradient));
    assertArrayEquals(new float[4], gradient.data());
    assertEquals((3e4 + 3e4 + 1e38 + 1e38) / 4, new BinaryCrossEntropy().of(logits, mat(2, 2, 0, 1, 1, 0), gradient), 1e32);
    assertArrayEquals(new float[] {0.25f, -0.25f, -0.25f, 0.25f}, gradient.data());
  }

  @Test
  void outputsThatAreNotFiniteGiveALossThatIsNotFinite() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      for (Loss loss : List.of(new MeanSquaredError(), new SmoothL1(1), new BinaryCrossEntropy())) {
        assertFalse(Double.isFinite(loss.of(mat(1, 2, 1, bad), mat(1, 2, 0.5f, 0.5f), null)), loss + " of " + bad);
      }
      assertFalse(Double.isFinite(new CrossEntropy().of(mat(1, 2, 1, bad), mat(1, 1, 1), null)), "cross-entropy of " + bad);
    }
    Mat impossible = mat(1, 2, 1, Float.NEGATIVE_INFINITY); // a probability of 0, for a class that is not the row's own
    assertEquals(0, new CrossEntropy().of(impossible, mat(1, 1, 0), null));
    assertEquals(Double.POSITIVE_INFINITY, new CrossEntropy(0.1, null).of(impossible, mat(1, 1, 0), null));
  }

  @Test
  void badTargetsAreRefusedByRow() {
    Mat outputs = new Mat(3, 2);
    refused("row 2, output 1", new MeanSquaredError(), outputs, mat(3, 2, 1, 1, 1, 1, 1, Float.NaN));
    refused("row 0, output 0", new SmoothL1(1), outputs, mat(3, 2, Float.NEGATIVE_INFINITY, 1, 1, 1, 1, 1));
    refused("row 1, output 0", new BinaryCrossEntropy(), outputs, mat(3, 2, 0, 0, 1.5f, 0, 0, 0));
    for (float bad : new float[] {-1, 2, 0.5f, Float.NaN, 1e20f}) {
      refused("row 1: found " + bad, new CrossEntropy(), outputs, mat(3, 1, 0, bad, 1));
    }
    refused("targets: found 3 x 2, expected 3 x 1", new CrossEntropy(), outputs, new Mat(3, 2));
    refused("targets: found 2 x 2", new MeanSquaredError(), outputs, new Mat(2, 2));
    refused("mean of nothing", new MeanSquaredError(), new Mat(0, 2), new Mat(0, 2));
    refused("3 class weights", new CrossEntropy(0, new double[] {1, 2, 3}), outputs, new Mat(3, 1));
    assertThrows(IllegalArgumentException.class, () -> new CrossEntropy().of(outputs, new Mat(3, 1), new Mat(3, 3)));
  }

  /** Its parabola is of no width then: nothing is divided by it. */
  @Test
  void smoothL1WithoutAParabolaIsTheAbsoluteValue() {
    Mat gradient = new Mat(1, 2);
    assertEquals(1, new SmoothL1(0).of(mat(1, 2, 3, 4), mat(1, 2, 3, 6), gradient));
    assertEquals(0, gradient.data()[0]);
    assertEquals(-0.5f, gradient.data()[1]);
  }

  @Test
  void badSettingsAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new SmoothL1(-1));
    assertThrows(IllegalArgumentException.class, () -> new SmoothL1(Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> new SmoothL1(Double.POSITIVE_INFINITY));
    assertThrows(IllegalArgumentException.class, () -> new CrossEntropy(1.5, null));
    assertThrows(IllegalArgumentException.class, () -> new CrossEntropy(0, new double[] {1, 0}));
    assertThrows(IllegalArgumentException.class, () -> new CrossEntropy(0, new double[] {1, Double.NaN}));
    assertThrows(IllegalArgumentException.class, () -> new CrossEntropy(0, new double[] {1, Double.POSITIVE_INFINITY}));
  }

  @Test
  void classWeightsAreCopied() {
    double[] weights = {1, 2};
    Loss loss = new CrossEntropy(0, weights);
    double before = loss.of(mat(2, 2, 1, 2, 3, 5), mat(2, 1, 0, 1), null);
    weights[1] = 7;
    assertEquals(before, loss.of(mat(2, 2, 1, 2, 3, 5), mat(2, 1, 0, 1), null));
  }

  private static void refused(String named, Loss loss, Mat outputs, Mat targets) {
    String message = assertThrows(IllegalArgumentException.class, () -> loss.of(outputs, targets, null)).getMessage();
    assertTrue(message.contains(named), () -> "expected '" + named + "' in: " + message);
  }

  private static Mat mat(int rows, int columns, float... values) {
    return new Mat(values, rows, columns);
  }
}
