package dev.lanepool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Labelled data as they should not be: every command answers with a line that names the file, the place and what was expected. */
class BadDataTest {
  @TempDir
  private static Path model;

  @TempDir
  private Path folder;

  private Path json;
  private Path page;

  @BeforeAll
  static void writeModel() throws IOException {
    TinyModel.write(model);
  }

  @BeforeEach
  void writeWhatMustStay() throws IOException {
    json = Files.writeString(folder.resolve("before.json"), "before");
    page = Files.writeString(folder.resolve("before.html"), "before");
  }

  private Path file(String name, String content, Charset charset) throws IOException {
    return Files.write(folder.resolve(name), content.getBytes(charset));
  }

  private Path file(String name, String content) throws IOException {
    return file(name, content, StandardCharsets.UTF_8);
  }

  private String rows(String... labels) {
    return "text,label\n" + IntStream.range(0, 40).mapToObj(i -> "text " + i + "," + labels[i % labels.length] + "\n")
        .collect(Collectors.joining());
  }

  private String numbers() {
    return "text,label\n" + IntStream.range(0, 40).mapToObj(i -> "text " + i + "," + i + ".5\n").collect(Collectors.joining());
  }

  private CommandLineRun run(List<String> args) {
    List<String> all = new ArrayList<>(args);
    all.addAll(List.of("-m", model.toString(), "--cache", folder.resolve("cache").toString()));
    return CommandLineRun.of(all.toArray(String[]::new));
  }

  /** Refused with one line, printable and not endless, beside the one that says for which task the labels are taken. */
  private void refused(CommandLineRun run, int code, String expected) throws IOException {
    assertEquals(code, run.code(), run.err());
    assertEquals("", run.out());
    List<String> lines = run.err().lines().filter(line -> !line.startsWith("lanepool: task: ")).toList();
    assertEquals(1, lines.size(), run.err());
    assertTrue((lines.getFirst() + "\n").contains(expected), run.err());
    assertTrue(lines.getFirst().length() < 1000 && lines.getFirst().chars().noneMatch(Character::isISOControl), run.err());
    assertEquals("beforebefore", Files.readString(json) + Files.readString(page));
    assertFalse(Files.exists(folder.resolve("cache")), "the model was asked");
  }

  private void compareRefuses(Path data, int code, String expected, String... more) throws IOException {
    List<String> args = new ArrayList<>(List.of("compare", data.toString(), "-p", "mean", "--json", json.toString(), "--report",
        page.toString()));
    args.addAll(List.of(more));
    refused(run(args), code, expected);
  }

  private void allRefuse(Path data, String expected) throws IOException {
    compareRefuses(data, 1, expected);
    refused(run(List.of("probe", data.toString(), "--json", json.toString(), "--report", page.toString())), 1, expected);
    Path head = folder.resolve("not-made");
    refused(run(List.of("train", data.toString(), "-o", head.toString())), 1, expected);
    assertFalse(Files.exists(head));
  }

  @Test
  void otherEncodings() throws IOException {
    allRefuse(file("latin.csv", rows("a", "b") + "\u00e9t\u00e9,a\n", StandardCharsets.ISO_8859_1), "latin.csv: line 42: not valid UTF-8");
    allRefuse(file("mark.csv", rows("a", "b"), StandardCharsets.UTF_16), "mark.csv: line 1: not valid UTF-8, but UTF-16 as it seems");
    allRefuse(file("le.csv", "\uFEFF" + rows("a", "b"), StandardCharsets.UTF_16LE), "le.csv: line 1: not valid UTF-8, but UTF-16");
    allRefuse(file("bare.csv", rows("a", "b"), StandardCharsets.UTF_16LE),
        "bare.csv: line 1: no column \"text\", found \"t\\u0000e\\u0000x\\u0000t\\u0000\"");
  }

  @Test
  void headers() throws IOException {
    allRefuse(file("twice.csv", "text,label,label\na,b,c\n"), "twice.csv: line 1, column \"label\": found twice in the header");
    allRefuse(file("broken.csv", "\"te\nxt\",label\na,b\n"), "broken.csv: line 1: no column \"text\", found \"te\\u000axt\", \"label\"");
    allRefuse(file("wide.csv", "c,".repeat(5_000) + "c\n"), "wide.csv: line 1: no column \"text\", found \"c\", \"c\"");
    allRefuse(file("wide2.csv", "c,".repeat(5_000) + "c\n"), " and 4991 more");
  }

