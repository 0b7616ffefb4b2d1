package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Gelu;
import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Layer;
import dev.lanepool.nn.LayerNorm;
import dev.lanepool.nn.Linear;
import dev.lanepool.nn.Mat;
import dev.lanepool.nn.Param;
import dev.lanepool.nn.Softmax;
import dev.lanepool.nn.Tanh;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Layers against PyTorch: outputs and every gradient. {@link LstmParityTest} has the LSTM. */
class LayerParityTest {
  private double worstOutput;
  private double worstGradient;

  @Test
  void everyLayersOutputAndGradientsEqualPyTorchs() {
    try (TrainingGolden golden = new TrainingGolden("layers.safetensors"); Compute compute = new Compute(2)) {
      check(golden, compute, "linear", new Linear("linear", 24, 5), 33, 24, 2);
      check(golden, compute, "linear-1", new Linear("linear-1", 13, 1), 1, 13, 2);
      check(golden, compute, "tanh", new Tanh(), 7, 37, 12);
      check(golden, compute, "gelu", new Gelu(), 7, 37, 8);
      check(golden, compute, "layer-norm", new LayerNorm("layer-norm", 37, 1e-5), 11, 37, 3);
      check(golden, compute, "layer-norm-eps", new LayerNorm("layer-norm-eps", 16, 1e-3), 3, 16, 0.03125f);
      checkSoftmax(golden);
      assertEquals(Set.of(), golden.unread());
    }
    System.out.printf("layers, worst as parts of what is allowed: outputs %.3f, gradients %.3f%n", worstOutput, worstGradient);
  }

  private <C> void check(TrainingGolden golden, Compute compute, String name, Layer<C> layer, int rows, int columns, float scale) {
    for (Param param : layer.params()) {
      param.set(ClosedForm.values(param.name().replace('.', '/'), param.values().length, 1));
    }
    Mat x = new Mat(ClosedForm.values(name + "/x", rows * columns, scale), rows, columns);
    Mat y = new Mat(rows, layer.outputShape(x.shape()).columns());
    C cache = layer.newCache(compute, x.shape());
    Grads grads = new Grads(layer.params());
    layer.forward(x, y, cache);
    output(golden, name, y);
    Mat dx = new Mat(rows, columns);
    layer.backward(given(name, y), cache, dx, grads);
    gradient(golden, name + "/dx", dx.data());
    for (Param param : layer.params()) {
      gradient(golden, name + "/gradients/" + param.name().substring(name.length() + 1), grads.of(param));
    }
  }

  private void checkSoftmax(TrainingGolden golden) {
    int[] offsets = {0, 1, 3, 12, 16, 33};
    Mat scores = new Mat(ClosedForm.values("softmax/x", 33, 6), 33, 1);
    Mat weights = new Mat(33, 1);
    Softmax.forward(scores, offsets, 5, weights);
    output(golden, "softmax", weights);
    Mat dScores = new Mat(33, 1);
    Softmax.backward(given("softmax", weights), weights, offsets, 5, dScores);
    gradient(golden, "softmax/dx", dScores.data());
  }

  private static Mat given(String name, Mat y) {
    return new Mat(ClosedForm.values(name + "/dy", y.rows() * y.columns(), 1), y.rows(), y.columns());
  }

  private void output(TrainingGolden golden, String name, Mat y) {
    worstOutput = Math.max(worstOutput, Compare.near(golden.floats(name + "/y"), y.data(), 0, Tolerances.PYTORCH_FORWARD, name));
  }

  private void gradient(TrainingGolden golden, String name, float[] found) {
    worstGradient = Math.max(worstGradient, Compare.near(golden.floats(name), found, Tolerances.PYTORCH_GRADIENT,
        Tolerances.PYTORCH_GRADIENT_FLOOR, name));
  }
}
