package dev.lanepool.training.report;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What one pooling reached.
 *
 * @param pooling its spec in canonical form
 * @param metrics its scores, the same metrics for every pooling of a comparison
 * @param pValue of the test that it is as good as the best; NaN for the best itself, and where nothing can be tested (one fold)
 * @param seconds the time to train and to test its heads on all folds
 * @param dimension the width of its vectors
 * @param training of each fold, in order, or of the first folds only, or none
 */
public record PoolingResult(String pooling, Map<Metric, FoldScores> metrics, double pValue, double seconds, int dimension,
    List<FoldTraining> training) {
  /** The level below which a pooling counts as worse than the best. */
  public static final double SIGNIFICANCE = 0.05;

  /** @throws IllegalArgumentException where there is no metric, or {@code pValue} is no probability */
  public PoolingResult {
    if (metrics.isEmpty()) {
      throw new IllegalArgumentException(pooling + ": found no metric, expected at least one");
    }
    if (pValue < 0 || pValue > 1) {
      throw new IllegalArgumentException(pooling + ": pValue: found " + pValue + ", expected 0 to 1, or NaN");
    }
    metrics = Collections.unmodifiableMap(new EnumMap<>(metrics));
    training = List.copyOf(training);
  }

  /**
   * @throws IllegalArgumentException where this pooling was not measured by the metric
   */
  public FoldScores score(Metric metric) {
    FoldScores scores = metrics.get(metric);
    if (scores == null) {
      throw new IllegalArgumentException(pooling + ": " + metric.key() + ": not measured, expected one of " + metrics.keySet());
    }
    return scores;
  }

  /** Whether it may be as good as the best: the test does not tell them apart. */
  public boolean notWorse() {
    return pValue >= SIGNIFICANCE;
  }
}
