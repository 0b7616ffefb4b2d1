package dev.lanepool.training.optim;

import dev.lanepool.nn.Grads;

/** What training makes smaller. */
@FunctionalInterface
public interface Objective {
  /**
   * Computes the mean loss of a batch and adds its gradients. Random draws must depend on {@link dev.lanepool.nn.Compute#step}, which is
   * set, or on the batch, and on nothing else: else a resumed run differs. A large batch may be gone through in parts.
   *
   * @param batch the examples
   * @param grads zeros; receives the gradients of the mean loss, added
   * @return the mean loss
   */
  double lossAndGradients(Batch batch, Grads grads);
}
