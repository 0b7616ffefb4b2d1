package dev.lanepool.training.stats;

import java.util.Arrays;
import org.apache.commons.math3.stat.ranking.NaNStrategy;
import org.apache.commons.math3.stat.ranking.NaturalRanking;
import org.apache.commons.math3.stat.ranking.TiesStrategy;

/**
 * How near predicted numbers come to the true ones. What is not defined is NaN: a correlation where one side is constant, R2 where the
 * truth is.
 *
 * @param pearson the linear correlation, -1 to 1
 * @param spearman the correlation of the ranks, ties at their average rank
 * @param rmse the root of the mean squared error, in the labels' unit
 * @param r2 1 - (squared error) / (squared error of the truth's own mean); 0 is no better than that mean, below 0 worse
 */
public record RegressionScores(double pearson, double spearman, double rmse, double r2) {

  /**
   * Scores predictions.
   *
   * @throws IllegalArgumentException where there are no rows, not as many of both, or a number is not finite
   */
  public static RegressionScores of(double[] truth, double[] predicted) {
    if (truth.length == 0 || truth.length != predicted.length) {
      throw new IllegalArgumentException(
          "found " + truth.length + " rows and " + predicted.length + " predictions, expected as many of both, and at least one");
    }
    double squared = 0;
    double spread = 0;
    double mean = mean(truth);
    for (int i = 0; i < truth.length; i++) {
      if (!Double.isFinite(truth[i]) || !Double.isFinite(predicted[i])) {
        throw new IllegalArgumentException(
            "row " + i + ": found " + truth[i] + ", predicted " + predicted[i] + ", expected finite numbers");
      }
      squared += (truth[i] - predicted[i]) * (truth[i] - predicted[i]);
      spread += (truth[i] - mean) * (truth[i] - mean);
    }
    NaturalRanking ranking = new NaturalRanking(NaNStrategy.FAILED, TiesStrategy.AVERAGE);
    double r2 = 1 - squared / spread; // infinite where the truth is nearly constant, so that its squares vanish
    return new RegressionScores(correlation(truth, predicted), correlation(ranking.rank(truth), ranking.rank(predicted)),
        Math.sqrt(squared / truth.length), isConstant(truth) || Double.isInfinite(r2) ? Double.NaN : r2);
  }

  static double mean(double[] values) {
    return Arrays.stream(values).average().orElseThrow();
  }

  /** Asked of the values themselves: rounding may leave a constant a spread that is not quite 0. */
  private static boolean isConstant(double[] values) {
    return Arrays.stream(values).allMatch(value -> value == values[0]);
  }

  private static double correlation(double[] x, double[] y) {
    if (isConstant(x) || isConstant(y)) {
      return Double.NaN;
    }
    double meanX = mean(x);
    double meanY = mean(y);
    double xy = 0;
    double xx = 0;
    double yy = 0;
    for (int i = 0; i < x.length; i++) {
      xy += (x[i] - meanX) * (y[i] - meanY);
      xx += (x[i] - meanX) * (x[i] - meanX);
      yy += (y[i] - meanY) * (y[i] - meanY);
    }
    return Math.clamp(xy / (Math.sqrt(xx) * Math.sqrt(yy)), -1, 1);
  }
}
