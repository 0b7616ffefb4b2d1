package dev.lanepool.training.report;

import org.jspecify.annotations.Nullable;

/**
 * What the scores were measured on.
 *
 * @param folds the folds of the cross-validation; 1 where a test set was held out
 * @param test the test set, null for a cross-validation
 */
public record Evaluation(int folds, @Nullable String test) {
  /** @throws IllegalArgumentException where there is neither a test set with one fold nor none with at least two */
  public Evaluation {
    if (test == null ? folds < 2 : folds != 1) {
      throw new IllegalArgumentException("folds: found " + folds + ", expected "
          + (test == null ? "at least 2" : "1 with the test set " + test));
    }
  }

  /** A cross-validation. */
  public static Evaluation crossValidation(int folds) {
    return new Evaluation(folds, null);
  }

  /** A test set that was held out: a file, or a word for a part of the data. */
  public static Evaluation heldOut(String test) {
    return new Evaluation(1, test);
  }

  /** For people: {@code 5 folds} or {@code tested on test.csv}. */
  String describe() {
    return test == null ? folds + " folds" : "tested on " + test;
  }
}
