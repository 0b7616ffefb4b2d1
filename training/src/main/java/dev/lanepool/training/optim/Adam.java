package dev.lanepool.training.optim;

/**
 * Adam (Kingma and Ba, 2015), as {@code torch.optim.Adam}: with d = g + weightDecay · p, m += (1 - beta1)(d - m) and
 * v = beta2 · v + (1 - beta2) d², in step t p -= rate · m / (1 - beta1ᵗ) / (sqrt(v / (1 - beta2ᵗ)) + epsilon). Weight decay is part of
 * the gradient here; {@link AdamW} takes it apart.
 *
 * @param beta1 the weight of the past in the mean of the gradients
 * @param beta2 the weight of the past in the mean of their squares
 * @param epsilon keeps the divisor from 0
 * @param weightDecay the weight of the parameters in their own gradients
 */
public record Adam(double beta1, double beta2, double epsilon, double weightDecay) implements UpdateRule {

  /** @throws IllegalArgumentException where a beta is not in [0, 1), or another number negative or not finite */
  public Adam {
    Checks.adam(beta1, beta2, epsilon, weightDecay);
  }

  /** PyTorch's defaults: 0.9, 0.999, 1e-8, no weight decay. */
  public Adam() {
    this(0.9, 0.999, 1e-8, 0);
  }

  /** With these weights of the past. Throws as the constructor does. */
  public Adam withBetas(double beta1, double beta2) {
    return new Adam(beta1, beta2, epsilon, weightDecay);
  }

  /** With this epsilon. Throws as the constructor does. */
  public Adam withEpsilon(double epsilon) {
    return new Adam(beta1, beta2, epsilon, weightDecay);
  }

  /** With weight decay. Throws as the constructor does. */
  public Adam withWeightDecay(double weightDecay) {
    return new Adam(beta1, beta2, epsilon, weightDecay);
  }
}
