package dev.lanepool.cli;

import static dev.lanepool.cli.CommandLineRun.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.weights.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What heads are tested on: a second file, the rows set aside, and texts of which a model makes what is no number. */
class HeldOutTest extends TinyModelRuns {
  private static List<String> rows(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> (i % 2 == 0 ? "abc " : "xyz ") + i + "," + (i % 2 == 0 ? "first" : "second"))
        .collect(Collectors.toCollection(ArrayList::new));
  }

  private Path file(String name, List<String> rows) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, "text,label\n" + String.join("\n", rows) + "\n");
  }

  private static Json json(String text) {
    return Json.parse(text.getBytes(StandardCharsets.UTF_8), "output");
  }

  /** A run's JSON without its seconds; what it encoded is checked. */
  private String compared(Path data, Path test, String encoded) {
    CommandLineRun run = ok(run("compare", data.toString(), "--test", test.toString(), "-p", "mean", "-p", "cls", "--json", "-"));
    assertTrue(run.err().contains("lanepool: encoded " + encoded), run.err());
    return run.out().replaceAll("\"seconds\": [^,]*,", "");
  }

  @Test
  void aChangeOfEitherFileIsSeen() throws IOException {
    List<String> train = rows(0, 40);
    List<String> test = rows(40, 60);
    Path data = file("data.csv", train);
    Path held = file("held.csv", test);
    String first = compared(data, held, "60 texts");
    assertEquals(first, compared(data, held, "0 texts"));
    test.set(4, "abc 44,second"); // a label
    assertNotEquals(first, compared(data, file("held.csv", test), "0 texts"));
    test.set(4, "xyz 1,first"); // a text, which is now like those of the other label
    assertNotEquals(first, compared(data, file("held.csv", test), "60 texts"));
    file("held.csv", rows(40, 60));
    train.set(4, "abc 4,second");
    assertNotEquals(first, compared(file("data.csv", train), held, "0 texts"));
    train.set(4, "abcabc 4,first");
    assertNotEquals(first, compared(file("data.csv", train), held, "60 texts"));
    // The same texts in the same order, divided at another row.
    String moved = compared(file("data.csv", rows(0, 44)), file("held.csv", rows(44, 60)), "0 texts");
    assertEquals(16, json(moved).get("test_rows").elements().getFirst().elements().size());
    assertEquals(first, compared(file("data.csv", rows(0, 40)), file("held.csv", rows(40, 60)), "0 texts"));
  }

  @Test
  void reportsSayWhichFilesTheyAreMadeFrom() throws IOException {
    Path data = file("data.csv", rows(0, 40));
    Path held = file("held.csv", rows(40, 60));
    Path other = file("other/data.csv", rows(40, 60));
    Path page = folder.resolve("page.html");
    for (String command : List.of("compare", "probe")) {
      for (Path test : List.of(held, other)) {
        List<String> args = new ArrayList<>(List.of(command, data.toString(), "--test", test.toString(), "--report", page.toString()));
        args.addAll(command.equals("compare") ? List.of("-p", "mean") : List.of());
        CommandLineRun run = ok(run(args.toArray(String[]::new)));
        String train = test == held ? "data.csv" : data.toString();
        String tested = test == held ? "held.csv" : other.toString();
        String rows = command.equals("compare") ? ": 40 rows, " : ": ";
        assertTrue(run.out().startsWith(train + rows) && run.out().contains("tested on " + tested + ", model"), run.out());
        assertFalse(run.err().contains("flatter"), run.err());
        String html = Files.readString(page);
        assertTrue(html.contains("\"data\": \"" + train + "\"") && html.contains("\"test\": \"" + tested + "\""), html);
        assertEquals(command.equals("compare"), html.contains("<dd>40, and 20 to test on</dd>"), html);
        assertTrue(html.contains(data.toString()) && html.contains(test.toString()), "the command has both files");
      }
    }
  }

  @Test
  void textsThatAreTrainedOnAndTestedOnAreCounted() throws IOException {
    Path data = file("data.csv", rows(0, 40));
    String one = file("one.csv", rows(39, 60)).toString();
    assertTrue(ok(run("compare", data.toString(), "--test", one, "-p", "mean")).err()
        .endsWith("lanepool: 1 text to test on is to train on too: scores flatter\n"));
    assertTrue(ok(run("probe", data.toString(), "--test", data.toString())).err()
        .endsWith("lanepool: 40 texts to test on are to train on too: scores flatter\n"));
  }

  private Path sentences(int count) throws IOException {
    return Files.write(folder.resolve("plain.txt"), IntStream.range(0, count)
        .mapToObj(i -> "One word more " + "and so on ".repeat(1 + i % 4) + i).toList());
  }

  /** Numbers that would pass for classes, in a column of their own, beside tasks from plain text. */
  @Test
  void aProbeSaysWhatItReadAndOnWhichRowsItTested() throws IOException {
    String data = Files.writeString(folder.resolve("data.csv"), "text,kind\n" + IntStream.range(0, 40)
        .mapToObj(i -> (i % 2 == 0 ? "abc " : "xyz ") + i + "," + i % 2 + "\n").collect(Collectors.joining())).toString();
    String plain = sentences(400).toString();
    String held = Files.copy(Path.of(data), folder.resolve("held.csv")).toString();
    String both = "a fifth of the rows, and on a tenth of the rows of plain.txt";
    probed("data.csv and plain.txt", both, "[kind spearman, sentence-length accuracy, bigram-shift accuracy]", data, "--label", "kind",
        "--task", "regression", "--tasks", plain);
    probed("data.csv", "a fifth of the rows", "[kind accuracy]", data, "--label", "kind");
    probed("data.csv", "held.csv", "[kind spearman]", data, "--label", "kind", "--test", held, "--task", "regression");
    probed("plain.txt", "a tenth of the rows", "[sentence-length accuracy, bigram-shift accuracy]", "--tasks", plain);
  }

  private void probed(String data, String tested, String tasks, String... more) {
    List<String> args = new ArrayList<>(List.of("probe", "--json", "-"));
    args.addAll(List.of(more));
    Json json = json(ok(run(args.toArray(String[]::new))).out());
    assertEquals(data, json.get("data").asString());
    assertEquals(tested, json.get("test").asString());
    assertEquals(tasks, json.get("tasks").elements().stream()
        .map(task -> task.get("task").asString() + " " + task.get("metric").asString()).toList().toString());
  }

  @Test
  void tasksAreMadeByTheSeedAndOfAsManyRowsAsAsked() throws IOException {
    String plain = sentences(400).toString();
    for (String seed : List.of("1", "2")) { // other texts in another order: none of their features are found
      CommandLineRun run = ok(run("probe", "--tasks", plain, "--task-rows", "120", "--seed", seed, "--json", "-"));
      assertEquals(120, json(run.out()).get("tasks").elements().getLast().get("rows").asInt());
      assertFalse(run.err().contains("encoded 0 texts"), run.err());
    }
    refused(run("probe", "--tasks", plain, "--task-rows", "19"), 2, "lanepool: --task-rows: ");
  }

  /** Each task that is left out is said to be, but where none is left: the last is then why the run failed. */
  @Test
  void aTextThatIsTooSmallForEveryTaskIsRefused() throws IOException {
    CommandLineRun run = run("probe", "--tasks", sentences(8).toString());
    assertEquals(1, run.code(), run.err());
    List<String> lines = run.err().lines().toList();
    assertEquals(3, lines.size(), run.err());
    assertEquals(List.of(0, 1), IntStream.range(0, 3).filter(i -> lines.get(i).startsWith("lanepool: left out: ")).boxed().toList(),
        run.err());
    assertTrue(lines.getLast().contains("plain.txt: ") && lines.getLast().contains("bigram-shift"), run.err());
  }

  /** The last layer by two names gives the same scores, and is told apart by name alone. */
  @Test
  void layersOfOnePoolingAreRowsOfTheirOwn() throws IOException {
    Path page = folder.resolve("page.html");
    String data = file("data.csv", rows(0, 40)).toString();
    String table = ok(run("compare", data, "-p", "mean", "-p", "mean@1", "-p", "mean@2", "--report", page.toString())).out();
    String html = Files.readString(page);
    for (String pooling : List.of("mean", "mean@1", "mean@2")) {
      assertEquals(1, table.lines().filter(line -> line.matches("[*= ] " + pooling + " .*")).count(), table);
      assertTrue(html.contains("<th><code><span>" + pooling + "</span></code>"), pooling);
    }
  }

  /** Folds depend on labels and seed alone: equal texts of one file may be apart. */
  @Test
  void textsThatStandTwiceInOneFileAreCountedWhereFoldsDivideThem() throws IOException {
    List<String> rows = rows(0, 40);
    rows.addAll(rows(0, 40)); // each twice
    Path data = file("data.csv", rows);
    CommandLineRun compared = ok(run("compare", data.toString(), "-p", "mean", "-p", "cls", "--json", "-"));
    int shared = 0;
    for (Json fold : json(compared.out()).get("test_rows").elements()) {
      List<Integer> tested = fold.elements().stream().map(Json::asInt).toList();
      shared += (int) tested.stream().filter(row -> !tested.contains((row + 40) % 80)).count();
    }
    assertTrue(shared > 40 && shared < 80, "vacuous: " + shared);
    String counted = "lanepool: " + shared + " texts to test on are to train on too: scores flatter\n";
    assertTrue(compared.err().endsWith(counted), compared.err());
    String probed = ok(run("probe", data.toString())).err();
    assertTrue(probed.matches("(?s).*lanepool: 1?[0-9] texts to test on are to train on too: scores flatter\n"), probed);
    assertFalse(ok(run("compare", file("data.csv", rows(0, 40)).toString(), "-p", "mean")).err().contains("flatter"));
  }

  /**
   * As the help and the Javadoc say: in units of the labels' variance. Noise is learnt best by the strongest penalty and in an early epoch,
   * which are not the last ones tried: the loss and the error are of one state. Heads of a thousand parameters are fitted by batches.
   */
  @ParameterizedTest
  @ValueSource(strings = {"mean", "weighted(start=1,of=mean)", "attention(hidden=3)", "attention(hidden=128)", "lstm(hidden=16)"})
  void theDevLossOfARegressionIsTheShareOfTheVariance(String pooling) throws IOException {
    checkDevLoss(pooling, i -> 100 + 30 * (i % 2) + i / 4.0);
    double[] noise = new Random(5).doubles(60).toArray();
    checkDevLoss(pooling, i -> noise[i]);
    assertTrue(ok(CommandLineRun.of("train", "--help")).out().replaceAll("\\s+", " ")
        .contains("of a regression the mean squared error divided by the labels' variance"));
  }

  private void checkDevLoss(String pooling, IntToDoubleFunction label) throws IOException {
    double[] labels = IntStream.range(0, 60).mapToDouble(label).toArray();
    double mean = Arrays.stream(labels).average().orElseThrow();
    double variance = Arrays.stream(labels).map(value -> (value - mean) * (value - mean)).average().orElseThrow();
    Path data = file("numbers.csv", IntStream.range(0, 60).mapToObj(i -> (i % 2 == 0 ? "abc " : "xyz ") + i + "," + labels[i]).toList());
    Path head = folder.resolve("head");
    ok(run("train", data.toString(), "-p", pooling, "--learning-rate", "0.1", "-o", head.toString()));
    Json metrics = json(Files.readString(head.resolve("head.json"))).get("metrics");
    double rmse = metrics.get("dev_rmse").asDouble();
    String expected = String.format(Locale.ROOT, "%.4f", rmse * rmse / variance);
    assertEquals(expected, String.format(Locale.ROOT, "%.4f", metrics.get("dev_loss").asDouble()));
  }

  @Test
  void whatIsNoNumberIsRefusedByItsText() throws IOException {
    Path broken = folder.resolve("broken");
    TinyModel.write(broken);
    TinyModel.weights(TinyModel.shapes(), (name, values) -> {
      if (name.equals("embeddings.word_embeddings.weight")) {
        values[(5 + 'q') * 8] = Float.NaN;
      }
    }).write(broken.resolve("model.safetensors"));
    List<String> rows = rows(0, 80);
    Path data = file("data.csv", rows);
    rows.set(70, "quick,first");
    Path bad = file("bad.csv", rows);
    Path head = folder.resolve("head");
    refused(run(broken, "train", bad.toString(), "-o", head.toString()), "text 70: found NaN among its features (pooled:mean)");
    refused(run(broken, "compare", bad.toString(), "-p", "attention(hidden=3)"), "text 70: found NaN among its features (rows:");
    refused(run(broken, "probe", bad.toString()), "text 70: found NaN");
    ok(run(broken, "train", data.toString(), "-o", head.toString()));
    ok(run(broken, "evaluate", data.toString(), "-H", head.toString()));
    refused(run(broken, "evaluate", bad.toString(), "-H", head.toString()), "text 70: the head gives NaN for \"first\"");
    Path texts = Files.write(folder.resolve("texts.txt"), rows.stream().map(row -> row.substring(0, row.indexOf(','))).toList());
    CommandLineRun predicted = run(broken, "predict", "-i", texts.toString(), "-H", head.toString());
    assertEquals(1, predicted.code());
    assertTrue(predicted.err().endsWith("text 70: the head gives NaN for \"first\", expected a finite number\n"), predicted.err());
    assertFalse(predicted.out().contains("NaN"));
    for (String format : List.of("jsonl", "csv", "npy", "safetensors")) {
      Path out = folder.resolve("vectors." + format);
      refused(run(broken, "embed", "-i", texts.toString(), "-o", out.toString()),
          "text 70: found NaN in its vector, expected finite numbers");
      assertFalse(Files.exists(out));
    }
    refused(run(broken, "similarity", "abc", "quick"), "text 1: found NaN in its vector");
    TinyModel.weights(TinyModel.shapes(), (name, values) -> {
      if (name.equals("encoder.layer.1.output.LayerNorm.bias")) {
        values[3] = Float.POSITIVE_INFINITY;
      }
    }).write(broken.resolve("model.safetensors"));
    refused(run(broken, "embed", "abc", "-f", "csv", "--no-normalize"), "text 0: found Infinity in its vector");
  }

  /** Squared errors of such numbers are infinite. */
  @Test
  void labelsToTestOnThatAreTooLargeAreRefusedByTheirLine() throws IOException {
    List<String> numbers = new ArrayList<>(IntStream.range(0, 40).mapToObj(i -> "abc " + i + "," + i * 1.5).toList());
    Path data = file("data.csv", numbers);
    numbers.set(7, "abc,-1e200");
    Path bad = file("bad.csv", numbers);
    Path head = folder.resolve("head");
    ok(run("train", data.toString(), "-o", head.toString()));
    String expected = bad + ": line 9, column \"label\": found -1.0E200, expected a number from -1.0E30 to 1.0E30\n";
    refused(run("evaluate", bad.toString(), "-H", head.toString()), expected);
    refused(run("compare", data.toString(), "--test", bad.toString(), "-p", "mean"), expected);
    refused(run("probe", data.toString(), "--test", bad.toString()), expected);
    refused(run("train", bad.toString(), "-o", folder.resolve("none").toString()), expected);
    assertFalse(Files.exists(folder.resolve("none")));
  }

  /** What would be read otherwise, or not at all. */
  @Test
  void optionsThatSayNothingAreRefused() throws IOException {
    Path data = file("data.csv", rows(0, 40));
    Path text = Files.write(folder.resolve("plain.txt"), List.of("A sentence of some words."));
    refused(run("probe", "--tasks", text.toString(), "--task", "regression"), 2, "--task is for DATA, found none");
    refused(run("probe", "--tasks", text.toString(), "--label", "text"), 2, "--label is for DATA, found none");
    refused(run("probe", "--tasks", text.toString(), "--text", "text"), 2, "--text is for DATA, found none");
    refused(run("probe", "--tasks", text.toString(), "--test", data.toString()), 2, "--test is for DATA, found none");
    refused(run("probe", data.toString(), "--task-rows", "100"), 2, "--task-rows is for --tasks, found none");
    refused(CommandLineRun.of("cache", "--cache", data.toString()), 1, data + ": cannot be read: not a folder");
    refused(CommandLineRun.of("cache", "--clear", "--cache", data.toString()), 1, data + ": cannot be read: not a folder");
    assertTrue(ok(CommandLineRun.of("cache", "--cache", folder.resolve("none").toString())).out().endsWith("none: 0 files, 0 bytes\n"));
  }

  private static void refused(CommandLineRun run, String part) {
    refused(run, 1, part);
  }

  private static void refused(CommandLineRun run, int code, String part) {
    assertEquals(code, run.code(), run.err());
    assertEquals("", run.out());
    assertTrue(run.err().contains(part), run.err());
  }
}
