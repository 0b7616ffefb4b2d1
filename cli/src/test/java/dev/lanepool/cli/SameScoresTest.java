package dev.lanepool.cli;

import static dev.lanepool.cli.CommandLineRun.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.pooling.Pooling;
import dev.lanepool.training.Comparison;
import dev.lanepool.training.data.Split;
import dev.lanepool.training.stats.CorrectedTTest;
import dev.lanepool.weights.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** {@code compare} and {@code probe} say of a head what {@code train} and {@code evaluate} say, and what they say can be worked out. */
class SameScoresTest extends TinyModelRuns {
  private Json json(String... args) {
    return Json.parse(ok(run(args)).out().getBytes(StandardCharsets.UTF_8), "output");
  }

  private String data(String name, int from, int to, IntFunction<String> label) throws IOException {
    return Files.writeString(folder.resolve(name), "text,label\n" + IntStream.range(from, to)
        .mapToObj(i -> (i % 3 == 0 ? "abc " : "xyz ") + "w".repeat(1 + i % 7) + " " + i + "," + label.apply(i) + "\n")
        .collect(Collectors.joining())).toString();
  }

  /** A third of the rows, and what no text tells in every seventh. */
  private static String classOf(int row) {
    return row % 3 == 0 != (row % 7 == 1) ? "first" : "second";
  }

  private static String numberOf(int row) {
    return String.valueOf(row % 3 + row * row % 11 / 4.0 + 100);
  }

  private static List<Integer> ints(Json list) {
    return list.elements().stream().map(Json::asInt).toList();
  }

  private static double[] doubles(Json list) {
    return list.elements().stream().mapToDouble(Json::asDouble).toArray();
  }

  @Test
  void comparedProbedAndTrainedHeadsScoreAlike() throws IOException {
    for (boolean classes : new boolean[] {true, false}) {
      IntFunction<String> label = classes ? SameScoresTest::classOf : SameScoresTest::numberOf;
      String train = data("train.csv", 0, 60, label);
      String test = data("test.csv", 100, 140, i -> classes && i > 110 ? "first" : label.apply(i));
      String task = "--task=" + (classes ? "classification" : "regression");
      List<String> specs = List.of("mean@1", "cls@1", "weighted(start=1,of=cls)", "attention(hidden=2)");
      List<String> compare = new ArrayList<>(List.of("compare", train, "--test", test, task, "--epochs", "3", "--json", "-"));
      specs.forEach(spec -> compare.addAll(List.of("-p", spec)));
      Json compared = json(compare.toArray(String[]::new));
      Json probed = json("probe", train, "--test", test, task, "--json", "-").get("tasks").elements().getFirst();
      for (int i = 0; i < specs.size(); i++) {
        Json metrics = compared.get("results").elements().get(i).get("metrics");
        String head = folder.resolve("head").toString();
        ok(run("train", train, task, "-p", specs.get(i), "-o", head, "--epochs", "3"));
        Json evaluated = json("evaluate", test, "-H", head, "--json", "-");
        for (String metric : classes ? List.of("accuracy", "macro_f1") : List.of("pearson", "spearman", "rmse", "r2")) {
          assertEquals(evaluated.get("metrics").get(metric).asDouble(), metrics.get(metric).get("mean").asDouble(), 1e-5, metric);
        }
        String primary = classes ? "accuracy" : "spearman";
        assertEquals(primary, probed.get("metric").asString());
        if (i < 2) {
          Json reading = probed.get("scores").get(i == 0 ? "mean" : "cls");
          assertEquals(metrics.get(primary).get("mean").asDouble(), reading.elements().get(1).get("mean").asDouble());
        }
        if (classes && specs.get(i).equals(compared.get("best").asString())) {
          assertEquals(evaluated.get("confusion").get("counts").elements().stream().map(SameScoresTest::ints).toList(),
              compared.get("confusion").get("counts").elements().stream().map(SameScoresTest::ints).toList());
        }
      }
      assertEquals(100, probed.get("rows").asInt());
      if (classes) { // the most frequent class of the rows trained on, though another is of those tested on
        assertEquals("first", IntStream.range(0, 60).filter(i -> classOf(i).equals("first")).count() > 30 ? "second" : "first");
        double second = IntStream.range(100, 111).filter(i -> classOf(i).equals("second")).count() / 40.0;
        assertEquals(second, compared.get("baseline").get("accuracy").get("mean").asDouble());
        assertEquals(second, probed.get("baseline").get("mean").asDouble());
      } else {
        double mean = IntStream.range(0, 60).mapToDouble(i -> Double.parseDouble(numberOf(i))).average().orElseThrow();
        double squares = IntStream.range(100, 140).mapToDouble(i -> Math.pow(Double.parseDouble(numberOf(i)) - mean, 2)).average()
            .orElseThrow();
        assertEquals(Math.sqrt(squares), compared.get("baseline").get("rmse").get("mean").asDouble(), 1e-9);
      }
    }
  }