  @Test
  void rowsThatAreNotLikeTheHeader() throws IOException {
    allRefuse(file("open.csv", "text,label\na,x\n\"never closed,y\nb,x\n" + "c,y\n".repeat(30)),
        "open.csv: line 3: a cell of the row that begins here opens with a quote that is never closed");
    allRefuse(file("more.csv", "text,label\na,x\nb,y,z\n"), "more.csv: line 3: found 3 cells, expected 2");
    allRefuse(file("fewer.csv", "text,label\na,x\nb\n"), "fewer.csv: line 3: found 1 cell, expected 2");
    allRefuse(file("field.jsonl", "{\"text\":\"a\",\"label\":\"x\"}\n{\"text\":\"b\"}\n"),
        "field.jsonl: line 2: no column \"label\", found \"text\"");
    allRefuse(file("type.jsonl", "{\"text\":\"a\",\"label\":\"x\"}\n{\"text\":3,\"label\":\"y\"}\n"),
        "type.jsonl: line 2: text: found 3, expected a string");
    allRefuse(file("cut.jsonl", "{\"text\":\"a\",\"label\":\"x\"}\n\n{\"text\":\"b\",\n"),
        "cut.jsonl: line 3: not valid JSON at column 13: it ends too early\n");
    allRefuse(file("nan.jsonl", "{\"text\":\"a\",\"label\":\"x\"}\n{\"text\":\"b\",\"label\":NaN}\n"),
        "nan.jsonl: line 2: not valid JSON at column 24\n");
    allRefuse(file("deep.jsonl", "{\"text\":\"a\",\"label\":\"x\"}\n" + "[".repeat(2_000) + "\n"),
        "deep.jsonl: line 2: not valid JSON: nested too deep, or a value too long\n");
  }

  @Test
  void labels() throws IOException {
    allRefuse(file("one.csv", rows("\"a\nclass\"")),
        "one.csv: line 2, column \"label\": found only the class \"a\\u000aclass\" in all rows");
    allRefuse(file("nan.csv", numbers() + "a,NaN\n"), "nan.csv: line 42, column \"label\": found \"NaN\", expected a finite number");
    allRefuse(file("stars.csv", rows("1", "2") + "a,nan\n"),
        "stars.csv: line 42, column \"label\": found \"nan\", expected a finite number");
    allRefuse(file("huge.csv", numbers() + "a,1e999\n"), "huge.csv: line 42, column \"label\": found \"1e999\", expected a finite number");
    compareRefuses(file("three.csv", "text,label\na,1.5\nb,2.5\nc,3.5\n"), 1,
        "three.csv: found 3 rows, expected at least 5, one for each fold", "--task", "regression");
    compareRefuses(file("words.csv", rows("a", "b")), 1, "words.csv: line 2, column \"label\": found \"a\", expected a finite number",
        "--task", "regression");
  }

  @Test
  void filesThatAreNone() throws IOException {
    allRefuse(folder.resolve("absent.csv"), "absent.csv: no such file");
    allRefuse(Files.createDirectory(folder.resolve("folder.csv")), "folder.csv: is a folder, expected a file");
  }

  @Test
  void aTestSetUnlikeTheTrainingSet() throws IOException {
    Path data = file("data.csv", rows("a", "b"));
    compareRefuses(data, 1, "columns.csv: line 1: no column \"text\", found \"sentence\", \"label\"", "--test",
        file("columns.csv", "sentence,label\nx,a\n").toString());
    compareRefuses(data, 1, "unseen.csv: line 3, column \"label\": found \"c\", expected one of the 2 known classes: \"a\", \"b\"",
        "--test", file("unseen.csv", "text,label\nx,a\ny,c\n").toString());
    compareRefuses(data, 1, "absent.csv: no such file", "--test", folder.resolve("absent.csv").toString());
    compareRefuses(file("numbers.csv", numbers()), 1, "words.csv: line 3, column \"label\": found \"y\", expected a finite number",
        "--test", file("words.csv", "text,label\nx,1.5\ny,y\n").toString());
    Path test = file("unseen.csv", "text,label\nx,a\ny,c\n");
    refused(run(List.of("probe", data.toString(), "--test", test.toString())), 1, "unseen.csv: line 3, column \"label\": found \"c\"");
  }

  @Test
  void oneColumnForTextsAndLabelsIsWrongUsage() throws IOException {
    String data = file("data.csv", rows("a", "b")).toString();
    for (String command : List.of("compare", "probe")) {
      refused(run(List.of(command, data, "--text", "label")), 2,
          "lanepool: --text label and --label label: expected two columns (see lanepool " + command + " --help)\n");
    }
    refused(run(List.of("train", data, "--label", "text", "-o", folder.resolve("head").toString())), 2,
        "--text text and --label text: expected two columns");
  }
}
