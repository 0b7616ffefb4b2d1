package dev.lanepool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.training.data.DataFileException;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

class TextInputTest {
  @TempDir
  private Path folder;

  private static TextInput input(String... args) {
    Arguments arguments = new Arguments(() -> 0, "");
    TextInput input = new TextInput(arguments);
    new CommandLine(arguments.command()).setExpandAtFiles(false).parseArgs(args);
    return input;
  }

  private static List<String> read(String stdin, String... args) throws IOException {
    try (Stream<String> texts = input(args).open(CommandLineRun.shell(stdin))) {
      return texts.toList();
    }
  }

  private String file(String name, String content) throws IOException {
    return Files.write(folder.resolve(name), content.getBytes(StandardCharsets.UTF_8)).toString();
  }

  @Test
  void argumentsAreTextsInTheirOrder() throws IOException {
    assertEquals(List.of("b", "", "a b", "@x", "-dash"), read("", "b", "", "a b", "@x", "--", "-dash"));
  }

  @Test
  void linesEndInNewlineOrCarriageReturnNewlineAndNothingElse() throws IOException {
    String odd = "a\u2028b\u0085c\rd\u000Be";
    assertEquals(List.of(odd, "", "two", "", "last"), read("", "-i", file("t.txt", odd + "\n\ntwo\r\n\r\nlast")));
    assertEquals(List.of("one"), read("", "-i", file("t.txt", "one\n")));
    assertEquals(List.of("one", ""), read("", "-i", file("t.txt", "one\n\n")));
    assertEquals(List.of(), read("", "-i", file("t.txt", "")));
    assertEquals(List.of("a\r"), read("", "-i", file("t.txt", "a\r")));
  }

  @Test
  void howMuchIsDoneIsKnownForArgumentsAndFiles() throws IOException {
    assertEquals(List.of(0.25, 0.5, 0.75, 1.0), fractions("a", "b", "c", "d"));
    assertEquals(List.of(0.5, 0.625, 1.0), fractions("-i", file("t.txt", "one\n\nabc")));
    assertEquals(List.of(Double.NaN, Double.NaN), fractions("-i", "-"));
  }

  private static List<Double> fractions(String... args) throws IOException {
    TextInput input = input(args);
    List<Double> fractions = new ArrayList<>();
    try (Stream<String> texts = input.open(CommandLineRun.shell("a\nb\n"))) {
      texts.forEach(text -> fractions.add(input.fraction(fractions.size() + 1)));
    }
    return fractions;
  }

  @Test
  void aByteOrderMarkIsNoText() throws IOException {
    assertEquals(List.of("one", "\uFEFFtwo"), read("", "-i", file("t.txt", "\uFEFFone\n\uFEFFtwo\n")));
    assertEquals(List.of("one"), read("", "-i", file("t.csv", "\uFEFFtext\none\n"), "--column", "text"));
  }

  @Test
  void aDashIsStandardInput() throws IOException {
    assertEquals(List.of("é", "😀"), read("é\n😀\n", "-i", "-"));
  }

  @Test
  void csvGivesTheColumnWithQuotesAndLineBreaksInFields() throws IOException {
    String csv = file("t.CSV", "id,text\n1,\"a, \"\"b\"\"\"\r\n2,\"two\r\nlines\"\n3,\n");
    assertEquals(List.of("a, \"b\"", "two\r\nlines", ""), read("", "-i", csv, "--column", "text"));
    assertEquals(List.of("x y", "z"), read("", "-i", file("t.tsv", "text\tn\nx y\t1\nz\t2\n"), "--column=text"));
  }

  @Test
  void jsonLinesGiveTheField() throws IOException {
    String jsonl = file("t.jsonl", "{\"text\":\"a\\nb\",\"n\":1}\n{\"n\":2,\"text\":\"\"}\n");
    assertEquals(List.of("a\nb", ""), read("", "-i", jsonl, "--column", "text"));
  }

