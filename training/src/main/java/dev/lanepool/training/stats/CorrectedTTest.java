package dev.lanepool.training.stats;

import org.apache.commons.math3.distribution.TDistribution;

/**
 * The corrected resampled t-test (Nadeau and Bengio, Inference for the generalization error, Machine Learning 52, 2003): whether two heads
 * differ, from their scores on the same folds. An ordinary paired test takes the folds for independent and finds differences that are not
 * there; this one multiplies the variance of the differences by 1/k + nTest/nTrain in the place of 1/k.
 */
public final class CorrectedTTest {
  private CorrectedTTest() {}

  /**
   * The probability of a difference at least as large, to either side, between heads that are equally good.
   *
   * @param a scores, one a fold
   * @param b scores on the same folds
   * @param testShare test rows over training rows in a fold; 1 / (k - 1) in k-fold cross-validation
   * @return 0 to 1; where all differences are equal, 1 if they are 0 and else 0
   * @throws IllegalArgumentException where there are not as many of both or fewer than 2, or a score or the share is out of range
   */
  public static double pValue(double[] a, double[] b, double testShare) {
    int k = a.length;
    if (k != b.length || k < 2) {
      throw new IllegalArgumentException("found " + k + " and " + b.length + " scores, expected as many of both, and at least 2");
    }
    if (!(testShare > 0 && testShare < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("found " + testShare + " test rows for each training row, expected a positive number");
    }
    double[] differences = new double[k];
    for (int i = 0; i < k; i++) {
      differences[i] = a[i] - b[i];
      if (!Double.isFinite(differences[i])) {
        throw new IllegalArgumentException("fold " + (i + 1) + ": found the scores " + a[i] + " and " + b[i] + ", expected finite numbers");
      }
    }
    double mean = RegressionScores.mean(differences);
    double variance = Summary.variance(differences, mean) * (1.0 / k + testShare);
    if (variance == 0) {
      return mean == 0 ? 1 : 0;
    }
    return 2 * new TDistribution(null, k - 1).cumulativeProbability(-Math.abs(mean) / Math.sqrt(variance));
  }
}
