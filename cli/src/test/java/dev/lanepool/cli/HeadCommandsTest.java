package dev.lanepool.cli;

import static dev.lanepool.cli.CommandLineRun.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.Head;
import dev.lanepool.Prediction;
import dev.lanepool.head.HeadTask;
import dev.lanepool.weights.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** {@code train}, {@code predict}, {@code evaluate}, {@code compare} and {@code probe}, on a model of two tiny layers. */
class HeadCommandsTest extends TinyModelRuns {
  private static final int ROWS = 60;

  /** Texts that tell their class by their letters. */
  private Path data(String name, IntFunction<String> label) throws IOException {
    return Files.writeString(folder.resolve(name), "text,label\n" + IntStream.range(0, ROWS)
        .mapToObj(i -> (i % 2 == 0 ? "abc " : "xyz ") + "w".repeat(1 + i % 7) + " " + i + "," + label.apply(i) + "\n")
        .collect(Collectors.joining()));
  }

  private Path classes() throws IOException {
    return data("classes.csv", i -> i % 2 == 0 ? "first" : "second");
  }

  private Path numbers() throws IOException {
    return data("numbers.csv", i -> "" + (i % 2 + i / 100.0));
  }

  private static Json json(String text) {
    return Json.parse(text.getBytes(StandardCharsets.UTF_8), "output");
  }

  @Test
  void predictSaysWhatHeadPredictSays() throws IOException {
    Path head = folder.resolve("head");
    CommandLineRun trained = ok(run("train", classes().toString(), "-p", "attention(hidden=4)", "-o", head.toString(), "--epochs", "5"));
    assertEquals("", trained.out());
    assertTrue(trained.err().contains("task: classification") && trained.err().contains("encoded 60 texts")
        && trained.err().matches("(?s).*\nlanepool: dev_accuracy \\d\\.\\d{4}, dev_loss \\d\\.\\d{4}, .*\n"), trained.err());
    List<String> texts = IntStream.range(0, 150).mapToObj(i -> "text \"" + i + "\" abc").toList();
    Path input = Files.write(folder.resolve("texts.txt"), texts);
    List<String> lines = ok(run("predict", "-H", head.toString(), "-i", input.toString())).out().lines().toList();
    try (EmbeddingModel loaded = EmbeddingModel.load(model)) {
      List<Prediction> expected = Head.load(head, loaded).predictAll(texts);
      assertEquals(texts.size(), lines.size());
      for (int i = 0; i < texts.size(); i++) {
        float[] scores = expected.get(i).scores();
        assertEquals("{\"index\":" + i + ",\"text\":\"text \\\"" + i + "\\\" abc\",\"label\":\"" + expected.get(i).label()
            + "\",\"probabilities\":{\"first\":" + scores[0] + ",\"second\":" + scores[1] + "}}", lines.get(i));
      }
    }
  }

  @Test
  void aRegressionIsTakenForOneAndPredictsScores() throws IOException {
    Path head = folder.resolve("head");
    CommandLineRun trained = ok(run("train", numbers().toString(), "-o", head.toString(), "--epochs", "3"));
    assertTrue(trained.err().contains("task: regression") && trained.err().contains("dev_rmse"), trained.err());
    String line = ok(run("predict", "-H", head.toString(), "abc")).out();
    try (EmbeddingModel loaded = EmbeddingModel.load(model)) {
      assertEquals("{\"index\":0,\"text\":\"abc\",\"score\":" + Head.load(head, loaded).predict("abc").value() + "}\n", line);
    }
    CommandLineRun asClasses = ok(run("train", data("few.csv", i -> "" + i % 3).toString(), "-o", head.toString(), "--epochs", "1"));
    assertTrue(asClasses.err().contains("task: classification (3 different labels)"), asClasses.err());
    Path file = folder.resolve("rows.jsonl");
    assertEquals("", ok(run("predict", "-H", head.toString(), "\u00e9", "-o", file.toString())).out());
    assertEquals(ok(run("predict", "-H", head.toString(), "\u00e9")).out(), Files.readString(file));
    assertTrue(Files.readString(file).startsWith("{\"index\":0,\"text\":\"\u00e9\",\"label\":"));
  }

