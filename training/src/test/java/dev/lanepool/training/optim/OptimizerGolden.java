package dev.lanepool.training.optim;

import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Param;
import dev.lanepool.weights.Weights;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;

/** What PyTorch gave, and the parameters and gradients it started from. {@code optimizer-goldens/generate.py} names the tensors. */
final class OptimizerGolden {
  static final int STEPS = 10;
  static final double RATE = 0.05;

  private final Weights tensors = Weights.of("golden.safetensors", bytes("golden.safetensors"));

  static byte[] bytes(String name) {
    try (InputStream in = Objects.requireNonNull(OptimizerGolden.class.getResourceAsStream("/optimizer-goldens/" + name), name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  float[] values(String name) {
    return tensors.floats(name);
  }

  /** The parameters at the start. */
  List<Param> params() {
    List<Param> params = List.of(Param.matrix("weight", 5, 7), Param.vector("bias", 7), Param.matrix("long", 1, 37));
    for (Param param : params) {
      float[] start = values("start." + param.name());
      System.arraycopy(start, 0, param.values(), 0, start.length);
    }
    return params;
  }

  /** Puts the gradients of a step in place. */
  void gradients(int step, Grads grads) {
    for (Param param : grads.params()) {
      float[] gradient = values("gradients." + step + "." + param.name());
      System.arraycopy(gradient, 0, grads.of(param), 0, gradient.length);
    }
  }

  /** How many tensors there are beside the start and the gradients. */
  long results() {
    return tensors.names().stream().filter(name -> !name.startsWith("start.") && !name.startsWith("gradients.")).count();
  }
}
