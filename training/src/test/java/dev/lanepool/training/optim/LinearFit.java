package dev.lanepool.training.optim;

import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Param;
import java.util.List;

/** Least squares by hand, with noise on the targets that depends on the step, as dropout would. Allocates nothing. */
final class LinearFit implements Objective {
  static final int EXAMPLES = 23;
  private static final int INPUTS = 3;

  final Param weight = Param.matrix("weight", 1, INPUTS);
  final Param bias = Param.vector("bias", 1);
  private final Compute compute;

  LinearFit(Compute compute) {
    this.compute = compute;
    weight.values()[1] = 1;
    weight.changed();
  }

  List<Param> params() {
    return List.of(weight, bias);
  }

  private static float input(int example, int i) {
    return (float) Math.cos(example * (0.9 + i));
  }

  @Override
  public double lossAndGradients(Batch batch, Grads grads) {
    double sum = 0;
    for (int b = 0; b < batch.size(); b++) {
      int example = batch.example(b);
      double noise = 0.1 * Math.cos(compute.step() * 7 + example);
      double error = bias.values()[0] - 0.3 * example / EXAMPLES - noise;
      for (int i = 0; i < INPUTS; i++) {
        error += (weight.values()[i] - i) * input(example, i);
      }
      sum += error * error;
      float slope = (float) (2 * error / batch.size());
      grads.of(bias)[0] += slope;
      for (int i = 0; i < INPUTS; i++) {
        grads.of(weight)[i] += slope * input(example, i);
      }
    }
    return sum / batch.size();
  }
}
