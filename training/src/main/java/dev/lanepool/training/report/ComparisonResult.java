package dev.lanepool.training.report;

import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Poolings compared on the same rows and folds.
 *
 * @param data the data set's name
 * @param model the encoder's name
 * @param rows the labelled rows, those of a test set included
 * @param evaluation what the scores were measured on
 * @param seed of the folds and the training
 * @param metric the one that ranks the poolings and whose test gave the p values
 * @param baseline the scores of the majority class or of the mean label, by the same metrics
 * @param results one for each pooling, in the order asked for
 * @param testRows the rows that each fold was tested on, from 0; those of a test set count on after the rows trained on
 * @param devRows the rows of each fold's training rows that were set aside to choose by
 * @param predictions of the best pooling, fold after fold, or null
 */
public record ComparisonResult(String data, String model, int rows, Evaluation evaluation, long seed, Metric metric,
    Map<Metric, FoldScores> baseline, List<PoolingResult> results, List<List<Integer>> testRows, List<List<Integer>> devRows,
    @Nullable Predictions predictions) {
  /**
   * @throws IllegalArgumentException where there is no pooling, one stands there twice, one was not measured by the same metrics as the
   *     baseline, {@code metric} is not one of them, they belong to different tasks, or {@code testRows} or {@code devRows} are not of as
   *     many folds
   */
  public ComparisonResult {
    baseline = Collections.unmodifiableMap(new EnumMap<>(baseline));
    results = List.copyOf(results);
    testRows = testRows.stream().map(List::copyOf).toList();
    devRows = devRows.stream().map(List::copyOf).toList();
    if (results.isEmpty()) {
      throw new IllegalArgumentException("results: found none, expected at least one pooling");
    }
    if (!baseline.containsKey(metric)) {
      throw new IllegalArgumentException("baseline: found " + baseline.keySet() + ", expected " + metric);
    }
    String task = metric.task();
    if (!baseline.keySet().stream().allMatch(other -> other.task().equals(task))) {
      throw new IllegalArgumentException("baseline: found " + baseline.keySet() + ", expected metrics of " + task);
    }
    requireFolds("testRows", testRows, evaluation);
    requireFolds("devRows", devRows, evaluation);
    Set<String> seen = new HashSet<>();
    for (PoolingResult result : results) {
      if (!result.metrics().keySet().equals(baseline.keySet())) {
        throw new IllegalArgumentException(
            result.pooling() + ": found the metrics " + result.metrics().keySet() + ", expected the baseline's " + baseline.keySet());
      }
      if (!seen.add(result.pooling())) {
        throw new IllegalArgumentException(result.pooling() + ": found twice, expected each pooling once");
      }
    }
  }

  private static void requireFolds(String name, List<List<Integer>> rows, Evaluation evaluation) {
    if (rows.size() != evaluation.folds()) {
      throw new IllegalArgumentException(name + ": found those of " + rows.size() + " folds, expected " + evaluation.folds());
    }
  }

  /** Whether poolings were told apart by a test, which takes several folds. */
  boolean isTested() {
    return results.stream().anyMatch(pooling -> !Double.isNaN(pooling.pValue()));
  }

  /** The rows of {@code data} itself, without those of a test set. */
  int ownRows() {
    return evaluation.test() == null ? rows : rows - testRows.getFirst().size();
  }

  /**
   * The baseline by one metric.
   *
   * @throws IllegalArgumentException where it was not measured
   */
  public FoldScores baseline(Metric by) {
    FoldScores scores = baseline.get(by);
    if (scores == null) {
      throw new IllegalArgumentException("baseline: " + by.key() + ": not measured, expected one of " + baseline.keySet());
    }
    return scores;
  }

  /** {@code classification} or {@code regression}. */
  public String task() {
    return metric.task();
  }

  /** The results, the best first; equal ones in the order asked for. */
  public List<PoolingResult> ranked() {
    Comparator<PoolingResult> order = (a, b) -> metric.compare(a.score(metric).mean(), b.score(metric).mean());
    return results.stream().sorted(order).toList();
  }

  /** The first of {@link #ranked}. */
  public PoolingResult best() {
    return ranked().getFirst();
  }
}
