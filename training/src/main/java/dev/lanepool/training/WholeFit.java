package dev.lanepool.training;

import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Param;
import dev.lanepool.training.optim.Lbfgs;
import java.util.List;

/** L-BFGS on all rows at once: the mean loss and weightDecay / 2 times the sum of the weights' squares. */
final class WholeFit {
  /** The largest element of the gradient at what counts as the minimum, where the weights are of standardized numbers. */
  private static final double FLAT = 1e-4;

  /** What is fitted. */
  interface Model {
    /** Of which the matrices are kept small. */
    List<Param> params();

    /** The mean loss of all rows to fit to. Its gradients are added. */
    double lossAndGradients(Grads grads);

    /** The mean loss of the rows set aside. */
    double devLoss();

    /** At most. */
    int iterations();
  }

  private WholeFit() {}

  /** Goes from the values at hand to the minimum, which is what the watch keeps. */
  static void minimize(Model model, double penalty, Watch watch) {
    minimize(model, penalty, (iteration, point, value) -> {
      watch.moved(value, model.devLoss());
      return true;
    });
  }

  /** Goes from the values at hand to the minimum. */
  static void minimize(Model model, double penalty) {
    minimize(model, penalty, (iteration, point, value) -> true);
  }

  private static void minimize(Model model, double penalty, Lbfgs.Listener listener) {
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
    Lbfgs.minimize(point, function, model.iterations(), FLAT, listener);
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
