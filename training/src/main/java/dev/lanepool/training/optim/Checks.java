package dev.lanepool.training.optim;

/** Checks of settings. */
final class Checks {
  private Checks() {}

  static void adam(double beta1, double beta2, double epsilon, double weightDecay) {
    beta("beta1", beta1);
    beta("beta2", beta2);
    notNegative("epsilon", epsilon);
    notNegative("weightDecay", weightDecay);
  }

  static void notNegative(String name, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(name + ": found " + value + ", expected a finite number of 0 or more");
    }
  }

  static void atLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + ": found " + value + ", expected at least " + least);
    }
  }

  private static void beta(String name, double beta) {
    if (!(beta >= 0 && beta < 1)) {
      throw new IllegalArgumentException(name + ": found " + beta + ", expected 0 or more and less than 1");
    }
  }
}