  @Test
  void theColumnsAskedForAreRead() throws IOException {
    Path data = Files.writeString(folder.resolve("columns.csv"), "label,body,kind\n" + IntStream.range(0, ROWS)
        .mapToObj(i -> "one,abc " + i + "," + i % 30 + ".5\n").collect(Collectors.joining()));
    String said = ok(run("train", data.toString(), "--text", "body", "--label", "kind", "-o", folder.resolve("head").toString())).err();
    assertTrue(said.contains("task: regression (every label is a number, 30 different ones)\nlanepool: encoded 60 texts\n"), said);
  }

  /** With a label or labels, a score or scores. */
  @Test
  void eachTaskHasARowOfItsOwn() {
    HeadTask labels = new HeadTask.Classification(List.of("a", "b", "c"), true);
    assertEquals("{\"index\":7,\"text\":\"x\",\"labels\":[\"a\",\"c\"],\"probabilities\":{\"a\":0.5,\"b\":0.25,\"c\":1.0}}\n",
        PredictCommand.row(7, "x", new Prediction(labels, new float[] {0.5f, 0.25f, 1})));
    HeadTask quoted = new HeadTask.Classification(List.of("a\"", "\\"), false);
    assertEquals("{\"index\":1,\"text\":\"\",\"label\":\"a\\\"\",\"probabilities\":{\"a\\\"\":0.75,\"\\\\\":0.25}}\n",
        PredictCommand.row(1, "", new Prediction(quoted, new float[] {0.75f, 0.25f})));
    assertEquals("{\"index\":0,\"text\":\"\",\"scores\":{\"u\":-2.0,\"v\":3.5}}\n",
        PredictCommand.row(0, "", new Prediction(new HeadTask.Regression(List.of("u", "v")), new float[] {-2, 3.5f})));
  }

  /** Of another width than the vectors have, whatever the pooling. */
  @Test
  void aHiddenLayerIsAnOptionOfEveryHead() throws IOException {
    Path head = folder.resolve("head");
    for (String pooling : List.of("mean", "weighted(start=1,of=mean)", "attention(hidden=4)", "lstm(hidden=3)+max")) {
      ok(run("train", classes().toString(), "-p", pooling, "-o", head.toString(), "--hidden", "5", "--epochs", "2"));
      assertEquals(5, json(Files.readString(head.resolve("head.json"))).get("hidden").asInt(), pooling);
      assertTrue(ok(run("predict", "-H", head.toString(), "abc")).out().contains("\"probabilities\":{\"first\":"), pooling);
      ok(run("train", numbers().toString(), "-p", pooling, "-o", head.toString(), "--hidden", "5", "--dropout", "0.2", "--epochs", "2"));
      assertTrue(ok(run("predict", "-H", head.toString(), "abc")).out().contains("\"score\":"), pooling);
    }
    List<String> learnt = new ArrayList<>();
    for (String hidden : List.of("0", "5", "5")) {
      learnt.add(ok(run("compare", classes().toString(), "-p", "mean", "-p", "attention(hidden=4)", "--folds", "2", "--hidden", hidden,
          "--epochs", "2", "--json", "-")).out().replaceAll("\"seconds\": [^,]*", ""));
    }
    assertEquals(learnt.get(1), learnt.get(2));
    assertNotEquals(learnt.get(0), learnt.get(1));
  }

