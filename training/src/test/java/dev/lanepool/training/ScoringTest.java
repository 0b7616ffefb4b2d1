package dev.lanepool.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.training.data.Dataset;
import dev.lanepool.training.report.Metric;
import dev.lanepool.training.report.Predictions;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Worked out by hand, of rows out of their order, with no two numbers alike that could be taken for each other. */
class ScoringTest {
  private static final LabelledTask CLASSES = LabelledTask.classification(data("a", "b", "c", "a", "b", "c", "a"));
  private static final LabelledTask NUMBERS = LabelledTask.regression(data("0", "1", "2", "10"));

  private static Dataset data(String... labels) {
    return Dataset.of(Collections.nCopies(labels.length, "a text"), List.of(labels));
  }

  private static void assertScores(Map<Metric, Double> expected, Map<Metric, Double> found) {
    assertEquals(expected.keySet(), found.keySet());
    expected.forEach((metric, score) -> assertEquals(score, found.get(metric), 1e-15, metric::toString));
  }

  @Test
  void classesAreTheLargestLogitsTheFirstOfEqualOnes() {
    int[] rows = {6, 1, 2, 3, 5}; // a, b, c, a, c
    float[][] logits = {{1, 0, 0}, {2, 1, 0}, {0, 1, 1}, {0, 0, 3}, {-1, -2, -0.5f}}; // a, a, b, c, c
    assertEquals(Metric.ACCURACY, Scoring.primary(CLASSES));
    assertScores(Map.of(Metric.ACCURACY, 2 / 5.0, Metric.MACRO_F1, 1 / 3.0), Scoring.of(CLASSES, rows, logits));
    assertEquals(new Predictions.Confusion(List.of("a", "b", "c"), List.of(List.of(1, 0, 1), List.of(1, 0, 0), List.of(0, 1, 1))),
        Scoring.predictions(CLASSES, rows, logits));
    assertScores(Map.of(Metric.ACCURACY, 1 / 3.0, Metric.MACRO_F1, 1 / 6.0), // always c
        Scoring.baseline(CLASSES, new int[] {0, 2, 5}, new int[] {0, 1, 2}));
    assertEquals(0.0, Scoring.baseline(CLASSES, new int[] {1}, new int[] {2, 5}).get(Metric.ACCURACY), "always b");
  }

  @Test
  void numbersHaveTheirRanksTheirLineAndTheirErrors() {
    int[] rows = {3, 0, 2, 1};
    float[][] outputs = {{4}, {1}, {3}, {2}}; // in the labels' order, but not on a line
    assertEquals(Metric.SPEARMAN, Scoring.primary(NUMBERS));
    assertScores(Map.of(Metric.SPEARMAN, 1.0, Metric.PEARSON, 15.5 / Math.sqrt(62.75 * 5), Metric.RMSE, Math.sqrt(39 / 4.0),
        Metric.R2, 1 - 39 / 62.75), Scoring.of(NUMBERS, rows, outputs));
    assertEquals(new Predictions.Scores(List.of(10.0, 0.0, 2.0, 1.0), List.of(4.0, 1.0, 3.0, 2.0)),
        Scoring.predictions(NUMBERS, rows, outputs));
    Map<Metric, Double> baseline = Scoring.baseline(NUMBERS, new int[] {0, 1}, new int[] {2, 3}); // always 0.5
    assertEquals(Math.sqrt(92.5 / 2), baseline.get(Metric.RMSE), 1e-15);
    assertEquals(1 - 92.5 / 32, baseline.get(Metric.R2), 1e-15);
    assertTrue(Double.isNaN(baseline.get(Metric.SPEARMAN)), "a constant has no ranks");
  }

  @Test
  void aScoreThatOneFoldHasNotIsNone() {
    var scores = Scoring.summary(
        List.of(Map.of(Metric.PEARSON, 0.5, Metric.RMSE, 1.0), Map.of(Metric.PEARSON, Double.NaN, Metric.RMSE, 2.0)));
    assertEquals(1.5, scores.get(Metric.RMSE).mean());
    assertEquals(List.of(1.0, 2.0), scores.get(Metric.RMSE).folds());
    assertTrue(Double.isNaN(scores.get(Metric.PEARSON).mean()));
    assertEquals(List.of(0.5, Double.NaN), scores.get(Metric.PEARSON).folds());
  }
}
