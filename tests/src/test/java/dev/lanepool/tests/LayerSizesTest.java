package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Dropout;
import dev.lanepool.nn.Gelu;
import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Init;
import dev.lanepool.nn.Layer;
import dev.lanepool.nn.LayerNorm;
import dev.lanepool.nn.Linear;
import dev.lanepool.nn.Lstm;
import dev.lanepool.nn.Mat;
import dev.lanepool.nn.Param;
import dev.lanepool.nn.Sequential;
import dev.lanepool.nn.Shape;
import dev.lanepool.nn.Softmax;
import dev.lanepool.nn.Standardize;
import dev.lanepool.nn.Tanh;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every layer refuses sizes that do not fit and a backward without a forward, takes a batch of no rows, and starts as PyTorch's. */
class LayerSizesTest {
  private static final int COLUMNS = 4;

  private static <C> void check(Compute compute, Layer<C> layer, boolean fixedWidth) {
    int outputs = layer.outputShape(new Shape(3, COLUMNS)).columns();
    C cache = layer.newCache(compute, new Shape(3, COLUMNS));
    Grads grads = new Grads(layer.params());
    Mat x = new Mat(3, COLUMNS);
    Mat y = new Mat(3, outputs);
    assertThrows(IllegalStateException.class, () -> layer.backward(y, cache, new Mat(3, COLUMNS), grads));
    if (fixedWidth) {
      assertThrows(IllegalArgumentException.class, () -> layer.outputShape(new Shape(3, COLUMNS + 1)));
      assertThrows(IllegalArgumentException.class, () -> layer.newCache(compute, new Shape(3, COLUMNS + 1)));
      assertThrows(IllegalArgumentException.class, () -> layer.forward(new Mat(3, COLUMNS + 1), y, cache));
    }
    assertThrows(IllegalArgumentException.class, () -> layer.forward(new Mat(4, COLUMNS), new Mat(4, outputs), cache));
    assertThrows(IllegalArgumentException.class, () -> layer.infer(x, new Mat(3, outputs + 1), cache));
    assertThrows(IllegalArgumentException.class, () -> layer.forward(x, new Mat(2, outputs), cache));
    layer.forward(x, y, cache);
    assertThrows(IllegalArgumentException.class, () -> layer.backward(new Mat(2, outputs), cache, null, grads));
    assertThrows(IllegalArgumentException.class, () -> layer.backward(new Mat(3, outputs + 1), cache, null, grads));
    assertThrows(IllegalArgumentException.class, () -> layer.backward(y, cache, new Mat(3, COLUMNS + 1), grads));
    Mat dx = new Mat(3, COLUMNS);
    layer.forward(x.resize(0), y, cache);
    assertEquals(0, y.rows());
    layer.backward(y, cache, dx, grads);
    assertEquals(0, dx.rows());
  }

  @Test
  void ofEveryLayer() {
    try (Compute compute = new Compute(1)) {
      check(compute, new Linear("l", COLUMNS, 3), true);
      check(compute, new LayerNorm("n", COLUMNS, 1e-5), true);
      check(compute, new Standardize("s", COLUMNS), true);
      check(compute, new Sequential(new Tanh(), new Linear("l", COLUMNS, 2)), true);
      check(compute, new Tanh(), false);
      check(compute, new Gelu(), false);
      check(compute, new Dropout(0.5, 1), false);
      check(compute, new Dropout(0, 1), false);
    }
    assertThrows(IllegalArgumentException.class, Sequential::new);
    assertThrows(IllegalArgumentException.class, () -> new LayerNorm("n", 0, 1e-5));
    assertThrows(IllegalArgumentException.class, () -> new LayerNorm("n", 3, 0));
    assertThrows(IllegalArgumentException.class, () -> new LayerNorm("n", 3, 1e-50)); // 0 as a float
    assertThrows(IllegalArgumentException.class, () -> new LayerNorm("n", 3, 1e50));
  }

  @Test
  void aClosedComputeIsRefusedHoweverSmallTheWork() {
    Compute compute = new Compute(2);
    Tanh tanh = new Tanh();
    Tanh.Cache cache = tanh.newCache(compute, new Shape(3, COLUMNS));
    compute.close();
    compute.close();
    assertThrows(IllegalStateException.class, () -> tanh.forward(new Mat(3, COLUMNS), new Mat(3, COLUMNS), cache));
  }

  @Test
  void ofTheRaggedSoftmax() {
    Mat scores = new Mat(5, 1);
    for (int[] offsets : new int[][] {{0, 5}, {1, 3, 5}, {0, 3, 4}, {0, 6, 5}, {0}}) {
      assertThrows(IllegalArgumentException.class, () -> Softmax.forward(scores, offsets, 2, new Mat(5, 1)));
    }
    assertThrows(IllegalArgumentException.class, () -> Softmax.forward(new Mat(5, 2), new int[] {0, 5}, 1, new Mat(5, 2)));
    assertThrows(IllegalArgumentException.class, () -> Softmax.backward(new Mat(4, 1), scores, new int[] {0, 5}, 1, new Mat(5, 1)));
  }

  @Test
  void initialValuesAreUniformWithinPyTorchsBounds() {
    Linear linear = new Linear("l", 100, 50);
    Init.linear(linear, Repeat.random(1));
    spread(linear.params(), 0.1);
    Linear constant = new Linear("c", 0, 3);
    Init.linear(constant, Repeat.random(1));
    for (float value : constant.bias().values()) {
      assertTrue(value == 0, "as PyTorch's: 1 / sqrt(0) is no bound");
    }
    Lstm lstm = new Lstm("r", 7, 25);
    Init.lstm(lstm, Repeat.random(1));
    spread(lstm.params(), 0.2);
    assertEquals(List.of("r.weight_ih_l0 [100, 7]", "r.weight_hh_l0 [100, 25]", "r.bias_ih_l0 [100]", "r.bias_hh_l0 [100]"),
        lstm.params().stream().map(Param::toString).toList());
    LayerNorm norm = new LayerNorm("n", 3, 1e-5);
    assertEquals(1f, norm.params().get(0).values()[2]);
    assertEquals(0f, norm.params().get(1).values()[2]);
  }

  private static void spread(List<Param> params, double bound) {
    for (Param param : params) {
      double largest = 0;
      double sum = 0;
      for (float value : param.values()) {
        largest = Math.max(largest, Math.abs(value));
        sum += value;
      }
      int n = param.values().length;
      assertTrue(largest <= bound && largest > 0.9 * bound, param + ": largest " + largest);
      assertEquals(0, sum / n, 5 * bound / Math.sqrt(3 * n), param + ": mean");
      assertEquals(1, param.version());
    }
  }
}