  @Test
  void evaluateShowsTheBaselineAndWhatIsTakenForWhat() throws IOException {
    Path head = folder.resolve("head");
    Path file = folder.resolve("scores.json");
    ok(run("train", classes().toString(), "-o", head.toString(), "--learning-rate", "0.05"));
    CommandLineRun run = ok(run("evaluate", "-H", head.toString(), classes().toString(), "--json", file.toString()));
    assertTrue(run.out().contains("majority class") && run.out().contains("true \\ predicted"), run.out());
    Json json = json(Files.readString(file));
    assertEquals("classes.csv", json.get("data").asString());
    assertEquals(0.5, json.get("baseline").get("accuracy").asDouble());
    List<Json> counts = json.get("confusion").get("counts").elements();
    double right = counts.get(0).elements().get(0).asInt() + counts.get(1).elements().get(1).asInt();
    assertEquals(right / ROWS, json.get("metrics").get("accuracy").asDouble());
    assertTrue(right > 0.6 * ROWS, run.out());
    assertEquals(Files.readString(file), ok(run("evaluate", "-H", head.toString(), classes().toString(), "--json", "-")).out());
    CommandLineRun unknown = run("evaluate", "-H", head.toString(), data("other.csv", i -> i == 7 ? "third" : "first").toString());
    refused(unknown, 1, "other.csv: line 9, column \"label\"", "third");
  }

  @Test
  void aHeadForAnotherEncoderIsRefused() throws IOException {
    Path head = folder.resolve("head");
    ok(run("train", classes().toString(), "-o", head.toString(), "--epochs", "1"));
    refused(CommandLineRun.of("predict", "-H", head.toString(), "text"), 1, "head.json", "trained on the encoder");
    refused(run("predict", "-H", folder.resolve("none").toString(), "text"), 1, "head.json");
  }

  @Test
  void compareGivesTheSameJsonForAnyThreadsAndEncodesOnce() throws IOException {
    String[] common = {"compare", classes().toString(), "-p", "cls", "-p", "weighted(start=1,of=mean)", "-p", "attention(hidden=4)", "-p",
        "lstm(hidden=3)", "--folds", "3", "--epochs", "3", "--seed", "7"};
    List<String> results = new ArrayList<>();
    List<String> errors = new ArrayList<>();
    for (String[] more : new String[][] {{"--threads", "1"}, {"--threads", "2"}, {"--threads", "2", "--dropout", "0"}}) {
      Path file = folder.resolve("result.json");
      List<String> args = new ArrayList<>(List.of(common));
      args.addAll(List.of(more));
      args.addAll(List.of("--json", file.toString(), "--report", folder.resolve("page.html").toString()));
      CommandLineRun run = ok(run(args.toArray(String[]::new)));
      errors.add(run.err());
      assertTrue(run.out().contains("(majority class)"), run.out());
      results.add(Files.readAllLines(file).stream().filter(line -> !line.contains("\"seconds\"")).collect(Collectors.joining("\n")));
    }
    assertEquals(results.get(0), results.get(1));
    assertEquals(results.get(0), results.get(2));
    assertTrue(errors.get(0).contains("encoded 60 texts"), errors.get(0));
    assertTrue(errors.get(1).contains("encoded 0 texts: features found in the cache"), errors.get(1));
    Json json = json(results.get(0).replaceAll(",(?=\\s*})", ""));
    assertEquals(4, json.get("results").elements().size());
    assertEquals(ROWS, json.get("rows").asInt());
    List<Integer> tested = json.get("test_rows").elements().stream().flatMap(fold -> fold.elements().stream()).map(Json::asInt).toList();
    assertEquals(IntStream.range(0, ROWS).boxed().toList(), tested.stream().sorted().toList());
    List<Json> dev = json.get("dev_rows").elements();
    for (int fold = 0; fold < dev.size(); fold++) {
      List<Integer> test = json.get("test_rows").elements().get(fold).elements().stream().map(Json::asInt).toList();
      List<Integer> setAside = dev.get(fold).elements().stream().map(Json::asInt).toList();
      assertTrue(!setAside.isEmpty() && Collections.disjoint(setAside, test));
    }
    String page = Files.readString(folder.resolve("page.html"));
    assertTrue(page.contains("./lanepool compare ") && page.contains("--seed 7"));
  }

