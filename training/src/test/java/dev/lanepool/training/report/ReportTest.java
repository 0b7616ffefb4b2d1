package dev.lanepool.training.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.weights.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** JSON as the issue's schema has it, tables that line up, and results that contradict themselves refused. */
class ReportTest {
  @Test
  void theJsonOfAComparisonHasTheSchemasFields() {
    ComparisonResult result = Samples.classification();
    Json json = parse(JsonReport.of(result));
    assertEquals("classification", json.get("task").asString());
    assertEquals("mini", json.get("model").asString());
    assertEquals(10_000, json.get("rows").asInt());
    assertEquals(0.5, json.get("baseline").get("accuracy").get("mean").asDouble());
    List<Json> results = json.get("results").elements();
    assertEquals(Samples.POOLINGS, results.stream().map(pooling -> pooling.get("pooling").asString()).toList());
    for (int i = 0; i < results.size(); i++) {
      Json accuracy = results.get(i).get("metrics").get("accuracy");
      FoldScores expected = result.results().get(i).score(Metric.ACCURACY);
      assertEquals(expected.mean(), accuracy.get("mean").asDouble());
      assertEquals(expected.sd(), accuracy.get("sd").asDouble());
      assertEquals(expected.folds(), accuracy.get("folds").elements().stream().map(Json::asDouble).toList());
      assertEquals(1.5 + i, results.get(i).get("seconds").asDouble());
      assertEquals(result.results().get(i).dimension(), results.get(i).get("dimension").asInt());
      assertEquals(5, results.get(i).get("training").elements().size());
    }
    List<List<Integer>> rows = json.get("test_rows").elements().stream()
        .map(fold -> fold.elements().stream().map(Json::asInt).toList()).toList();
    assertEquals(result.testRows(), rows);
    assertEquals(2, json.get("confusion").get("counts").elements().size());
  }

  @Test
  void whatIsNotDefinedIsNullInJson() {
    Json json = parse(JsonReport.of(Samples.regression()));
    Json pearson = json.get("baseline").get("pearson");
    for (Json value : List.of(field(pearson, "mean"), field(pearson, "sd"), field(pearson, "interval"), field(json, "test"))) {
      assertTrue(value.isNull());
    }
    assertTrue(pearson.get("folds").elements().getFirst().isNull());
    assertEquals(4700, json.get("predictions").get("truth").elements().size());
  }

  @Test
  void theJsonOfAProbeHasAScoreForEveryTaskReadingAndLayer() {
    ProbeResult result = Samples.probe();
    Json json = parse(JsonReport.of(result));
    assertEquals(12, json.get("layers").asInt());
    int visited = 0;
    for (int task = 0; task < 3; task++) {
      for (String reading : List.of("mean", "cls")) {
        List<Json> scores = json.get("tasks").elements().get(task).get("scores").get(reading).elements();
        for (int layer = 0; layer < scores.size(); layer++, visited++) {
          assertEquals(result.tasks().get(task).scores(reading).get(layer).mean(), scores.get(layer).get("mean").asDouble());
        }
      }
    }
    assertEquals(3 * 2 * 13, visited);
  }

  @Test
  void theSameResultGivesTheSameJson() {
    assertEquals(JsonReport.of(Samples.classification()), JsonReport.of(Samples.classification()));
    assertEquals(JsonReport.of(Samples.probe()), JsonReport.of(Samples.probe()));
  }

  @Test
  void poolingsAreRankedByTheMetricsDirection() {
    List<Double> accuracies = Samples.classification().ranked().stream().map(pooling -> pooling.score(Metric.ACCURACY).mean()).toList();
    assertEquals(accuracies.stream().sorted((a, b) -> Double.compare(b, a)).toList(), accuracies);
    List<Double> errors = Samples.regression().ranked().stream().map(pooling -> pooling.score(Metric.RMSE).mean()).toList();
    assertEquals(errors.stream().sorted().toList(), errors);
    assertEquals(1, Metric.ACCURACY.compare(Double.NaN, 0));
    assertEquals(1, Metric.RMSE.compare(Double.NaN, 0));
  }

  @Test
  void theTableMarksTheBestAndWhatIsNotWorseAndEndsWithTheBaseline() {
    String[] lines = TableReport.text(Samples.classification()).split("\n");
    assertEquals("subj.csv: 10,000 rows, 5 folds, model mini, seed 7", lines[0]);
    assertTrue(lines[3].startsWith("* mean "), lines[3]);
    int width = lines[2].length();
    for (int i = 2; i < 14; i++) {
      assertEquals(width, lines[i].length(), lines[i]);
    }
    for (int i = 3; i < 13; i++) {
      boolean worse = lines[i].matches(".* 0\\.0[0-4]\\d  .*") || lines[i].contains("< 0.001");
      assertEquals(i == 3 ? '*' : worse ? ' ' : '=', lines[i].charAt(0), lines[i]);
    }
    assertTrue(lines[13].startsWith("  (majority class) "), lines[13]);
  }

