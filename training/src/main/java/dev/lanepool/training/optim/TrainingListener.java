package dev.lanepool.training.optim;

/** Hears how training goes. After a resume it hears again what came after the checkpoint. */
@FunctionalInterface
public interface TrainingListener {
  /**
   * After a step.
   *
   * @param step counted from 0
   * @param loss the batch's mean loss, before the step
   * @param gradientNorm the norm of its gradients, before clipping
   * @param rate the learning rate
   */
  void stepped(long step, double loss, double gradientNorm, double rate);

  /**
   * After an epoch, before the checkpoint that follows it.
   *
   * @param epoch from 0
   * @param meanLoss the mean over the epoch's examples, each at its step
   * @return whether to go on; false ends the run here
   */
  default boolean epochEnded(long epoch, double meanLoss) {
    return true;
  }
}
