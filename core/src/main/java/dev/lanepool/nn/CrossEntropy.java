package dev.lanepool.nn;

import org.jspecify.annotations.Nullable;

/**
 * The softmax's cross-entropy from N classes' logits, as PyTorch's {@code CrossEntropyLoss}. With p = softmax(y) and smoothing s, a row of
 * class k costs -(1 - s) w[k] log p[k] - (s / N) · the sum over j of w[j] log p[j]; the mean divides by the sum of the rows' w[k], so that
 * without weights it is the plain mean. Targets are class indices, (B, 1).
 */
public final class CrossEntropy implements Loss {
  private final double smoothing;
  private final double @Nullable [] weights; // (N)

  /** Without smoothing, all classes alike. */
  public CrossEntropy() {
    this(0, null);
  }

  /**
   * With smoothing, class weights, or both.
   *
   * @param smoothing s, the part of the target that is shared out among all classes: 0 to 1
   * @param weights w, one a class, all above 0; null for ones
   * @throws IllegalArgumentException where they are not
   */
  public CrossEntropy(double smoothing, double @Nullable [] weights) {
    if (!(smoothing >= 0 && smoothing <= 1)) {
      throw new IllegalArgumentException("label smoothing: found " + smoothing + ", expected 0 to 1");
    }
    this.smoothing = smoothing;
    this.weights = weights == null ? null : weights.clone();
    for (int i = 0; weights != null && i < weights.length; i++) {
      if (!(weights[i] > 0) || weights[i] == Double.POSITIVE_INFINITY) {
        throw new IllegalArgumentException("the weight of class " + i + ": found " + weights[i] + ", expected a number above 0");
      }
    }
  }

  @Override
  public double of(Mat outputs, Mat targets, @Nullable Mat gradient) {
    int classes = outputs.columns();
    Targets.check(outputs, targets, 1, gradient);
    if (weights != null && weights.length != classes) {
      throw new IllegalArgumentException(weights.length + " class weights for outputs of " + classes + " classes");
    }
    double divisor = 0;
    for (int row = 0; row < outputs.rows(); row++) {
      divisor += weight(Targets.label(targets, row, classes));
    }
    double allWeights = 0;
    for (int j = 0; j < classes; j++) {
      allWeights += weight(j);
    }
    double sum = 0;
    for (int row = 0; row < outputs.rows(); row++) {
      int label = (int) targets.data()[row];
      double logSum = logSumExp(outputs.data(), row * classes, classes);
      sum += row(outputs.data(), row * classes, classes, label, logSum);
      if (gradient != null) {
        gradient(outputs.data(), row * classes, classes, label, logSum, allWeights, divisor, gradient.data());
      }
    }
    return sum / divisor;
  }

  private double weight(int label) {
    return weights == null ? 1 : weights[label];
  }

  /** log of the sum of exp(y), the maximum taken out first. */
  private static double logSumExp(float[] y, int at, int classes) {
    double max = y[at];
    for (int j = 1; j < classes; j++) {
      max = Math.max(max, y[at + j]);
    }
    double sum = 0;
    for (int j = 0; j < classes; j++) {
      sum += StrictMath.exp(y[at + j] - max);
    }
    return max + StrictMath.log(sum);
  }

  /** One row's cost, log p[j] = y[j] - logSum. */
  private double row(float[] y, int at, int classes, int label, double logSum) {
    double smooth = 0;
    for (int j = 0; smoothing > 0 && j < classes; j++) {
      smooth += weight(j) * (logSum - y[at + j]);
    }
    return (1 - smoothing) * weight(label) * (logSum - y[at + label]) + smoothing / classes * smooth;
  }

  /** dy[j] = ((1 - s) w[k] (p[j] - [j = k]) + (s / N) (p[j] · sum(w) - w[j])) / divisor. */
  private void gradient(float[] y, int at, int classes, int label, double logSum, double allWeights, double divisor, float[] dy) {
    double hard = (1 - smoothing) * weight(label);
    double soft = smoothing / classes;
    for (int j = 0; j < classes; j++) {
      double p = StrictMath.exp(y[at + j] - logSum);
      dy[at + j] = (float) ((hard * (j == label ? p - 1 : p) + soft * (p * allWeights - weight(j))) / divisor);
    }
  }
}