  @Test
  void malformedInputIsAnErrorThatNamesTheFileAndTheLine() throws IOException {
    Path latin1 = Files.write(folder.resolve("latin1.txt"), "one\ntwo\ncaf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
    assertMessage("latin1.txt: line 3: not valid UTF-8", "-i", latin1.toString());
    Path csv = Files.write(folder.resolve("latin1.csv"), "text\none\ncaf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
    assertMessage("latin1.csv: line 3: not valid UTF-8", "-i", csv.toString(), "--column", "text");
    assertMessage("short.jsonl: line 2", "-i", file("short.jsonl", "{\"text\":\"a\"}\n{\"text\":\n"), "--column", "text");
    assertMessage("number.jsonl: line 1", "-i", file("number.jsonl", "{\"text\":3}\n"), "--column", "text");
    assertMessage("other.jsonl: line 1", "-i", file("other.jsonl", "{\"body\":\"a\"}\n"), "--column", "text");
    assertMessage("array.jsonl: line 1", "-i", file("array.jsonl", "[]\n"), "--column", "text");
    assertMessage("no column \"text\", found \"id\", \"body\"", "-i", file("other.csv", "id,body\n1,a\n"), "--column", "text");
    assertMessage("wide.csv", "-i", file("wide.csv", "id,text\n1,a\n2,b,c\n"), "--column", "text");
    assertMessage("quote.csv", "-i", file("quote.csv", "id,text\n1,\"a\" b\n"), "--column", "text");
    assertMessage("twice.csv", "-i", file("twice.csv", "text,text\n1,a\n"), "--column", "text");
    assertMessage("is a folder", "-i", folder.toString());
    InputStream in = new ByteArrayInputStream(new byte[] {'a', '\n', (byte) 0xFF, '\n'});
    try (Stream<String> texts = input("-i", "-").open(CommandLineRun.shell(in))) {
      DataFileException e = assertThrows(DataFileException.class, texts::toList);
      assertTrue(e.getMessage().startsWith("standard input: line 2: "), e.getMessage());
    }
  }

  private static void assertMessage(String expected, String... args) {
    Exception e = assertThrows(Exception.class, () -> read("", args));
    String message = e instanceof UncheckedIOException ? e.getCause().getMessage() : e.getMessage();
    assertTrue(message.contains(expected), () -> "found: " + message + "; expected in it: " + expected);
  }

  @Test
  void notOneSourceIsWrongUsage() {
    assertThrows(ParameterException.class, () -> read(""));
    assertThrows(ParameterException.class, () -> read("", "text", "-i", "-"));
    assertThrows(ParameterException.class, () -> read("", "text", "--column", "c"));
    assertThrows(ParameterException.class, () -> read("", "-i", "a.csv"));
    assertThrows(ParameterException.class, () -> read("", "-i", "a.txt", "--column", "c"));
    assertThrows(ParameterException.class, () -> read("", "-i", "-", "--column", "c"));
  }

  @Test
  void wrongUsageNamesTheOptionAndTheFile() {
    assertUsage("no text: give texts as arguments, or a file with -i");
    assertUsage("--column is for files: give one with -i", "text", "--column", "c");
    assertUsage("texts as arguments and -i a.csv: give one or the other", "text", "-i", "a.csv", "--column", "c");
    assertUsage("a.csv: --column must name the column that holds the texts", "-i", "a.csv");
    assertUsage("--column is for .csv, .tsv and .jsonl files, and a.txt is none", "-i", "a.txt", "--column", "c");
  }

  private static void assertUsage(String expected, String... args) {
    assertEquals(expected, assertThrows(ParameterException.class, () -> read("", args)).getMessage());
  }

  /** Such as one that cannot tell what is there: the texts are read nevertheless. */
  @Test
  void standardInputThatDoesNotSayWhetherItWaitsIsRead() throws IOException {
    InputStream mute = new FilterInputStream(new ByteArrayInputStream("a\nb\n".getBytes(StandardCharsets.UTF_8))) {
      @Override
      public int available() throws IOException {
        throw new IOException("cannot tell");
      }
    };
    TextInput input = input("-i", "-");
    try (Stream<String> texts = input.open(CommandLineRun.shell(mute))) {
      assertFalse(input.waits());
      assertEquals(List.of("a", "b"), texts.toList());
      assertFalse(input.waits());
    }
  }

  @Test
  void aFilesSuffixFollowsItsLastDot() {
    assertEquals("npy", TextInput.suffix("a.b/c.d.NPY"));
    assertEquals("", TextInput.suffix("npy"));
    assertEquals("", TextInput.suffix("a/npy"));
  }

  @Test
  void closingTheTextsClosesWhatTheyAreReadFrom() throws IOException {
    boolean[] closed = new boolean[1];
    InputStream in = new ByteArrayInputStream(new byte[0]) {
      @Override
      public void close() {
        closed[0] = true;
      }
    };
    try (Stream<String> texts = input("-i", "-").open(CommandLineRun.shell(in))) {
      assertEquals(List.of(), texts.toList());
    }
    assertTrue(closed[0]);
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "skipped: needs /proc")
  void aFileWhoseColumnsAreNotThereIsNotLeftOpen() throws IOException {
    String csv = file("other.csv", "id,body\n1,a\n");
    Path real = Path.of(csv).toRealPath();
    try (InputStream in = Files.newInputStream(real)) {
      assertTrue(isOpen(real), "this test sees an open file: " + in);
    }
    assertMessage("no column", "-i", csv, "--column", "text");
    assertFalse(isOpen(real));
  }

  private static boolean isOpen(Path file) throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      for (Path fd : open.toList()) {
        try {
          if (Files.readSymbolicLink(fd).equals(file)) {
            return true;
          }
        } catch (NoSuchFileException e) {
          // closed meanwhile, such as the listing itself
        }
      }
    }
    return false;
  }

  @Test
  void readsNoFurtherThanAsked() throws IOException {
    byte[] endless = "line\n".repeat(100_000).getBytes(StandardCharsets.UTF_8);
    ByteArrayInputStream in = new ByteArrayInputStream(endless);
    try (Stream<String> texts = input("-i", "-").open(CommandLineRun.shell(in))) {
      assertEquals(List.of("line", "line"), texts.limit(2).toList());
    }
    assertTrue(in.available() > endless.length / 2, "left unread: " + in.available());
  }
}
