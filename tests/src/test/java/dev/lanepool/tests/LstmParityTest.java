package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Lstm;
import dev.lanepool.nn.Mat;
import dev.lanepool.nn.Param;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The LSTM against PyTorch's {@code nn.LSTM}: outputs and every gradient, over 1, 2, 12 and 50 steps of 1 and 33 texts. */
class LstmParityTest {
  private static final int INPUTS = 7;
  private static final int HIDDEN = 5;
  private static final int MOST_STEPS = 50;
  private static final int MOST_TEXTS = 33;

  private final Lstm lstm = new Lstm("lstm", INPUTS, HIDDEN);
  private final Grads grads = new Grads(lstm.params());
  private double worstOutput;
  private double worstGradient;

  @Test
  void everyOutputAndGradientEqualsPyTorchs() {
    for (Param param : lstm.params()) {
      param.set(ClosedForm.values(param.name().replace('.', '/'), param.values().length, 1));
    }
    try (TrainingGolden golden = new TrainingGolden("lstm.safetensors"); Compute compute = new Compute(2)) {
      Lstm.Cache cache = lstm.newCache(compute, MOST_TEXTS, MOST_STEPS); // one cache for all: what a call leaves must not reach the next
      Set<String> cases = golden.below("");
      assertEquals(8, cases.size());
      for (String name : cases) {
        int steps = Integer.parseInt(name.substring(0, name.indexOf('.')));
        int texts = Integer.parseInt(name.substring(name.indexOf('.') + 1));
        sequence(golden, name + "/sequence", steps, texts, cache);
        last(golden, name + "/last", steps, texts, cache);
      }
      assertEquals(Set.of(), golden.unread());
    }
    System.out.printf("LSTM: worst output %.1e, worst gradient %.2f of what is allowed%n", worstOutput * Tolerances.PYTORCH_FORWARD,
        worstGradient);
  }

  private void sequence(TrainingGolden golden, String name, int steps, int texts, Lstm.Cache cache) {
    Mat x = given(name, "x", steps * texts, INPUTS, 2);
    Lstm.State initial = new Lstm.State(given(name, "h0", texts, HIDDEN, 1), given(name, "c0", texts, HIDDEN, 1));
    lstm.forward(x, steps, initial, cache);
    Mat y = new Mat(steps * texts, HIDDEN);
    cache.outputs(y);
    forward(golden, name + "/y", y);
    Lstm.State last = new Lstm.State(new Mat(texts, HIDDEN), new Mat(texts, HIDDEN));
    cache.last(last);
    forward(golden, name + "/c", last.c());

    grads.zero();
    Mat dx = new Mat(steps * texts, INPUTS);
    Lstm.State dInitial = new Lstm.State(new Mat(texts, HIDDEN), new Mat(texts, HIDDEN));
    lstm.backward(given(name, "dy", steps * texts, HIDDEN, 1),
        new Lstm.State(given(name, "dh", texts, HIDDEN, 1), given(name, "dc", texts, HIDDEN, 1)), cache, dx, dInitial, grads);
    gradient(golden, name + "/dh0", dInitial.h().data());
    gradient(golden, name + "/dc0", dInitial.c().data());
    gradients(golden, name, dx);
  }

  private void last(TrainingGolden golden, String name, int steps, int texts, Lstm.Cache cache) {
    lstm.forward(given(name, "x", steps * texts, INPUTS, 2), steps, null, cache);
    Mat y = new Mat(texts, HIDDEN);
    cache.lastOutput(y);
    forward(golden, name + "/y", y);

    grads.zero();
    Mat dx = new Mat(steps * texts, INPUTS);
    lstm.backward(null, new Lstm.State(given(name, "dy", texts, HIDDEN, 1), null), cache, dx, null, grads);
    gradients(golden, name, dx);
  }

  private void gradients(TrainingGolden golden, String name, Mat dx) {
    gradient(golden, name + "/dx", dx.data());
    for (Param param : lstm.params()) {
      gradient(golden, name + "/gradients/" + param.name().substring("lstm.".length()), grads.of(param));
    }
  }

  private void forward(TrainingGolden golden, String name, Mat found) {
    worstOutput = Math.max(worstOutput, Compare.near(golden.floats(name), found.data(), 0, Tolerances.PYTORCH_FORWARD, name));
  }

  private void gradient(TrainingGolden golden, String name, float[] found) {
    worstGradient = Math.max(worstGradient, Compare.near(golden.floats(name), found, Tolerances.PYTORCH_GRADIENT,
        Tolerances.PYTORCH_GRADIENT_FLOOR, name));
  }

  private static Mat given(String name, String what, int rows, int columns, float scale) {
    return new Mat(ClosedForm.values("lstm/" + name + "/" + what, rows * columns, scale), rows, columns);
  }
}
