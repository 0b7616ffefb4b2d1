package dev.lanepool.training.report;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * A head tested on labelled texts.
 *
 * @param data the data set's name
 * @param model the encoder's name
 * @param pooling the head's, in canonical form
 * @param rows the labelled rows
 * @param metric the first one to look at
 * @param metrics the head's scores; NaN where one is not defined
 * @param baseline the scores of the rows' most frequent class or mean label, by the same metrics
 * @param predictions what was taken for what
 */
public record EvaluationResult(String data, String model, String pooling, int rows, Metric metric, Map<Metric, Double> metrics,
    Map<Metric, Double> baseline, Predictions predictions) {
  /** @throws IllegalArgumentException where {@code metric} was not measured, or head and baseline not by the same metrics */
  public EvaluationResult {
    if (!metrics.containsKey(metric) || !metrics.keySet().equals(baseline.keySet())) {
      throw new IllegalArgumentException("metrics: found " + metrics.keySet() + " and " + baseline.keySet() + " for the baseline, expected "
          + "the same, and " + metric + " among them");
    }
    metrics = Collections.unmodifiableMap(new EnumMap<>(metrics));
    baseline = Collections.unmodifiableMap(new EnumMap<>(baseline));
  }

  /** {@code classification} or {@code regression}. */
  public String task() {
    return metric.task();
  }
}
