package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Gelu;
import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Layer;
import dev.lanepool.nn.LayerNorm;
import dev.lanepool.nn.Linear;
import dev.lanepool.nn.Mat;
import dev.lanepool.nn.Param;
import dev.lanepool.nn.Sequential;
import dev.lanepool.nn.Shape;
import dev.lanepool.nn.Softmax;
import dev.lanepool.nn.Tanh;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/**
 * The float layers against their double references, outputs and every gradient, at nasty sizes; with 1 and 2 threads and a cache larger
 * than needed they give the same bits, {@code infer} those of {@code forward}, and gradients of parameters accumulate.
 */
class LayersReferenceTest {
  private final RandomGenerator random = Repeat.random(4);

  private <C> void check(Layer<C> layer, DoubleLayer reference, int rows, double[][] variables, double tolerance) {
    DoubleLayer.copy(variables, 1, layer.params());
    double[] y = reference.forward(variables);
    double[] dy = DoubleLayer.gaussian(random, y.length, 1);
    double[][] d = reference.backward(variables, dy);
    float[][] found = run(layer, rows, variables[0], dy, 1, rows);
    String what = reference.toString();
    Compare.close(y, found[0], tolerance, what);
    for (int i = 0; i < d.length; i++) {
      Compare.close(d[i], found[1 + i], tolerance, what + ", gradient " + i);
    }
    assertArrayEquals(found, run(layer, rows, variables[0], dy, 2, rows + 3), what + ": other bits with two threads");
  }

  /** Output, dx, and the parameters' gradients. */
  private static <C> float[][] run(Layer<C> layer, int rows, double[] values, double[] dyValues, int threads, int most) {
    try (Compute compute = new Compute(threads)) {
      Mat x = new Mat(DoubleLayer.floats(values), rows, values.length / rows);
      C cache = layer.newCache(compute, new Shape(most, x.columns()));
      Shape shape = layer.outputShape(x.shape());
      Mat y = new Mat(rows, shape.columns());
      layer.forward(x, y, cache);
      Mat dy = new Mat(DoubleLayer.floats(dyValues), rows, shape.columns());
      Mat dx = new Mat(rows, x.columns());
      Grads grads = new Grads(layer.params());
      layer.backward(dy, cache, dx, grads);
      float[][] results = new float[2 + layer.params().size()][];
      results[0] = y.data();
      results[1] = dx.data();
      for (int i = 2; i < results.length; i++) {
        results[i] = grads.of(layer.params().get(i - 2)).clone();
      }

      layer.backward(dy, cache, null, grads); // again, without dx: twice the gradients
      for (int i = 2; i < results.length; i++) {
        double[] twice = new double[results[i].length];
        for (int j = 0; j < twice.length; j++) {
          twice[j] = 2.0 * results[i][j];
        }
        Param param = layer.params().get(i - 2);
        Compare.close(twice, grads.of(param), Tolerances.LAYER, param + " twice");
      }
      Mat inferred = new Mat(rows, shape.columns());
      layer.infer(x, inferred, cache);
      assertArrayEquals(y.data(), inferred.data(), "infer");
      return results;
    }
  }

  private double[] draw(int n) {
    return DoubleLayer.gaussian(random, n, 1);
  }

  @Test
  void linear() {
    for (int[] s : new int[][] {{1, 1, 1}, {1, 17, 3}, {5, 31, 33}, {67, 203, 1}, {130, 64, 300}, {259, 1, 7}}) {
      check(new Linear("l", s[1], s[2]), new DoubleLayers.Linear(s[0], s[1], s[2]), s[0],
          new double[][] {draw(s[0] * s[1]), draw(s[1] * s[2]), draw(s[2])}, Tolerances.LAYER);
    }
  }

  @Test
  void activations() {
    for (int[] s : new int[][] {{1, 1}, {3, 17}, {67, 203}, {131, 157}}) {
      double[][] x = {DoubleLayer.gaussian(random, s[0] * s[1], 2)};
      check(new Tanh(), new DoubleLayers.Tanh(), s[0], x, Tolerances.LAYER);
      check(new Gelu(), new DoubleLayers.Gelu(), s[0], x, Tolerances.LAYER);
    }
  }

  @Test
  void layerNormOfOneRowAndOfManyChunks() {
    // Of shorter rows the gradient is what three terms of several times its size leave over.
    for (int[] s : new int[][] {{1, 7}, {1, 16}, {3, 31}, {63, 17}, {64, 33}, {259, 67}}) {
      check(new LayerNorm("n", s[1], 1e-5), new DoubleLayers.LayerNorm(s[0], s[1], 1e-5f), s[0],
          new double[][] {draw(s[0] * s[1]), draw(s[1]), draw(s[1])}, Tolerances.LAYER);
    }
  }

  @Test
  void sequence() {
    for (int rows : new int[] {1, 5, 67}) {
      int k = 19;
      int n = 23;
      DoubleLayers.Chain chain = new DoubleLayers.Chain(new int[] {0, 2, 0, 2, 2}, new DoubleLayers.Gelu(),
          new DoubleLayers.Linear(rows, k, n), new DoubleLayers.Tanh(), new DoubleLayers.LayerNorm(rows, n, 1e-5f),
          new DoubleLayers.Linear(rows, n, 3));
      Sequential layers = new Sequential(new Gelu(), new Linear("a", k, n), new Tanh(), new LayerNorm("b", n, 1e-5), new Linear("c", n, 3));
      check(layers, chain, rows, new double[][] {draw(rows * k), draw(n * k), draw(n), draw(n), draw(n), draw(3 * n), draw(3)},
          Tolerances.LAYERS);
    }
  }

  @Test
  void softmaxOverRaggedRows() {
    int[] offsets = {0, 1, 1, 17, 50, 51, 200};
    double[][] scores = {DoubleLayer.gaussian(random, 200, 3)};
    DoubleLayers.Softmax reference = new DoubleLayers.Softmax(offsets);
    double[] dy = draw(200);
    Mat x = new Mat(DoubleLayer.floats(scores[0]), 200, 1);
    Mat weights = new Mat(200, 1);
    Softmax.forward(x, offsets, 6, weights);
    Mat d = new Mat(200, 1);
    Mat dWeights = new Mat(DoubleLayer.floats(dy), 200, 1);
    Softmax.backward(dWeights, weights, offsets, 6, d);
    Compare.close(reference.forward(scores), weights.data(), Tolerances.SOFTMAX, "softmax");
    Compare.close(reference.backward(scores, dy)[0], d.data(), Tolerances.LAYER, "softmax backward");
    Softmax.backward(dWeights, weights, offsets, 6, dWeights);
    assertArrayEquals(d.data(), dWeights.data(), "in place");
    Softmax.forward(x, offsets, 6, x);
    assertArrayEquals(weights.data(), x.data(), "in place");
    assertEquals(1f, weights.data()[0]);
    assertEquals(1f, weights.data()[50]);
  }
}
