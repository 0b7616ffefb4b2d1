package dev.lanepool.training.optim;

import java.util.List;

/** A rule's arithmetic, in float element by element; numbers that belong to the whole step are computed in double, once. */
sealed interface Step permits SgdStep, AdamStep {

  static Step of(UpdateRule rule) {
    return switch (rule) {
      case Sgd sgd -> new SgdStep(sgd);
      case Adam adam -> new AdamStep(adam);
      case AdamW adam -> new AdamStep(adam);
    };
  }

  /** What is kept for each element from step to step, by PyTorch's names. */
  List<String> moments();

  /**
   * Prepares a step.
   *
   * @param number counted from 1
   */
  void prepare(long number, double rate);

  /**
   * Changes elements.
   *
   * @param p the parameter
   * @param g its gradient, left as it is
   * @param moments in the order of {@link #moments}
   * @param decays whether the parameter is a weight matrix
   */
  void update(float[] p, float[] g, float[][] moments, boolean decays, int from, int to);
}
