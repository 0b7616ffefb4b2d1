package dev.lanepool.training.optim;

/**
 * Training that cannot go on: a loss, gradients or parameters that are NaN or infinite. The message names the step, the batch and the
 * parameters' norm, and the checkpoint to go back to.
 */
public final class DivergenceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long step;
  private final double loss;
  private final double gradientNorm;
  private final double parameterNorm;

  DivergenceException(String message, long step, double loss, double gradientNorm, double parameterNorm) {
    super(message);
    this.step = step;
    this.loss = loss;
    this.gradientNorm = gradientNorm;
    this.parameterNorm = parameterNorm;
  }

  /** Counted from 0. */
  public long step() {
    return step;
  }

  /** Of the step's batch. */
  public double loss() {
    return loss;
  }

  /** Before clipping. */
  public double gradientNorm() {
    return gradientNorm;
  }

  /** Of all parameters together, as they are now. */
  public double parameterNorm() {
    return parameterNorm;
  }
}
