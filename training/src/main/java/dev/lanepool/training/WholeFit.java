package dev.lanepool.training;

import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Param;
import dev.lanepool.training.optim.Lbfgs;
import java.util.List;

/** L-BFGS on all rows at once: the mean loss and weightDecay / 2 times the sum of the weights' squares. */
final class WholeFit {
  /** At most, and how many without a lower loss on the rows set aside end it. */
  private static final int ITERATIONS = 500;

  private static final int PATIENCE = 40;

  /** What is fitted. */
  interface Model {
    /** Of which the matrices are kept small. */
    List<Param> params();

    /** The mean loss of all rows to fit to. Its gradients are added. */
    double lossAndGradients(Grads grads);

    /** The mean loss of the rows set aside. */
    double devLoss();
  }

  private WholeFit() {}

  /** Fits from the values at hand until the watch ends it, and leaves the last ones. */
  static void minimize(Model model, double penalty, Watch watch) {
    minimize(model, penalty, ITERATIONS, (iteration, point, value) -> watch.looked(value, model.devLoss(), PATIENCE));
  }

  /** So many iterations from the values at hand; fewer where there is no lower value. */
  static void minimize(Model model, double penalty, int iterations) {
    minimize(model, penalty, iterations, (iteration, point, value) -> true);
  }

  private static void minimize(Model model, double penalty, int iterations, Lbfgs.Listener listener) {
    List<Param> params = model.params();
    Grads grads = new Grads(params);
    double[] point = new double[params.stream().mapToInt(param -> param.values().length).sum()];
    for (int i = 0, at = 0; i < params.size(); i++) {
      for (float value : params.get(i).values()) {
        point[at++] = value;
      }
    }
    Lbfgs.Function function = (at, gradient) -> {
      assign(params, at);
      grads.zero();
      double loss = model.lossAndGradients(grads);
      return loss + penalize(params, penalty, at, grads, gradient);
    };
    Lbfgs.minimize(point, function, iterations, listener);
    assign(params, point);
  }

  private static void assign(List<Param> params, double[] point) {
    int at = 0;
    for (Param param : params) {
      for (int i = 0; i < param.values().length; i++) {
        param.values()[i] = (float) point[at++];
      }
      param.changed();
    }
  }

  /** Adds the penalty's gradient to the loss's. Gives the penalty. */
  private static double penalize(List<Param> params, double penalty, double[] point, Grads grads, double[] gradient) {
    double sum = 0;
    int at = 0;
    for (Param param : params) {
      float[] own = grads.of(param);
      double factor = param.decays() ? penalty : 0;
      for (int i = 0; i < own.length; i++, at++) {
        gradient[at] = own[i] + factor * point[at];
        sum += factor * point[at] * point[at] / 2;
      }
    }
    return sum;
  }
}