  @Test
  void compareTestsOnAFileHeldOut() throws IOException {
    Path test = data("test.csv", i -> i % 2 == 0 ? "first" : "second");
    CommandLineRun run = ok(run("compare", classes().toString(), "--test", test.toString(), "-p", "mean", "--epochs", "2", "--json", "-"));
    Json json = json(run.out());
    assertEquals("test.csv", json.get("test").asString());
    assertEquals(2 * ROWS, json.get("rows").asInt());
    assertEquals(ROWS, json.get("test_rows").elements().getFirst().elements().getFirst().asInt());
  }

  @Test
  void probeScoresEveryLayerOfLabelsAndOfTasksFromPlainText() throws IOException {
    Path text = Files.write(folder.resolve("plain.txt"), IntStream.range(0, 400)
        .mapToObj(i -> "One word more " + "and so on ".repeat(1 + i % 4) + i).toList());
    CommandLineRun run = ok(run("probe", classes().toString(), "--tasks", text.toString(), "--task-rows", "120", "--json", "-", "--report",
        folder.resolve("page.html").toString()));
    Json json = json(run.out());
    assertEquals(2, json.get("layers").asInt());
    assertEquals(List.of("label", "sentence-length", "bigram-shift"),
        json.get("tasks").elements().stream().map(task -> task.get("task").asString()).toList());
    assertTrue(run.err().contains("left out: ") && run.err().contains("word-content"), run.err());
    for (Json task : json.get("tasks").elements()) {
      for (String reading : List.of("mean", "cls")) {
        assertEquals(3, task.get("scores").get(reading).elements().size());
      }
    }
    assertTrue(Files.size(folder.resolve("page.html")) > 100_000);
    CommandLineRun again = ok(run("probe", classes().toString(), "--tasks", text.toString(), "--task-rows", "120", "--threads", "1"));
    assertTrue(again.err().contains("encoded 0 texts") && again.out().contains("sentence-length mean"), again.err());
    refused(run("probe"), 2, "nothing to probe");
  }

  @Test
  void specialTokensInTextsArePlainWhereAskedInEveryCommand() throws IOException {
    String data = Files.writeString(folder.resolve("data.csv"), Files.readString(numbers()).replace("abc", "a</s>")).toString();
    String head = folder.resolve("head").toString();
    for (String[] command : new String[][] {{"train", data, "-o", head}, {"compare", data, "-p", "mean"}, {"probe", data}}) {
      for (String option : List.of("--seed=1", "--plain-specials")) { // other features than without it, so none are found
        String cache = folder.resolve("cache-of-" + command[0]).toString();
        List<String> args = new ArrayList<>(List.of(command));
        args.addAll(List.of(option, "-m", model.toString(), "--cache", cache));
        String said = ok(CommandLineRun.of(args.toArray(String[]::new))).err();
        assertTrue(said.contains("encoded 60 texts\n"), command[0] + " " + option + ": " + said);
      }
    }
    for (String[] command : new String[][] {{"predict", "-H", head, "a</s>"}, {"evaluate", "-H", head, data, "--json", "-"}}) {
      List<String> plain = new ArrayList<>(List.of(command));
      plain.add("--plain-specials");
      assertNotEquals(ok(run(command)).out(), ok(run(plain.toArray(String[]::new))).out(), command[0]);
    }
  }

