package dev.lanepool.training.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Results that contradict themselves are refused, and what others do with their lists changes none. */
class ResultsTest {
  @Test
  void contradictionsAreRefused() {
    ComparisonResult good = Samples.classification();
    refused("results: found none", () -> Samples.with(good, good.metric(), List.of()));
    refused("cls: found twice", () -> Samples.with(good, good.metric(), List.of(good.results().getFirst(), good.results().getFirst())));
    refused("testRows: found those of 0 folds, expected 5", () -> new ComparisonResult(good.data(), good.model(), good.rows(),
        good.evaluation(), good.seed(), good.metric(), good.baseline(), good.results(), List.of(), good.devRows(), null));
    refused("devRows: found those of 0 folds, expected 5", () -> new ComparisonResult(good.data(), good.model(), good.rows(),
        good.evaluation(), good.seed(), good.metric(), good.baseline(), good.results(), good.testRows(), List.of(), null));
    refused("baseline: found [ACCURACY, MACRO_F1], expected RMSE", () -> Samples.with(good, Metric.RMSE, good.results()));
    refused("found the metrics [ACCURACY]", () -> Samples.with(good, good.metric(),
        List.of(new PoolingResult("max", Map.of(Metric.ACCURACY, FoldScores.single(1)), Double.NaN, 1, 1, List.of()))));
    refused("metrics of classification", () -> new ComparisonResult(good.data(), good.model(), good.rows(), good.evaluation(), good.seed(),
        Metric.ACCURACY, Map.of(Metric.ACCURACY, FoldScores.single(1), Metric.RMSE, FoldScores.single(1)), good.results(), good.testRows(),
        good.devRows(), null));
    refused("max: found no metric", () -> new PoolingResult("max", Map.of(), Double.NaN, 1, 1, List.of()));
    refused("found the metrics [RMSE, R2], expected the baseline's [RMSE]", () -> new ComparisonResult("d", "m", 4,
        Evaluation.heldOut("t"), 7, Metric.RMSE, Map.of(Metric.RMSE, FoldScores.single(1)),
        List.of(Samples.result("max", FoldScores.single(1), FoldScores.single(1), 1, 1, 1)), List.of(List.of(1)), List.of(List.of(0)),
        null));
    refused("baseline: rmse: not measured", () -> good.baseline(Metric.RMSE));
    refused("pValue: found -0.5", () -> Samples.result("max", FoldScores.single(1), FoldScores.single(1), -0.5, 1, 1));
    refused("pValue: found 1.5", () -> Samples.result("max", FoldScores.single(1), FoldScores.single(1), 1.5, 1, 1));
    refused("metrics: found [ACCURACY] and [MACRO_F1]", () -> evaluation(Map.of(Metric.ACCURACY, 1.0), Map.of(Metric.MACRO_F1, 1.0)));
    refused("and ACCURACY among them", () -> evaluation(Map.of(Metric.MACRO_F1, 1.0), Map.of(Metric.MACRO_F1, 1.0)));
    refused("counts: found a negative count", () -> new Predictions.Confusion(List.of("a"), List.of(List.of(-1))));
    refused("folds: found none", () -> new FoldScores(1, 1, 1, 1, List.of()));
    refused("interval: found [2.0, 3.0]", () -> new FoldScores(1, 1, 2, 3, List.of(1.0)));
    refused("interval: found [0.0, 0.5]", () -> new FoldScores(1, 1, 0, 0.5, List.of(1.0)));
    refused("interval: found [0.0, NaN]", () -> new FoldScores(1, 1, 0, Double.NaN, List.of(1.0)));
    refused("expected finite numbers", () -> new FoldScores(1, 1, 0, Double.POSITIVE_INFINITY, List.of(1.0)));
    refused("expected finite numbers", () -> FoldScores.single(Double.POSITIVE_INFINITY));
    refused("folds: found 1, expected at least 2", () -> Evaluation.crossValidation(1));
    refused("folds: found 2, expected 1 with the test set a", () -> new Evaluation(2, "a"));
    refused("folds: found 0, expected 1 with the test set a", () -> new Evaluation(0, "a"));
    refused("counts: expected 1 rows", () -> new Predictions.Confusion(List.of("a"), List.of()));
    refused("predicted: found 1, expected 0", () -> new Predictions.Scores(List.of(), List.of(1.0)));
    refused("counts: expected 1 rows", () -> new Predictions.Confusion(List.of("a"), List.of(List.of(1, 2))));
    refused("predicted: found 0, expected 1", () -> new Predictions.Scores(List.of(1.0), List.of()));
    refused("devLoss: found 1 epochs, expected 2", () -> new FoldTraining(1, 1, List.of(1.0, 2.0), List.of(1.0)));
    refused("tasks: found no scores", () -> new ProbeResult("a", "b", Evaluation.heldOut("c"), 1,
        List.of(new ProbeResult.Task("d", Metric.ACCURACY, 1, FoldScores.single(1), Map.of()))));
    refused("max: rmse: not measured", () -> good.results().get(2).score(Metric.RMSE));
    refused("tasks: found no scores", () -> new ProbeResult("a", "b", Evaluation.heldOut("c"), 1, List.of()));
    refused("d: mean: found 0 layers, expected 1", () -> new ProbeResult("a", "b", Evaluation.heldOut("c"), 1,
        List.of(new ProbeResult.Task("d", Metric.ACCURACY, 1, FoldScores.single(1), Map.of("mean", List.of())))));
    refused("max: not read, expected one of [mean, cls]", () -> Samples.probe().tasks().getFirst().scores("max"));
    refused("d: found the readings [cls], expected [mean, cls]", () -> new ProbeResult("a", "b", Evaluation.heldOut("c"), 1,
        List.of(Samples.probe().tasks().getFirst(), new ProbeResult.Task("d", Metric.ACCURACY, 1, FoldScores.single(1),
            Map.of("cls", Samples.probe().tasks().getFirst().scores("cls"))))));
    refused("cls: found 12 layers, expected 13", () -> {
      ProbeResult.Task task = Samples.probe().tasks().getFirst();
      new ProbeResult("a", "b", Evaluation.heldOut("c"), 1, List.of(new ProbeResult.Task("d", Metric.ACCURACY, 1, FoldScores.single(1),
          Map.of("mean", task.scores("mean"), "cls", task.scores("cls").subList(0, 12))),
          task).reversed());
    });
  }

