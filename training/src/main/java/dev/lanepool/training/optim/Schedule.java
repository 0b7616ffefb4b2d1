package dev.lanepool.training.optim;

/**
 * How the learning rate goes: up in a straight line from 0 over {@code warmUp} steps, then by {@code decay}. The same values as
 * {@code get_constant_schedule_with_warmup}, {@code get_linear_schedule_with_warmup} and {@code get_cosine_schedule_with_warmup} of Hugging
 * Face transformers, but that a cosine stays at 0 after its last step. With a warm-up the first step has rate 0, as there.
 *
 * @param decay what comes after the warm-up
 * @param warmUp how many steps the warm-up takes
 * @param steps the step from which on the rate is 0, counted from the first of all; of no meaning where it is constant
 */
public record Schedule(Decay decay, long warmUp, long steps) {

  /** What comes after the warm-up. */
  public enum Decay {
    /** The full rate to the end. */
    CONSTANT,
    /** Down to 0 in a straight line. */
    LINEAR,
    /** Down to 0 along half a wave of the cosine. */
    COSINE
  }

  /** @throws IllegalArgumentException where a number is negative, or the warm-up longer than all steps of a rate that decays */
  public Schedule {
    Checks.atLeast("warm-up steps", warmUp, 0);
    Checks.atLeast("steps", steps, decay == Decay.CONSTANT ? 0 : warmUp);
  }

  /** The full rate at every step. */
  public static Schedule constant() {
    return constant(0);
  }

  /** The full rate after a warm-up. Throws as the constructor does. */
  public static Schedule constant(long warmUp) {
    return new Schedule(Decay.CONSTANT, warmUp, 0);
  }

  /** After a warm-up down to 0 in a straight line. Throws as the constructor does. */
  public static Schedule linear(long warmUp, long steps) {
    return new Schedule(Decay.LINEAR, warmUp, steps);
  }

  /** After a warm-up down to 0 along a cosine. Throws as the constructor does. */
  public static Schedule cosine(long warmUp, long steps) {
    return new Schedule(Decay.COSINE, warmUp, steps);
  }

  /**
   * What the learning rate is multiplied by, from 0 to 1.
   *
   * @param step counted from 0
   */
  public double factor(long step) {
    if (step < warmUp) {
      return (double) step / warmUp;
    }
    double length = Math.max(1, steps - warmUp);
    return switch (decay) {
      case CONSTANT -> 1;
      case LINEAR -> Math.max(0, (steps - step) / length);
      case COSINE -> Math.max(0, 0.5 * (1 + Math.cos(Math.PI * Math.min(1, (step - warmUp) / length))));
    };
  }
}
