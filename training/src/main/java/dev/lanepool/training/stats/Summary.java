package dev.lanepool.training.stats;

import java.util.Arrays;
import java.util.List;
import org.apache.commons.math3.distribution.TDistribution;

/**
 * A score over the folds.
 *
 * @param values one a fold
 * @param mean of the values
 * @param sd the sample standard deviation, with k - 1 below; NaN for one value
 * @param low the lower end of the 95% interval of the mean, mean - t(0.975, k - 1) sd / sqrt(k); NaN for one value
 * @param high its upper end
 */
public record Summary(List<Double> values, double mean, double sd, double low, double high) {

  /**
   * Summarises values. The interval takes the folds for independent, which they are not quite, since they share training rows: it is
   * somewhat too narrow. Compare two heads with {@link CorrectedTTest}, not by whether their intervals overlap.
   *
   * @throws IllegalArgumentException where there are none
   */
  public static Summary of(double... values) {
    int k = values.length;
    if (k == 0) {
      throw new IllegalArgumentException("no values to summarise");
    }
    double mean = RegressionScores.mean(values);
    double sd = Math.sqrt(variance(values, mean));
    double half = k == 1 ? Double.NaN : new TDistribution(null, k - 1).inverseCumulativeProbability(0.975) * sd / Math.sqrt(k);
    return new Summary(Arrays.stream(values).boxed().toList(), mean, sd, mean - half, mean + half);
  }

  /** With k - 1 below; 0 for equal values, however the mean is rounded, and NaN for one. */
  static double variance(double[] values, double mean) {
    if (values.length > 1 && Arrays.stream(values).allMatch(value -> value == values[0])) {
      return 0;
    }
    return Arrays.stream(values).map(value -> (value - mean) * (value - mean)).sum() / (values.length - 1);
  }
}
