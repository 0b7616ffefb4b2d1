package dev.lanepool.nn;

import org.jspecify.annotations.Nullable;

/**
 * The mean over all B·N elements of -t log(sigmoid(y)) - (1 - t) log(1 - sigmoid(y)) from the logits y, as PyTorch's {@code
 * BCEWithLogitsLoss}: each output is a yes or no of its own. Computed as max(y, 0) - y t + log(1 + exp(-|y|)), which no logit overflows.
 * Targets are from 0 to 1.
 */
public record BinaryCrossEntropy() implements Loss {

  @Override
  public double of(Mat outputs, Mat targets, @Nullable Mat gradient) {
    int n = Targets.check(outputs, targets, outputs.columns(), gradient);
    double sum = 0;
    for (int i = 0; i < n; i++) {
      double t = Targets.probability(targets, i);
      double y = outputs.data()[i];
      double tail = StrictMath.exp(-Math.abs(y));
      sum += Math.max(y, 0) - y * t + StrictMath.log1p(tail);
      if (gradient != null) {
        double sigmoid = (y >= 0 ? 1 : tail) / (1 + tail);
        gradient.data()[i] = (float) ((sigmoid - t) / n);
      }
    }
    return sum / n;
  }
}
