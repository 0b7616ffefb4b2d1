package dev.lanepool.training.optim;

/**
 * Stochastic gradient descent, as {@code torch.optim.SGD} with dampening 0: with d = g + weightDecay · p, without momentum
 * p -= rate · d; with it b = momentum · b + d (b = d in the first step), then p -= rate · b, or p -= rate · (d + momentum · b) where it is
 * Nesterov's.
 *
 * @param momentum 0 for none
 * @param nesterov whether the momentum is Nesterov's
 * @param weightDecay the weight of the parameters in their own gradients
 */
public record Sgd(double momentum, boolean nesterov, double weightDecay) implements UpdateRule {

  /** @throws IllegalArgumentException where a number is negative or not finite, or Nesterov's momentum is 0 */
  public Sgd {
    Checks.notNegative("momentum", momentum);
    Checks.notNegative("weightDecay", weightDecay);
    if (nesterov && momentum == 0) {
      throw new IllegalArgumentException("nesterov: found momentum 0, expected more");
    }
  }

  /** Neither momentum nor weight decay. */
  public Sgd() {
    this(0, false, 0);
  }

  /** With momentum. Throws as the constructor does. */
  public Sgd withMomentum(double momentum) {
    return new Sgd(momentum, nesterov, weightDecay);
  }

  /** With Nesterov's momentum or the plain one. Throws as the constructor does. */
  public Sgd withNesterov(boolean nesterov) {
    return new Sgd(momentum, nesterov, weightDecay);
  }

  /** With weight decay. Throws as the constructor does. */
  public Sgd withWeightDecay(double weightDecay) {
    return new Sgd(momentum, nesterov, weightDecay);
  }
}
