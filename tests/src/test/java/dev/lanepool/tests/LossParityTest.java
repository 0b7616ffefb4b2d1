package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanepool.nn.BinaryCrossEntropy;
import dev.lanepool.nn.CrossEntropy;
import dev.lanepool.nn.Loss;
import dev.lanepool.nn.Mat;
import dev.lanepool.nn.MeanSquaredError;
import dev.lanepool.nn.SmoothL1;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Every loss against PyTorch: value and gradient. */
class LossParityTest {
  private static final int TEXTS = 7;

  @Test
  void everyLossHasPyTorchsValueAndGradient() {
    double worstValue = 0;
    double worstGradient = 0;
    try (TrainingGolden golden = new TrainingGolden("losses.safetensors")) {
      assertEquals(golden.below(""), losses().keySet());
      for (Map.Entry<String, Loss> entry : losses().entrySet()) {
        String name = entry.getKey();
        float[] expected = golden.floats(name + "/gradient");
        Mat outputs = new Mat(ClosedForm.values(name + "/x", expected.length, name.endsWith("-large") ? 200 : 3), TEXTS,
            expected.length / TEXTS);
        float[] targets = golden.floats(name + "/targets");
        Mat gradient = new Mat(TEXTS, outputs.columns());
        double value = entry.getValue().of(outputs, new Mat(targets, TEXTS, targets.length / TEXTS), gradient);
        worstValue = Math.max(worstValue, Compare.near(golden.floats(name + "/value"), new float[] {(float) value},
            Tolerances.PYTORCH_LOSS, 0, name));
        worstGradient = Math.max(worstGradient, Compare.near(expected, gradient.data(), Tolerances.PYTORCH_GRADIENT,
            Tolerances.PYTORCH_GRADIENT_FLOOR, name + ", gradient"));
        assertEquals(value, entry.getValue().of(outputs, new Mat(targets, TEXTS, targets.length / TEXTS), null), name + ", value alone");
      }
      assertEquals(Set.of(), golden.unread());
    }
    System.out.printf("losses, worst as parts of what is allowed: values %.3f, gradients %.3f%n", worstValue, worstGradient);
  }

  private static Map<String, Loss> losses() {
    float[] drawn = ClosedForm.values("cross-entropy/class-weights", 4, 0.5f);
    double[] weights = new double[drawn.length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = drawn[i] + 1.0;
    }
    Map<String, Loss> losses = new LinkedHashMap<>();
    for (int columns : new int[] {1, 3}) {
      losses.put("mean-squared-error-" + columns, new MeanSquaredError());
      losses.put("smooth-l1-1.0-" + columns, new SmoothL1(1));
      losses.put("smooth-l1-0.25-" + columns, new SmoothL1(0.25));
      losses.put("binary-cross-entropy-" + columns, new BinaryCrossEntropy());
    }
    losses.put("binary-cross-entropy-large", new BinaryCrossEntropy());
    losses.put("cross-entropy", new CrossEntropy());
    losses.put("cross-entropy-large", new CrossEntropy());
    losses.put("cross-entropy-smoothing", new CrossEntropy(0.1, null));
    losses.put("cross-entropy-weights", new CrossEntropy(0, weights));
    losses.put("cross-entropy-smoothing-weights", new CrossEntropy(0.1, weights));
    return losses;
  }
}
