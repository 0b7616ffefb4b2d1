package dev.lanepool.training.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.weights.Json;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** JSON as the issue's schema has it, tables that line up, and pages that say what they show. */
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
    assertEquals(-1, Metric.RMSE.compare(0, Double.NaN));
    assertEquals(0, Metric.RMSE.compare(Double.NaN, Double.NaN));
  }

  /** Two folds, and no number like another. */
  private static ComparisonResult small() {
    FoldScores undefined = new FoldScores(Double.NaN, Double.NaN, Double.NaN, Double.NaN, List.of(Double.NaN, 0.5));
    List<PoolingResult> results = List.of(
        Samples.result("cls", new FoldScores(1.25, 0.25, 1, 1.5, List.of(1.125, 1.375)), FoldScores.single(-1234.56), 0.0016, 1234.56, 768),
        Samples.result("mean", new FoldScores(0.5, 0.125, 0.25, 0.75, List.of(0.375, 0.625)), FoldScores.single(0.875), Double.NaN, 2, 256),
        Samples.result("max", new FoldScores(123.5, 3, 120, 128, List.of(122.0, 125.0)), undefined, 0.05, 3, 64),
        Samples.result("mean-max", new FoldScores(1500.25, 7, 1490, 1510, List.of(1.0, 2.0)), FoldScores.single(0.25), 0.0004, 0.04, 512));
    Map<Metric, FoldScores> baseline = Map.of(Metric.RMSE, new FoldScores(2.5, 0.75, 2, 3, List.of(2.25, 2.75)), Metric.R2, undefined);
    return new ComparisonResult("d.csv", "m", 4, Evaluation.crossValidation(2), 7, Metric.RMSE, baseline, results,
        List.of(List.of(0, 2), List.of(1, 3)), List.of(List.of(1), List.of(2)),
        new Predictions.Scores(List.of(1.0, 2.0), List.of(1.5, Double.NaN)));
  }

  @Test
  void everyNumberOfAComparisonStandsInItsPlace() {
    String table = TableReport.text(small());
    assertEquals("""
          pooling           RMSE      sd          95% interval        p       R2  dimension  seconds
        * mean            0.5000  0.1250      0.2500 to 0.7500        -   0.8750        256      2.0
          cls             1.2500  0.2500      1.0000 to 1.5000    0.002  -1234.6        768  1,234.6
        = max           123.5000  3.0000  120.0000 to 128.0000    0.050        -         64      3.0
          mean-max        1500.3  7.0000      1490.0 to 1510.0  < 0.001   0.2500        512      0.0
          (mean label)    2.5000  0.7500      2.0000 to 3.0000        -        -          -        -
        """, table.lines().skip(2).limit(6).map(line -> line + "\n").collect(Collectors.joining()));
    String json = JsonReport.of(small());
    holds(json, """
          "rows": 4,
          "folds": 2,
          "test": null,
          "seed": 7,
          "metric": "rmse",
          "best": "mean",
          "baseline": {
            "rmse": {
              "mean": 2.5,
              "sd": 0.75,
              "interval": [2.0,3.0],
              "folds": [2.25,2.75]
            },
        """);
    holds(json, """
              "p_value": 0.0016,
              "seconds": 1234.56,
              "dimension": 768,
              "training": [
                {
                  "learning_rate": 0.5,
                  "weight_decay": 0.25,
                  "loss": [4.0,3.0],
                  "dev_loss": [2.0,1.0]
                }
              ]
        """);
    holds(json, """
          "test_rows": [
            [0,2],
            [1,3]
          ],
          "dev_rows": [
            [1],
            [2]
          ],
          "predictions": {
            "truth": [1.0,2.0],
            "predicted": [1.5,null]
          }
        }
        """);
  }

  @Test
  void everyNumberOfAProbeStandsInItsPlace() {
    Map<String, List<FoldScores>> scores = new LinkedHashMap<>();
    scores.put("mean", List.of(FoldScores.single(0.5), FoldScores.single(0.875)));
    scores.put("cls", List.of(FoldScores.single(0.8125), FoldScores.single(0.25)));
    ProbeResult result = new ProbeResult("d.csv", "m", Evaluation.heldOut("t.csv"), 7,
        List.of(new ProbeResult.Task("x", Metric.MACRO_F1, 40, FoldScores.single(0.375), scores)));
    holds(TableReport.text(result), """
        layer       x mean   x cls
        0           0.5000  0.8125
        1         * 0.8750  0.2500
        baseline    0.3750  0.3750
        """);
    holds(JsonReport.of(result), """
          "layers": 1,
          "folds": 1,
          "test": "t.csv",
          "seed": 7,
          "tasks": [
            {
              "task": "x",
              "metric": "macro_f1",
              "rows": 40,
              "baseline": {
                "mean": 0.375,
        """);
    String page = Samples.page(result);
    holds(page, "<ul><li>x: layer 1, mean, macro F1 0.8750 (majority class: 0.3750)</li>\n</ul>");
    holds(page, "<dt>Layers</dt><dd>1</dd>");
    holds(page, """
        <tr><th>0</th><td style="--t:0.25">0.5000</td><td style="--t:0.88">0.8125</td></tr>
        <tr><th>1</th><td class="best" style="--t:1.0">0.8750</td><td style="--t:0.0">0.2500</td></tr>
        """);
    holds(page, "<th class=\"group\" colspan=\"2\" title=\"x\">x<br>macro F1, 40 rows</th>");
    holds(page, """
        <ul class="key"><li><i style="--c:var(--series-1)"></i>x, mean</li>\
        <li><i class="dashed" style="--c:var(--series-1)"></i>x, cls</li></ul>
        """);
  }

  /** The mean label has no correlation with anything. */
  @Test
  void aProbeOfNumbersIsTintedFromNoCorrelation() {
    List<FoldScores> layers = Stream.of(0.25, -0.5, Double.NaN, 0.5, 0.5).map(FoldScores::single).toList();
    String page = Samples.page(new ProbeResult("d.csv", "m", Evaluation.heldOut("t.csv"), 7,
        List.of(new ProbeResult.Task("x", Metric.SPEARMAN, 40, FoldScores.single(Double.NaN), Map.of("mean", layers)))));
    holds(page, """
        <tr><th>0</th><td style="--t:0.5">0.2500</td></tr>
        <tr><th>1</th><td style="--t:0.0">-0.5000</td></tr>
        <tr><th>2</th><td style="--t:0.0">-</td></tr>
        <tr><th>3</th><td class="best" style="--t:1.0">0.5000</td></tr>
        <tr><th>4</th><td class="best" style="--t:1.0">0.5000</td></tr>
        """);
    holds(page, "<ul><li>x: layer 3, mean, Spearman rho 0.5000 (mean label: -)</li>\n</ul>"); // of equals the first
  }

  @Test
  void everyNumberOfAnEvaluationStandsInItsPlace() {
    EvaluationResult result = new EvaluationResult("d\n.csv", "m", "mean", 2004, Metric.ACCURACY,
        Map.of(Metric.ACCURACY, 0.75, Metric.MACRO_F1, Double.NaN), Map.of(Metric.ACCURACY, 0.5, Metric.MACRO_F1, 0.25),
        new Predictions.Confusion(List.of("a\tb", "\u2028\uD83D\uDE00"), List.of(List.of(3, 1), List.of(0, 2000))));
    assertEquals("""
        d .csv: 2,004 rows, head mean, model m

        metric      head  majority class
        accuracy  0.7500          0.5000
        macro F1       -          0.2500

        true \\ predicted  a b      \uD83D\uDE00
        a b                 3      1
         \uD83D\uDE00                  0  2,000
        """, TableReport.text(result));
    holds(JsonReport.of(result), """
          "pooling": "mean",
          "rows": 2004,
          "baseline": {
            "accuracy": 0.5,
            "macro_f1": 0.25
          },
          "metrics": {
            "accuracy": 0.75,
            "macro_f1": null
          },
        """);
  }

  /** Of a class without rows there is no recall, of one that is never predicted no precision. */
  @Test
  void thePageHasTheSharesOfWhatIsTakenForWhat() {
    ComparisonResult good = Samples.classification();
    String longest = "\uD83D\uDE00".repeat(80);
    String page = Samples.page(new ComparisonResult(good.data(), good.model(), good.rows(), good.evaluation(), good.seed(), good.metric(),
        good.baseline(), good.results(), good.testRows(), good.devRows(), new Predictions.Confusion(
            List.of(longest, "b", longest + "c"), List.of(List.of(3, 0, 1), List.of(0, 0, 0), List.of(2, 0, 4)))));
    holds(page, """
        <tr><th>LONG</th><td style="--t:0.75">3</td><td style="--t:0.0">0</td><td style="--t:0.25">1</td><td class="plain">0.7500</td></tr>
        <tr><th>b</th><td style="--t:0.0">0</td><td style="--t:0.0">0</td><td style="--t:0.0">0</td><td class="plain">-</td></tr>
        <tr><th>LONG\u2026</th><td style="--t:0.33">2</td><td style="--t:0.0">0</td><td style="--t:0.67">4</td>\
        <td class="plain">0.6667</td></tr>
        <tr><th>precision</th><td class="plain">0.6000</td><td class="plain">-</td><td class="plain">0.8000</td><td class="plain"></td></tr>
        """.replace("LONG", longest));
  }

  @Test
  void thePageClaimsNoMoreThanTheTestSays() {
    ComparisonResult small = small();
    List<PoolingResult> results = small.results();
    PoolingResult untested =
        Samples.result("lstm(hidden=4)", new FoldScores(9, 1, 8, 10, List.of(8.0, 10.0)), FoldScores.single(0), Double.NaN, 1, 4);
    holds(Samples.page(small), "<p>Not significantly worse: <code><span>max</span></code>.</p>");
    holds(Samples.page(Samples.with(small, Metric.RMSE, results.subList(0, 2))), "<p>Every other pooling is significantly worse.</p>");
    holds(Samples.page(Samples.with(small, Metric.RMSE, List.of(results.get(0), results.get(1), untested))),
        "<p>Every other pooling that has a p is significantly worse.</p>");
    holds(Samples.page(small), "</code>, RMSE 0.5000 (95% interval 0.2500 to 0.7500). The mean label alone: 2.5000.</p>");
    holds(Samples.page(small), "<p class=\"note\">Lower is better. ");
    holds(Samples.page(small), "data-title=\"RMSE\" data-lower=\"true\"");
    holds(Samples.page(small), "The loss is the mean squared error, divided by");
    holds(Samples.page(Samples.classification()), "data-lower=\"false\"");
    holds(Samples.page(Samples.classification()), "The loss is the cross-entropy.");
    holds(Samples.page(Samples.classification()), "<p class=\"note\">Higher is better. ");
    ComparisonResult correlated = new ComparisonResult("d", "m", 4, small.evaluation(), 7, Metric.R2, small.baseline(),
        results.subList(0, 2), small.testRows(), small.devRows(), null);
    holds(Samples.page(correlated), "The mean label alone has none.</p>");
  }

  @Test
  void thePageSaysWhatItsChartsAndNumbersAre() {
    ComparisonResult small = small();
    String page = Samples.page(small);
    holds(page, "<p class=\"note\">Lower is better. Whiskers: 95% interval of the mean over the folds. Dashed: the mean label."
        + " The best stands out most; poolings that the test finds worse are faint.</p>");
    holds(page, "<thead><tr><th>pooling</th><th>RMSE</th><th>R2</th><th>p</th><th>dimension</th><th>seconds</th></tr></thead>");
    holds(page, "<tr class=\"best\"><th><code><span>mean</span></code> *</th>");
    holds(page, "<td>-</td><td>-</td><td>-</td><td>-</td></tr>\n</tbody>"); // the baseline's R2, p, dimension and seconds
    holds(page, "(p &gt;= 0.05, corrected resampled t-test");
    holds(page, "the 95% interval of the mean. Seconds: to train and test the heads on all folds.</p>");
    holds(page, "data-chart=\"scatter\"");
    holds(page, "<ul class=\"key\"><li><i style=\"--c:var(--series-1)\"></i>fold 1</li></ul>");
    PoolingResult best = small.results().get(1);
    for (List<FoldTraining> untrained : List.of(List.<FoldTraining>of(), List.of(new FoldTraining(1, 0, List.of(), List.of())))) {
      PoolingResult given = new PoolingResult("mean", best.metrics(), Double.NaN, 1, 1, untrained);
      assertFalse(Samples.page(Samples.with(small, Metric.RMSE, List.of(given))).contains("<h2>Training</h2>"));
    }
    String short6 = Samples.page(Samples.comparison("d", List.of("cls"), List.of("sports", "a"), Evaluation.heldOut("t")));
    String long7 = Samples.page(Samples.comparison("d", List.of("cls"), List.of("weather", "a"), Evaluation.heldOut("t")));
    assertFalse(short6.contains("<th class=\"up\">"));
    holds(long7, "<th class=\"up\"><span>weather</span></th>");
  }

  /** Its rows are the last two of six. */
  @Test
  void aHeldOutTestHasItsRowsApartAndNothingOfFolds() {
    Map<Metric, FoldScores> scores = Map.of(Metric.ACCURACY, FoldScores.single(0.5));
    ComparisonResult result = new ComparisonResult("d.csv", "m", 6, Evaluation.heldOut("t.csv"), 7, Metric.ACCURACY, scores,
        List.of(new PoolingResult("mean", scores, Double.NaN, 1, 1, List.of())), List.of(List.of(4, 5)), List.of(List.of(1)), null);
    assertTrue(TableReport.text(result).startsWith("d.csv: 4 rows, tested on t.csv, model m, seed 7\n"));
    String page = Samples.page(result);
    holds(page, "<dt>Rows</dt><dd>4, and 2 to test on</dd>");
    holds(Samples.page(small()), "<dt>Rows</dt><dd>4</dd>");
    holds(page, "<p class=\"note\">Higher is better. Dashed: the majority class. The best stands out most.</p>");
    holds(page, "<p class=\"note\">Marks: * the best. Seconds: to train and test the head.</p>");
    Map<Metric, FoldScores> undefined = Map.of(Metric.ACCURACY, FoldScores.single(Double.NaN));
    holds(Samples.page(new ComparisonResult("d", "m", 6, result.evaluation(), 7, Metric.ACCURACY, undefined, result.results(),
        result.testRows(), result.devRows(), null)), "<p class=\"note\">Higher is better. The best stands out most.</p>");
  }

  private static void holds(String text, String part) {
    assertTrue(text.contains(part), () -> "found: " + text + "\nexpected in it: " + part);
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

  static ComparisonResult one(String hostile) {
    return Samples.comparison(hostile, List.of("cls"), List.of(hostile), Evaluation.heldOut("test.csv"));
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
