package dev.lanepool.nn;

import org.jspecify.annotations.Nullable;

/**
 * The mean over all B·N elements of d² / (2 beta) where |d| is less than beta, and of |d| - beta / 2 elsewhere, d = y - t. Targets are any
 * finite values.
 *
 * @param beta where the parabola goes over into a line: 0 or more, and 0 gives the absolute value; 1 is PyTorch's default
 */
public record SmoothL1(double beta) implements Loss {

  /** @throws IllegalArgumentException where beta is negative or not finite */
  public SmoothL1 {
    if (!(beta >= 0) || beta == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException("smooth L1: found beta = " + beta + ", expected 0 or more");
    }
  }

  @Override
  public double of(Mat outputs, Mat targets, @Nullable Mat gradient) {
    int n = Targets.check(outputs, targets, outputs.columns(), gradient);
    double sum = 0;
    for (int i = 0; i < n; i++) {
      double d = outputs.data()[i] - (double) Targets.finite(targets, i);
      boolean near = Math.abs(d) < beta;
      sum += near ? 0.5 * d * d / beta : Math.abs(d) - 0.5 * beta;
      if (gradient != null) {
        gradient.data()[i] = (float) ((near ? d / beta : Math.signum(d)) / n);
      }
    }
    return sum / n;
  }
}