  /** Whoever hands in one text at a time gets its row before the next is waited for. */
  @Test
  void rowsComeBeforeTheNextTextIsWaitedFor() throws IOException {
    String head = folder.resolve("head").toString();
    ok(run("train", classes().toString(), "-o", head, "--epochs", "1"));
    for (String command : List.of("tokenize", "embed", "embed -f csv", "predict -H " + head)) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      List<Long> rows = new ArrayList<>();
      InputStream in = new InputStream() {
        @Override
        public int read() {
          throw new AssertionError("reads byte by byte");
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
          rows.add(out.toString(StandardCharsets.UTF_8).lines().filter(line -> !line.startsWith("index,")).count());
          if (rows.size() >= 4) {
            return -1;
          }
          bytes[offset] = 'a';
          bytes[offset + 1] = '\n';
          return 2;
        }
      };
      assertEquals(0, Main.run(new Shell(in, out, System.err, false, false), (command + " -i - -m " + model).split(" ")));
      assertEquals(List.of(0L, 1L, 2L, 3L), rows.subList(0, 4), command);
    }
  }

  @Test
  void aTextOfAMegabyteIsCutAndSaidToBe() throws IOException {
    Path data = data("classes.csv", i -> i % 2 == 0 ? "first" : "second");
    Files.writeString(data, Files.readString(data) + "word ".repeat(200_000) + ",first\n");
    Path head = folder.resolve("head");
    CommandLineRun run = ok(run("train", data.toString(), "-o", head.toString(), "--epochs", "1"));
    assertTrue(run.err().contains("encoded 61 texts") && run.err().contains("truncated to 16 tokens: 1 text\n"), run.err());
    Path input = Files.writeString(folder.resolve("long.txt"), "word ".repeat(200_000) + "\nshort\n");
    CommandLineRun predicted = ok(run("predict", "-H", head.toString(), "-i", input.toString()));
    assertEquals(2, predicted.out().lines().count());
    assertTrue(predicted.err().contains("truncated to 16 tokens: 1 text\n"), predicted.err());
    Files.writeString(input, ("xyz".repeat(6) + "\n").repeat(70)); // more than are predicted together
    assertEquals("lanepool: truncated to 16 tokens: 70 texts\n", ok(run("predict", "-H", head.toString(), "-i", input.toString())).err());
  }

  @Test
  void everyCommandTakesAPoolerBesideWhatLearns() throws IOException {
    Path pooled = folder.resolve("pooled");
    TinyModel.write(pooled);
    Map<String, long[]> shapes = TinyModel.shapes();
    shapes.put("pooler.dense.weight", new long[] {8, 8});
    shapes.put("pooler.dense.bias", new long[] {8});
    TinyModel.weights(shapes).write(pooled.resolve("model.safetensors"));
    String data = classes().toString();
    String head = folder.resolve("head").toString();
    String[] own = {"-m", pooled.toString()};
    for (String spec : List.of("pooler+attention(hidden=8)", "pooler+weighted(start=1,of=cls)")) {
      ok(CommandLineRun.of("train", data, "-p", spec, "-o", head, "--epochs", "2", "--no-cache", own[0], own[1]));
      assertEquals(1, ok(CommandLineRun.of("predict", "-H", head, "abc", own[0], own[1])).out().lines().count());
      assertTrue(ok(CommandLineRun.of("evaluate", "-H", head, data, own[0], own[1])).out().contains("majority class"));
    }
    CommandLineRun compared = ok(CommandLineRun.of("compare", data, "-p", "pooler+attention(hidden=8)", "-p", "pooler", "--folds", "2",
        "--epochs", "2", "--no-cache", own[0], own[1]));
    assertTrue(compared.out().contains("pooler+attention(hidden=8)"), compared.out());
  }

  @Test
  void whatNoArrayHoldsIsRefusedBeforeAnyTextIsEncoded() throws IOException {
    String data = classes().toString();
    String[][] runs = {{"train", data, "-o", folder.resolve("head").toString()}, {"compare", data}};
    for (String[] common : runs) {
      List<String> wide = new ArrayList<>(List.of(common));
      wide.addAll(List.of("--task", "classification", "-p", "lstm(hidden=40000)"));
      refused(run(wide.toArray(String[]::new)), 2, "\"lstm(hidden=40000)\": hidden: found 40000, expected at most 23170");
      List<String> hidden = new ArrayList<>(List.of(common));
      hidden.addAll(List.of("--task", "classification", "-p", "mean", "--hidden", "2000000000"));
      refused(run(hidden.toArray(String[]::new)), 2, "--hidden 2000000000: expected at most ");
      List<String> large = new ArrayList<>(List.of(common));
      large.addAll(List.of("--task", "classification", "-p", "attention(hidden=8)", "--batch-size", "100000000"));
      refused(run(large.toArray(String[]::new)), 1, "one array holds at most 2147483639 numbers");
    }
    assertFalse(Files.exists(folder.resolve("cache")));
  }

  @Test
  void anyNumberOfEpochsMayBeAskedFor() throws IOException {
    CommandLineRun run = ok(run("train", classes().toString(), "-o", folder.resolve("head").toString(), "--epochs", "2000000000",
        "--patience", "1", "--dropout", "0.5", "--learning-rate", "0.5", "--weight-decay", "0.01")); // 25 passes each, on so few rows
    assertTrue(run.err().contains("dev_accuracy"), run.err());
  }

  /** A text is cut where it has no room beside the model's own prompt: {@code embed}, {@code train} and {@code predict} count alike. */
  @Test
  void aTextThatIsCutOnlyForThePromptIsSaidToBe() throws IOException {
    Path prompted = folder.resolve("prompted");
    TinyModel.write(prompted);
    Files.writeString(prompted.resolve("config_sentence_transformers.json"),
        "{\"prompts\":{\"query\":\"query: \"},\"default_prompt_name\":\"query\"}");
    List<String> texts = List.of("xyz", "xyzxyzxyz", "xyzxyzxyzxyzxyzxyz"); // 5, 11 and 20 tokens without the prompt, of 16
    Path lines = Files.write(folder.resolve("lines.txt"), texts);
    Path data = Files.writeString(folder.resolve("data.csv"), "text,label\n" + IntStream.range(0, 60)
        .mapToObj(i -> (i < 3 ? texts.get(i) : "t" + i) + "," + (i % 2 == 0 ? "first" : "second") + "\n").collect(Collectors.joining()));
    String[] own = {"-m", prompted.toString()};
    String head = folder.resolve("head").toString();
    String said = "lanepool: truncated to 16 tokens: 2 texts\n";
    assertEquals(said, ok(CommandLineRun.of("embed", "-i", lines.toString(), own[0], own[1])).err());
    CommandLineRun trained = ok(CommandLineRun.of("train", data.toString(), "-o", head, "--no-cache", own[0], own[1]));
    assertTrue(trained.err().contains(said), trained.err());
    assertEquals(said, ok(CommandLineRun.of("predict", "-H", head, "-i", lines.toString(), own[0], own[1])).err());
  }

  private static void refused(CommandLineRun run, int code, String... parts) {
    assertEquals(code, run.code(), run.err());
    assertEquals("", run.out());
    assertEquals(1, run.err().lines().count(), run.err());
    for (String part : parts) {
      assertTrue(run.err().contains(part), run.err());
    }
  }

  /** Every command that reads labelled data refuses it so, and leaves what was there before. */
  private void bad(String name, String content, int code, String... parts) throws IOException {
    Path file = Files.write(folder.resolve(name), content.getBytes(StandardCharsets.ISO_8859_1));
    Path json = Files.writeString(folder.resolve("before.json"), "before");
    Path page = Files.writeString(folder.resolve("before.html"), "before");
    for (String command : List.of("compare", "probe")) {
      List<String> args = new ArrayList<>(List.of(command, file.toString(), "--json", json.toString(), "--report", page.toString()));
      if (command.equals("compare")) {
        args.addAll(List.of("-p", "mean", "--folds", "5"));
      }
      refused(run(args.toArray(String[]::new)), code, parts);
    }
    assertEquals("beforebefore", Files.readString(json) + Files.readString(page));
    Path head = folder.resolve("not-made");
    refused(run("train", file.toString(), "-o", head.toString()), code, parts);
    assertFalse(Files.exists(head) || Files.exists(folder.resolve("cache")));
  }

  @Test
  void badDataAreOneLineThatNamesThePlace() throws IOException {
    bad("column.csv", "text,class\na,b\n", 1, "column.csv: line 1: no column \"label\", found \"text\", \"class\"");
    bad("one.csv", "text,label\na,x\nb,x\n", 1, "one.csv: line 2, column \"label\"", "only the class \"x\"");
    bad("none.csv", "text,label\n", 1, "none.csv: 0 rows");
    bad("empty.csv", "", 1, "empty.csv: empty");
    bad("latin.csv", "text,label\nabc,x\n\u00e9t\u00e9,y\n", 1, "latin.csv: line 3: not valid UTF-8");
    bad("cell.csv", "text,label\na,x\nb,\n", 1, "cell.csv: line 3, column \"label\": the cell is empty");
    bad("nan.csv", "text,label\n" + IntStream.range(0, 40).mapToObj(i -> "t" + i + "," + (i == 5 ? "NaN" : i + ".5") + "\n")
        .collect(Collectors.joining()), 1, "nan.csv: line 7, column \"label\": found \"NaN\", expected a finite number");
    bad("data.txt", "text,label\na,x\n", 2, "data.txt: expected a file whose name ends in .csv, .tsv or .jsonl");
    refused(run("compare", folder.resolve("absent.csv").toString()), 1, "absent.csv: no such file");
  }

  @Test
  void aClassWithFewerRowsThanFoldsIsNamedWithItsRow() throws IOException {
    Path data = data("rare.csv", i -> i == 9 || i == 11 ? "rare" : i % 2 == 0 ? "first" : "second");
    CommandLineRun run = run("compare", data.toString(), "--task", "classification");
    refused(run, 1, "rare.csv: line 11, column \"label\": the class \"rare\" has 2 rows, expected at least 5");
  }

  @Test
  void whatCannotBeWrittenIsSaidBeforeAnythingIsRead() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "a file");
    String absent = folder.resolve("absent.csv").toString(); // read only after the outputs are checked
    refused(run("train", absent, "-o", file.resolve("head").toString()), 1, "cannot be a folder");
    refused(run("train", absent, "-o", file.toString()), 1, "cannot be a folder");
    for (String option : List.of("--json", "--report")) {
      refused(run("compare", absent, option, folder.resolve("no/such").toString()), 1, "its folder does not exist");
      refused(run("probe", absent, option, folder.toString()), 1, "is a folder");
    }
    refused(run("evaluate", absent, "-H", file.toString(), "--json", folder.toString()), 1, "is a folder");
    refused(run("compare", absent, "--json", file.toString(), "--report", file.toString()), 2, "a file of its own");
    refused(run("compare", absent, "--json", file.toString(), "--report", folder + "/./file"), 2, "a file of its own");
    String none = Path.of("none.json").toAbsolutePath().toString();
    refused(run("compare", absent, "--json", "none.json", "--report", none), 2, "a file of its own");
    refused(run("probe", absent, "--report", "-"), 2, "--report -: expected a file of its own");
    assertEquals("a file", Files.readString(file));
  }

  @Test
  void wrongOptionsAreWrongUsage() throws IOException {
    String data = classes().toString();
    String head = folder.resolve("head").toString();
    refused(run("train", data, "-o", head, "-p", "meen"), 2, "meen");
    refused(run("train", data, "-o", head, "--dropout", "1"), 2, "dropout");
    refused(run("train", data, "-o", head, "--cache-limit", "much"), 2, "--cache-limit");
    refused(run("train", data, "-o", head, "--no-cache"), 2, "--no-cache");
    refused(run("compare", data, "-p", "mean", "-p", "mean"), 2, "given twice");
    refused(run("compare", data, "--folds", "1"), 2, "--folds 1");
    refused(run("compare", data, "--folds", "3", "--test", data), 2, "--folds and --test");
    refused(run("compare", data, "--task", "classification", "-p", "pooler"), 2, "pooler");
    refused(run("train", data, "--task", "classification", "-o", head, "-p", "mean@9"), 2, "mean@9");
    assertFalse(Files.exists(folder.resolve("head")));
  }
}
