package dev.lanepool.nn;

import org.jspecify.annotations.Nullable;

/** The mean of (y - t)² over all B·N elements. Targets are any finite values. */
public record MeanSquaredError() implements Loss {

  @Override
  public double of(Mat outputs, Mat targets, @Nullable Mat gradient) {
    int n = Targets.check(outputs, targets, outputs.columns(), gradient);
    double sum = 0;
    for (int i = 0; i < n; i++) {
      double d = outputs.data()[i] - (double) Targets.finite(targets, i);
      sum += d * d;
      if (gradient != null) {
        gradient.data()[i] = (float) (2 * d / n);
      }
    }
    return sum / n;
  }
}