  @Test
  void aTestSetHasNeitherDeviationNorTest() {
    String table = TableReport.text(one("a"));
    assertFalse(table.contains("interval") || table.contains("  p  ") || table.contains("="), table);
    assertEquals(7, table.lines().count());
  }

  @Test
  void markdownEscapesWhatWouldEndACell() {
    String markdown = TableReport.markdown(Samples.probe("a\nb", List.of("a|b\\"), 3));
    List<String> lines = markdown.lines().toList();
    assertTrue(lines.getFirst().startsWith("a b: "), lines.getFirst());
    assertEquals("| layer | a\\|b\\\\ mean | a\\|b\\\\ cls |", lines.get(2));
    assertEquals("|---|--:|--:|", lines.get(3));
    assertTrue(TableReport.markdown(Samples.regression()).contains("| (mean label) | 1.0300 | 0.0158 | "));
  }

  @Test
  void contradictionsAreRefused() {
    ComparisonResult good = Samples.classification();
    refused("results: found none", () -> with(good, good.metric(), List.of()));
    refused("cls: found twice", () -> with(good, good.metric(), List.of(good.results().getFirst(), good.results().getFirst())));
    refused("testRows: found those of 0 folds, expected 5", () -> new ComparisonResult(good.data(), good.model(), good.rows(),
        good.evaluation(), good.seed(), good.metric(), good.baseline(), good.results(), List.of(), good.devRows(), null));
    refused("devRows: found those of 0 folds, expected 5", () -> new ComparisonResult(good.data(), good.model(), good.rows(),
        good.evaluation(), good.seed(), good.metric(), good.baseline(), good.results(), good.testRows(), List.of(), null));
    refused("baseline: found [ACCURACY, MACRO_F1], expected RMSE", () -> with(good, Metric.RMSE, good.results()));
    refused("found the metrics [ACCURACY]", () -> with(good, good.metric(),
        List.of(new PoolingResult("max", Map.of(Metric.ACCURACY, FoldScores.single(1)), Double.NaN, 1, 1, List.of()))));
    refused("folds: found none", () -> new FoldScores(1, 1, 1, 1, List.of()));
    refused("interval: found [2.0, 3.0]", () -> new FoldScores(1, 1, 2, 3, List.of(1.0)));
    refused("expected finite numbers", () -> FoldScores.single(Double.POSITIVE_INFINITY));
    refused("folds: found 1, expected at least 2", () -> Evaluation.crossValidation(1));
    refused("counts: expected 1 rows", () -> new Predictions.Confusion(List.of("a"), List.of(List.of(1, 2))));
    refused("predicted: found 0, expected 1", () -> new Predictions.Scores(List.of(1.0), List.of()));
    refused("devLoss: found 1 epochs, expected 2", () -> new FoldTraining(1, 1, List.of(1.0, 2.0), List.of(1.0)));
    refused("cls: found 12 layers, expected 13", () -> {
      ProbeResult.Task task = Samples.probe().tasks().getFirst();
      new ProbeResult("a", "b", Evaluation.heldOut("c"), 1, List.of(new ProbeResult.Task("d", Metric.ACCURACY, 1, FoldScores.single(1),
          Map.of("mean", task.scores("mean"), "cls", task.scores("cls").subList(0, 12))),
          task).reversed());
    });
  }

  static ComparisonResult one(String hostile) {
    return Samples.comparison(hostile, List.of("cls"), List.of(hostile), Evaluation.heldOut("test.csv"));
  }

  private static ComparisonResult with(ComparisonResult result, Metric metric, List<PoolingResult> results) {
    return new ComparisonResult(result.data(), result.model(), result.rows(), result.evaluation(), result.seed(), metric,
        result.baseline(), results, result.testRows(), result.devRows(), null);
  }

  private static void refused(String message, Runnable action) {
    String found = assertThrows(IllegalArgumentException.class, action::run).getMessage();
    assertTrue(found.contains(message), () -> "found: " + found + "\nexpected: " + message);
  }

  private static Json parse(String json) {
    assertTrue(json.endsWith("}\n"));
    return Json.parse(json.getBytes(StandardCharsets.UTF_8), "report.json");
  }

  private static Json field(Json json, String name) {
    Json field = json.find(name);
    if (field == null) {
      throw new AssertionError(name + ": absent, expected null");
    }
    return field;
  }

  /** Poolings as many as asked for, none like another. */
  static List<String> poolings(int count) {
    return IntStream.range(0, count).mapToObj(layer -> "mean@" + layer).toList();
  }
}