  @Test
  void whatAComparisonSaysOfItsFoldsCanBeWorkedOut() throws IOException {
    String data = data("train.csv", 0, 60, SameScoresTest::classOf);
    String[] args = {"compare", data, "--folds", "4", "-p", "mean", "-p", "attention(hidden=2)", "-p", "cls@0", "--learning-rate", "0.002",
        "--weight-decay", "0.5", "--dropout", "0.1", "--epochs", "2", "--seed", "3", "--json", "-"};
    Json compared = json(args);
    List<String> labels = IntStream.range(0, 60).mapToObj(SameScoresTest::classOf).toList();
    List<Split> folds = Split.stratifiedFolds(labels, 4, 3);
    for (int fold = 0; fold < 4; fold++) {
      int[] train = folds.get(fold).train();
      Split own = Split.stratifiedHoldOut(IntStream.of(train).mapToObj(labels::get).toList(), 0.1, 3).within(train);
      assertEquals(IntStream.of(folds.get(fold).test()).boxed().toList(), ints(compared.get("test_rows").elements().get(fold)));
      assertEquals(IntStream.of(own.test()).boxed().toList(), ints(compared.get("dev_rows").elements().get(fold)));
    }
    Map<String, Json> results = compared.get("results").elements().stream()
        .collect(Collectors.toMap(result -> result.get("pooling").asString(), result -> result));
    Json best = results.get(compared.get("best").asString());
    double[] scores = doubles(best.get("metrics").get("accuracy").get("folds"));
    int tested = 0;
    for (Json result : results.values()) {
      double[] own = doubles(result.get("metrics").get("accuracy").get("folds"));
      if (result != best) {
        assertEquals(CorrectedTTest.pValue(own, scores, 15.0 / 45), result.get("p_value").asDouble(), 1e-12);
        tested++;
      }
    }
    assertEquals(2, tested);
    Json how = results.get("attention(hidden=2)").get("training").elements().getFirst();
    assertEquals(0.002, how.get("learning_rate").asDouble());
    assertEquals(0.5, how.get("weight_decay").asDouble());
    assertTrue(how.get("loss").elements().size() <= 2 && how.get("loss").elements().size() == how.get("dev_loss").elements().size());
  }

  @Test
  void aRegressionsPredictionsAreInTheOrderOfTheRowsTestedOn() throws IOException {
    String data = data("train.csv", 0, 60, SameScoresTest::numberOf);
    Json compared = json("compare", data, "--task", "regression", "--folds", "3", "-p", "mean", "--seed", "3", "--json", "-");
    double[] truth = compared.get("test_rows").elements().stream().flatMap(fold -> ints(fold).stream())
        .mapToDouble(row -> Double.parseDouble(numberOf(row))).toArray();
    assertEquals(List.of(IntStream.of(Split.folds(60, 3, 3).getFirst().test()).boxed().toList()),
        List.of(ints(compared.get("test_rows").elements().getFirst())));
    Json predictions = compared.get("predictions");
    assertEquals(0, Arrays.compare(truth, doubles(predictions.get("truth"))));
    double[] predicted = doubles(predictions.get("predicted"));
    double squares = IntStream.range(0, 20).mapToDouble(i -> Math.pow(predicted[i] - truth[i], 2)).average().orElseThrow();
    Json rmse = compared.get("results").elements().getFirst().get("metrics").get("rmse");
    assertEquals(Math.sqrt(squares), rmse.get("folds").elements().getFirst().asDouble(), 1e-9);
  }

  private String probed(String... args) throws IOException {
    List<String> all = new ArrayList<>(List.of("probe", "--seed", "3", "--json", "-"));
    all.addAll(List.of(args));
    String said = ok(run(all.toArray(String[]::new))).out();
    return said.substring(said.indexOf("\"tasks\""));
  }

  @Test
  void aProbeTestsOnAFifthThatItsSeedChooses() throws IOException {
    Split split = Split.stratifiedHoldOut(IntStream.range(0, 60).mapToObj(SameScoresTest::classOf).toList(), 0.2, 3);
    List<String> lines = Files.readAllLines(Path.of(data("data.csv", 0, 60, SameScoresTest::classOf)));
    List<String> files = new ArrayList<>();
    for (int[] rows : List.of(split.train(), split.test())) {
      List<String> chosen = new ArrayList<>(List.of(lines.getFirst()));
      IntStream.of(rows).forEach(row -> chosen.add(lines.get(1 + row)));
      files.add(Files.write(folder.resolve("part" + files.size() + ".csv"), chosen).toString());
    }
    assertEquals(probed(files.get(0), "--test", files.get(1)), probed(folder.resolve("data.csv").toString()));
  }

  @Test
  void aTaskScoresAloneAsBesideAnother() throws IOException {
    String data = data("data.csv", 0, 60, SameScoresTest::classOf);
    String text = Files.write(folder.resolve("plain.txt"), IntStream.range(0, 400)
        .mapToObj(i -> "One word more " + "and so on ".repeat(1 + i % 4) + i).toList()).toString();
    String alone = probed("--tasks", text, "--task-rows", "120");
    String beside = probed(data, "--tasks", text, "--task-rows", "120");
    String first = "\"task\": \"sentence-length\"";
    assertTrue(beside.indexOf(first) > alone.indexOf(first));
    assertEquals(alone.substring(alone.indexOf(first)), beside.substring(beside.indexOf(first)));
  }

  @Test
  void theUsualPoolingsFitTheModel() throws IOException {
    Path pooled = folder.resolve("pooled");
    TinyModel.write(pooled);
    Map<String, long[]> shapes = TinyModel.shapes();
    shapes.put("pooler.dense.weight", new long[] {8, 8});
    shapes.put("pooler.dense.bias", new long[] {8});
    TinyModel.weights(shapes).write(pooled.resolve("model.safetensors"));
    for (Path each : List.of(model, pooled)) {
      List<String> expected = new ArrayList<>(List.of("cls", "mean", "max", "mean-max", "concat(layers=-1..-2,of=cls)", "lstm(hidden=256)",
          "weighted(start=4,of=cls)", "attention(hidden=512)", "cls+mean", "concat(layers=-1..-2,of=mean)"));
      if (each == pooled) {
        expected.add(1, "pooler");
      }
      try (EmbeddingModel loaded = EmbeddingModel.load(each)) {
        assertEquals(expected.stream().map(Pooling::parse).toList(), Comparison.usual(loaded));
      }
    }
  }
}
