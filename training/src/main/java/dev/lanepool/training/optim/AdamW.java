package dev.lanepool.training.optim;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, 2019), as {@code torch.optim.AdamW}: p *= 1 - rate · weightDecay, then as
 * {@link Adam} without decay.
 *
 * @param beta1 the weight of the past in the mean of the gradients
 * @param beta2 the weight of the past in the mean of their squares
 * @param epsilon keeps the divisor from 0
 * @param weightDecay the part of each parameter that goes, as a multiple of the rate
 * @param sparesVectors whether parameters that are not weight matrices ({@link dev.lanepool.nn.Param#decays}), as biases and layer norms,
 *     stay without decay
 */
public record AdamW(double beta1, double beta2, double epsilon, double weightDecay, boolean sparesVectors) implements UpdateRule {

  /** @throws IllegalArgumentException where a beta is not in [0, 1), or another number negative or not finite */
  public AdamW {
    Checks.adam(beta1, beta2, epsilon, weightDecay);
  }

  /** PyTorch's defaults: 0.9, 0.999, 1e-8, weight decay 0.01 on all parameters. */
  public AdamW() {
    this(0.9, 0.999, 1e-8, 0.01, false);
  }

  /** With these weights of the past. Throws as the constructor does. */
  public AdamW withBetas(double beta1, double beta2) {
    return new AdamW(beta1, beta2, epsilon, weightDecay, sparesVectors);
  }

  /** With this epsilon. Throws as the constructor does. */
  public AdamW withEpsilon(double epsilon) {
    return new AdamW(beta1, beta2, epsilon, weightDecay, sparesVectors);
  }

  /** With weight decay. Throws as the constructor does. */
  public AdamW withWeightDecay(double weightDecay) {
    return new AdamW(beta1, beta2, epsilon, weightDecay, sparesVectors);
  }

  /** With biases and the like spared, or with decay on all parameters. */
  public AdamW withVectorsSpared(boolean spared) {
    return new AdamW(beta1, beta2, epsilon, weightDecay, spared);
  }
}
