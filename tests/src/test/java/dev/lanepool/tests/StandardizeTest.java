package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Mat;
import dev.lanepool.nn.Shape;
import dev.lanepool.nn.Standardize;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Standardisation: what it fits, what it makes of that, and what it refuses. */
class StandardizeTest {

  @Test
  void fittedColumnsGetMeanZeroAndDeviationOneWhateverTheirScale() {
    int rows = 101;
    double[] deviations = {1e-20, 0.14, 10, 1e15};
    double[] means = {0, -3, 10_000, 1e16};
    Mat x = new Mat(rows, 4);
    double[] noise = DoubleLayer.gaussian(Repeat.random(1), rows * 4, 1);
    for (int i = 0; i < noise.length; i++) {
      x.data()[i] = (float) (noise[i] * deviations[i % 4] + means[i % 4]);
    }
    Standardize layer = new Standardize("standardize", 4);
    layer.fit(x);
    try (Compute compute = new Compute(1)) {
      Standardize.Cache cache = layer.newCache(compute, x.shape());
      Mat y = new Mat(rows, 4);
      layer.forward(x, y, cache);
      for (int column = 0; column < 4; column++) {
        double sum = 0;
        double squares = 0;
        for (int row = 0; row < rows; row++) {
          double value = y.data()[row * 4 + column];
          sum += value;
          squares += value * value;
        }
        // The mean is rounded to a float: an error of 6e-8 of it, over the deviation.
        double error = 6e-8 * Math.abs(means[column]) / deviations[column] + 1e-6;
        assertEquals(0, sum / rows, error, "mean of column " + column);
        assertEquals(1, squares / rows, 2 * error, "variance of column " + column);
      }
      double[] mean = new double[4];
      double[] scale = new double[4];
      double[] values = new double[rows * 4];
      for (int i = 0; i < values.length; i++) {
        mean[i % 4] = layer.mean().values()[i % 4];
        scale[i % 4] = layer.scale().values()[i % 4];
        values[i] = x.data()[i];
      }
      DoubleLayers.Standardize reference = new DoubleLayers.Standardize(mean, scale);
      Compare.close(reference.forward(new double[][] {values}), y.data(), Tolerances.LAYER, "standardize");
      Mat dx = new Mat(rows, 4);
      layer.backward(new Mat(DoubleLayer.floats(noise), rows, 4), cache, dx, new Grads(List.of()));
      Compare.close(reference.backward(new double[][] {values}, noise)[0], dx.data(), Tolerances.LAYER, "standardize backward");
      Mat inPlace = new Mat(x.data(), rows, 4);
      layer.infer(inPlace, inPlace, cache);
      assertArrayEquals(y.data(), inPlace.data());
    }
  }

  @Test
  void aConstantColumnBecomesZerosAndUnfittedItPassesEverything() {
    Mat x = new Mat(new float[] {0.1f, 5, 0.1f, 6, 0.1f, 7}, 3, 2);
    Standardize layer = new Standardize("standardize", 2);
    try (Compute compute = new Compute(1)) {
      Standardize.Cache cache = layer.newCache(compute, x.shape());
      Mat y = new Mat(3, 2);
      layer.infer(x, y, cache);
      assertArrayEquals(x.data(), y.data());
      layer.fit(x);
      assertArrayEquals(new float[] {0.1f, 6}, layer.mean().values());
      assertEquals(1f, layer.scale().values()[0]);
      layer.infer(x, y, cache);
      assertEquals(0f, y.data()[0]);
      assertEquals(0f, y.data()[4]);
    }
    assertTrue(layer.params().isEmpty());
  }

  @Test
  void badFeaturesAreRefusedByPlace() {
    Standardize layer = new Standardize("standardize", 2);
    String message = assertThrows(IllegalArgumentException.class,
        () -> layer.fit(new Mat(new float[] {1, 2, 3, Float.NaN}, 2, 2))).getMessage();
    assertTrue(message.contains("row 1, column 1: found NaN"), message);
    assertArrayEquals(new float[] {0, 0}, layer.mean().values(), "a refused fit changes nothing");
    assertThrows(IllegalArgumentException.class, () -> layer.fit(new Mat(0, 2)));
    assertThrows(IllegalArgumentException.class, () -> layer.fit(new Mat(2, 3)));
    try (Compute compute = new Compute(1)) {
      assertThrows(IllegalArgumentException.class, () -> layer.newCache(compute, new Shape(1, 3)));
      Standardize.Cache cache = layer.newCache(compute, new Shape(1, 2));
      assertThrows(IllegalStateException.class, () -> layer.backward(new Mat(1, 2), cache, null, new Grads(List.of())));
    }
  }
}
