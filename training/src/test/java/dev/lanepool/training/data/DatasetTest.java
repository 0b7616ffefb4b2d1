package dev.lanepool.training.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetTest {
  @TempDir
  private Path folder;

  private Path file(String name, String content) {
    return file(name, content, StandardCharsets.UTF_8);
  }

  private Path file(String name, String content, Charset charset) {
    try {
      return Files.write(folder.resolve(name), content.getBytes(charset));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Dataset read(String name, String content) {
    return Dataset.read(file(name, content), "text", "label");
  }

  @Test
  void csvTsvAndJsonLinesGiveTheSameRows() {
    List<String> texts = List.of("a, \"b\"", "two\nlines", "é😀");
    List<String> labels = List.of("pos", "neg", "pos");
    Dataset csv = read("a.csv", "id,label,text\n1,pos,\"a, \"\"b\"\"\"\n2,neg,\"two\nlines\"\r\n\n3,pos,é😀");
    Dataset tsv = read("a.tsv", "text\tlabel\n\"a, \"\"b\"\"\"\tpos\n\"two\nlines\"\tneg\né😀\tpos\n");
    Dataset jsonl = read("a.JSONL", "{\"text\":\"a, \\\"b\\\"\",\"label\":\"pos\"}\n \t\n{\"label\":\"neg\",\"text\":\"two\\nlines\"}\r\n"
        + "{\"text\":\"é\\ud83d\\ude00\",\"label\":\"pos\",\"more\":[1]}");
    for (Dataset data : List.of(csv, tsv, jsonl, Dataset.of(texts, labels))) {
      assertEquals(texts, data.texts());
      assertEquals(labels, data.labels());
      assertEquals(List.of("neg", "pos"), data.classes());
      assertArrayEquals(new int[] {1, 0, 1}, data.classIndices(data.classes()));
    }
    assertTrue(csv.place(2).endsWith("a.csv: line 6"), csv.place(2));
    assertTrue(jsonl.place(1).endsWith("a.JSONL: line 3"), jsonl.place(1));
    assertEquals("row 2", Dataset.of(texts, labels).place(1));
  }

  @Test
  void numbersAreReadAsPeopleWriteThem() {
    assertArrayEquals(new double[] {1, -0.5, 1e-3, 7, 0.25},
        read("n.csv", "text,label\na,1\nb,-.5\nc,1E-3\nd,+7.\ne, 0.25 \n").numbers());
    assertArrayEquals(new double[] {1, 0.1, -3e10}, read("n.jsonl",
        "{\"text\":\"a\",\"label\":1}\n{\"text\":\"b\",\"label\":0.1}\n{\"text\":\"c\",\"label\":-3e10}\n").numbers());
  }

  @Test
  void otherColumnsMayBeNamed() {
    Path csv = file("c.csv", "body,mark,body,\nx,1,y,\n");
    assertEquals(List.of("1"), Dataset.csv(csv, "mark", "mark").labels());
    refused("\"body\": found twice", () -> Dataset.csv(csv, "body", "mark"));
  }

  @Test
  void aRowThatIsMissingSomethingIsNamedByFileLineAndColumn() {
    refused("m.csv: line 1: no column \"text\", found \"id\", \"body\", \"label\"", "m.csv", "id,body,label\n1,a,b\n");
    refused("m.csv: line 1: no column \"text\", found \"a\"", "m.csv", "a\n");
    assertTrue(assertThrows(DataFileException.class, () -> read("m.csv", "a,b,c,d,e,f,g,h,i,j\n")).getMessage().endsWith("\"i\", \"j\""));
    refused("m.tsv: line 1: no column \"text\", found \"text,label\"", "m.tsv", "text,label\na,b\n");
    refused("m.jsonl: line 2: no column \"label\", found \"text\"", "m.jsonl", "{\"text\":\"a\",\"label\":\"b\"}\n{\"text\":\"a\"}\n");
    refused("m.csv: line 3, column \"label\": the cell is empty", "m.csv", "text,label\na,x\nb,\n");
    refused("m.csv: line 4, column \"text\": the cell is empty", "m.csv", "text,label\n\"a\nb\",x\n\"\",x\n");
    refused("m.jsonl: line 1, column \"label\": the cell is empty", "m.jsonl", "{\"text\":\"a\",\"label\":\"\"}\n");
    refused("m.csv: line 3: found 1 cell, expected 2", "m.csv", "text,label\na,x\nb\n");
    refused("m.csv: line 2: found 3 cells, expected 2", "m.csv", "text,label\na,x,y\n");
    refused("m.jsonl: line 1: label: found null", "m.jsonl", "{\"text\":\"a\",\"label\":null}\n");
    refused("m.jsonl: line 1: text: found 3, expected a string", "m.jsonl", "{\"text\":3,\"label\":1}\n");
    refused("m.jsonl: line 1: label: found an array", "m.jsonl", "{\"text\":\"a\",\"label\":[1]}\n");
  }

  @Test
  void aFileWithoutRowsIsRefused() {
    refused("e.csv: empty, expected a header with the columns text, label", "e.csv", "");
    refused("e.csv: empty", "e.csv", "\n\r\n");
    refused("e.csv: 0 rows", "e.csv", "text,label\n");
    refused("e.jsonl: 0 rows", "e.jsonl", "\n");
    String message = assertThrows(DataFileException.class, () -> read("e.jsonl", "\n")).getMessage();
    assertTrue(message.endsWith("e.jsonl: 0 rows, expected at least one"), message); // which has no header
  }

  @Test
  void whatIsNoSuchTableIsNamedByFileAndLine() {
    refused("b.csv: line 3: a cell of the row that begins here opens with a quote that is never closed", "b.csv",
        "text,label\na,x\n\"b,x\nc,x\n");
    refused("quote that is never closed", "b.csv", "text,label\na,\"");
    refused("quote that is never closed", "b.csv", "\"text,label\na,x\n");
    refused("line 2: Unexpected character after closing quote", "b.csv", "text,label\n\"a,x\n\"b\",x\n");
    refused("b.jsonl: line 2: not valid JSON", "b.jsonl", "{\"text\":\"a\",\"label\":\"b\"}\n{\"text\":\n");
    refused("b.jsonl: line 1: not valid JSON", "b.jsonl", "{\"text\":\"a\",\"label\":NaN}\n");
    refused("b.jsonl: line 1: found an array, expected an object with the fields \"text\", \"label\"", "b.jsonl",
        "[]\n");
    refused("is a folder", () -> Dataset.csv(folder, "text", "label"));
    Path absent = folder.resolve("absent.csv");
    UncheckedIOException e = assertThrows(UncheckedIOException.class, () -> Dataset.csv(absent, "text", "label"));
    assertEquals(absent + ": no such file or folder", e.getMessage());
    Map<String, String> latin1 = Map.of("l.csv", "text,label\ncaf\u00e9,x\n", "l.tsv", "text\tlabel\ncaf\u00e9\tx\n",
        "l.jsonl", "{\"text\":\"a\",\"label\":\"b\"}\n{\"text\":\"caf\u00e9\"}");
    latin1.forEach((name, content) -> refused(name + ": line 2: not valid UTF-8",
        () -> Dataset.read(file(name, content, StandardCharsets.ISO_8859_1), "text", "label")));
    assertThrows(IllegalArgumentException.class, () -> read("a.txt", "text,label\na,b\n"));
    assertNull(TableReader.Format.of("csv"), "a name without an ending");
    assertThrows(UncheckedIOException.class, () -> Dataset.csv(folder.resolve("none.csv"), "text", "label"));
  }

  @Test
  void aNumberThatIsNoneIsNamedByFileLineAndColumn() {
    for (String bad : List.of("NaN", "nan", "Infinity", "-inf", "1e999", "1,5", "0x1p3", "1f", "x", "1 2", "--1", ".")) {
      Dataset data = read("r.csv", "text,label\na,1\nb,\"" + bad + "\"\n");
      refused("r.csv: line 3, column \"label\": found \"" + bad + "\", expected a finite number", data::numbers);
    }
    refused("row 1, column \"label\": found \"x\"", Dataset.of(List.of("a"), List.of("x"))::numbers);
  }

  @Test
  void labelsLookNumericWhereManyAreNumbersOrOneIsMissing() {
    List<String> many = IntStream.range(0, 21).mapToObj(i -> i + ".5").toList();
    assertTrue(labels(many).looksNumeric());
    assertFalse(labels(many.subList(0, 20)).looksNumeric());
    assertTrue(labels(List.of("1", "2", "nan")).looksNumeric());
    assertTrue(labels(List.of("1", "-Inf")).looksNumeric());
    assertTrue(labels(List.of("1", "Infinity")).looksNumeric());
    assertFalse(labels(List.of("1", "2", "nan", "x")).looksNumeric());
    assertFalse(labels(List.of("inf", "nan")).looksNumeric());
    assertFalse(labels(List.of("1".repeat(1_000_000) + "x", "1")).looksNumeric()); // in no time: minutes, were it tried from every digit
  }

  private static Dataset labels(List<String> labels) {
    return Dataset.of(labels, labels);
  }

  @Test
  void aLabelThatTrainingHasNotSeenIsNamed() {
    Dataset data = read("t.csv", "text,label\na,x\nb,y\n");
    refused("t.csv: line 3, column \"label\": found \"y\", expected one of the 2 known classes: \"w\", \"x\"",
        () -> data.classIndices(List.of("w", "x")));
    refused("the 11 known classes: \"0\", \"1\", \"2\", \"3\", \"4\", \"5\", \"6\", \"7\", \"8\", \"9\", ...",
        () -> data.classIndices(IntStream.range(0, 11).mapToObj(Integer::toString).toList()));
    assertTrue(assertThrows(DataFileException.class, () -> data.classIndices(List.of("x"))).getMessage().endsWith("classes: \"x\""));
  }

  @Test
  void aTextOfAMegabyteInOneCellIsFine() {
    String text = "word, \"\"quoted\"\"\n".repeat(60_000);
    Dataset data = read("big.csv", "text,label\n\"" + text + "\",x\nb,y\n");
    assertEquals(text.replace("\"\"", "\""), data.texts().getFirst());
    assertTrue(data.place(1).endsWith("line 60003"), data.place(1));
  }

  @Test
  void chosenRowsKeepTheirPlaces() {
    Dataset data = read("p.csv", "text,label\na,1\nb,oops\nc,3\n");
    Dataset chosen = data.rows(2, 1);
    assertEquals(List.of("c", "b"), chosen.texts());
    assertTrue(chosen.place(0).endsWith("p.csv: line 4"), chosen.place(0));
    refused("p.csv: line 3, column \"label\"", chosen::numbers);
    assertArrayEquals(new double[] {3, 1}, data.rows(2, 0).numbers());
    assertThrows(IllegalArgumentException.class, data::rows); // of none there is no data set
    assertThrows(IndexOutOfBoundsException.class, () -> data.rows(3));
  }

  @Test
  void whatIsNoDataSetInMemoryIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> Dataset.of(List.of("a"), List.of()));
    assertThrows(IllegalArgumentException.class, () -> Dataset.of(List.of(), List.of()));
    assertThrows(IllegalArgumentException.class, () -> Dataset.of(List.of("a", ""), List.of("x", "y")));
    List<String> gap = Arrays.asList("a", null);
    assertEquals("row 2: the text is null",
        assertThrows(IllegalArgumentException.class, () -> Dataset.of(gap, List.of("x", "y"))).getMessage());
    assertEquals("row 2: the label is null",
        assertThrows(IllegalArgumentException.class, () -> Dataset.of(List.of("x", "y"), gap)).getMessage());
  }

  private void refused(String message, String name, String content) {
    refused(message, () -> read(name, content));
  }

  private static void refused(String message, Runnable run) {
    DataFileException e = assertThrows(DataFileException.class, run::run);
    assertTrue(e.getMessage().contains(message), () -> "found: " + e.getMessage() + "; expected in it: " + message);
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
  }
}