  @Test
  void onlyAnErrorIsBetterWhereItIsLower() {
    for (Metric metric : Metric.values()) {
      assertEquals(metric != Metric.RMSE, metric.higherIsBetter(), metric.key());
    }
  }

  @Test
  void resultsKeepWhatTheyWereGiven() {
    List<Double> folds = new ArrayList<>(List.of(1.0, 1.0));
    FoldScores equal = new FoldScores(1, 0, 1, 1, folds); // an interval of no width
    List<String> labels = new ArrayList<>(List.of("a"));
    Predictions.Confusion confusion = new Predictions.Confusion(labels, List.of(List.of(1)));
    List<PoolingResult> poolings = new ArrayList<>(List.of(Samples.result("max", equal, equal, 1, 1, 1)));
    List<Integer> tested = new ArrayList<>(List.of(3));
    ComparisonResult comparison = new ComparisonResult("d", "m", 4, Evaluation.heldOut("t"), 7, Metric.RMSE,
        Map.of(Metric.RMSE, equal, Metric.R2, equal), poolings, List.of(tested), List.of(List.of(0)), null);
    for (List<?> list : List.of(folds, labels, poolings, tested)) {
      list.clear();
    }
    assertEquals(1, comparison.best().pValue());
    assertEquals(List.of(List.of(3)), comparison.testRows());
    assertEquals(List.of(), new FoldTraining(1, 1, List.of(1.0), List.of()).devLoss(), "a loss without one of rows set aside");
    assertEquals(List.of(1.0, 1.0), equal.folds());
    assertTrue(equal.hasInterval());
    assertEquals(List.of("a"), confusion.labels());
  }

  private static EvaluationResult evaluation(Map<Metric, Double> metrics, Map<Metric, Double> baseline) {
    return new EvaluationResult("d", "m", "mean", 1, Metric.ACCURACY, metrics, baseline, new Predictions.Scores(List.of(), List.of()));
  }

  private static void refused(String message, Runnable action) {
    String found = assertThrows(IllegalArgumentException.class, action::run).getMessage();
    assertTrue(found.contains(message), () -> "found: " + found + "\nexpected: " + message);
  }
}
