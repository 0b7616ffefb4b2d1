package dev.lanepool.training.report;

import java.util.List;

/**
 * One metric over the folds of a cross-validation, or on one test set.
 *
 * @param mean the mean over the folds
 * @param sd the standard deviation over the folds; NaN where there is one
 * @param low the lower end of the 95% interval of the mean; NaN where there is one fold
 * @param high its upper end
 * @param folds the score of each fold, in order
 */
public record FoldScores(double mean, double sd, double low, double high, List<Double> folds) {
  /** @throws IllegalArgumentException where there is no fold, a number is infinite, or the interval does not hold the mean */
  public FoldScores {
    folds = List.copyOf(folds);
    if (folds.isEmpty()) {
      throw new IllegalArgumentException("folds: found none, expected the score of at least one");
    }
    if (Double.isInfinite(mean + sd + low + high) || folds.stream().anyMatch(score -> Double.isInfinite(score))) {
      throw new IllegalArgumentException("found mean " + mean + ", sd " + sd + ", interval [" + low + ", " + high + "], folds " + folds
          + ", expected finite numbers, or NaN where one is not defined");
    }
    if (Double.isNaN(low) != Double.isNaN(high) || low > mean || high < mean) {
      throw new IllegalArgumentException("interval: found [" + low + ", " + high + "], expected one around the mean " + mean);
    }
  }

  /** A score on one test set: no deviation, no interval. */
  public static FoldScores single(double score) {
    return new FoldScores(score, Double.NaN, Double.NaN, Double.NaN, List.of(score));
  }

  /** Whether there is an interval: where there are two folds or more, all with a score. */
  public boolean hasInterval() {
    return !Double.isNaN(low);
  }
}
