package dev.lanepool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every command has in common: exit codes, what goes where, and what a run says when it fails. */
class MainTest {
  private static final List<String> COMMANDS = List.of("embed", "hidden-states", "tokenize", "similarity", "info", "train",
      "predict", "evaluate", "compare", "probe", "cache");

  @TempDir
  private Path folder;

  @Test
  void theVersionGoesToStandardOutput() {
    CommandLineRun run = CommandLineRun.of("--version");
    assertEquals(0, run.code());
    assertTrue(CommandLineRun.of("a \n b").err().startsWith("lanepool: command: found \"a b\", expected"), "one line");
    assertTrue(run.out().matches("lanepool \\d+\\.\\d+\\.\\d+\n"), run.out());
    assertEquals("", run.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "embed text -p \u001b[31m", "\u001b[31m", "embed text --threads \u0007", "embed -i no\u001bsuch", "embed text -m \u009bm"})
  void errorsEscapeWhatWouldSteerATerminal(String arguments) {
    String err = CommandLineRun.of(arguments.split(" ")).err();
    assertTrue(err.startsWith("lanepool: ") && err.contains("\\u00"), err);
    assertEquals(err.length() - 1, err.chars().filter(c -> !Character.isISOControl(c)).count(), err);
  }

  @Test
  void everyCommandHasHelp() {
    CommandLineRun main = CommandLineRun.of("--help");
    assertEquals(0, main.code());
    for (String command : COMMANDS) {
      assertTrue(main.out().contains("\n  " + command + " "), main.out());
      CommandLineRun run = CommandLineRun.of(command, "--help");
      assertEquals(0, run.code(), run.err());
      assertTrue(run.out().startsWith("Usage: lanepool " + command + " "), run.out());
      for (String option : List.of("--help", "--stacktrace")) {
        assertTrue(run.out().contains(option), command + " " + option);
      }
      for (String option : List.of("--model", "--threads", "--dtype")) {
        assertEquals(!command.equals("cache"), run.out().contains(option), command + " " + option); // the one that has no model
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "", "nope", "--nope", "embed", "embed text --nope", "embed text -i -", "embed text --column c", "embed -i x.csv",
      "embed text --threads 0", "embed text --threads two", "embed text --dtype f8", "embed text -p meen", "embed text -p mean@99",
      "embed text --on-overflow cut", "embed text --max-length 1", "embed text --max-length 1000", "embed text -f xml",
      "embed text -o vectors.xml", "embed text -o npy", "hidden-states text -o safetensors",
      "embed text --prompt a --prompt-name b", "embed text --prompt-name none-such",
      "hidden-states text", "hidden-states -o x.safetensors", "hidden-states text -o x.npy",
      "hidden-states --token-ids 0,x,2 -o x.safetensors", "hidden-states --token-ids 0,2, -o x.safetensors",
      "tokenize", "tokenize text --max-length 1", "similarity one", "info extra",
      "info --threads -3", "info --threads 0", "tokenize text --threads 0", "similarity a b --threads -1",
      "train none.csv -o head --threads 0", "predict text -H none --threads 0", "evaluate none.csv -H none --threads 0",
      "compare none.csv --threads 0", "probe none.csv --threads 0", "hidden-states text -o none/x.safetensors --threads 0",
      "hidden-states --token-ids 5 --column text -o x.safetensors", "train none.csv -o head --learning-rate ,",
      "train none.csv -o head --weight-decay ,", "train none.csv -o head --weight-decay 0.1,", "compare none.csv --learning-rate 0.1,,1",
      "train -o head", "train none.csv", "predict text", "evaluate -H none", "evaluate none.csv", "compare", "compare none.csv none.tsv"})
  void wrongUsageIsExitCode2AndOneLine(String line) {
    CommandLineRun run = CommandLineRun.of(line.isEmpty() ? new String[0] : line.split(" "));
    assertEquals(2, run.code(), run.err());
    assertEquals("", run.out());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().startsWith("lanepool: ") && run.err().contains("--help"), run.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "embed text -m FOLDER/none", "embed -i FOLDER/none.txt", "embed -i FOLDER", "embed text -o FOLDER/none/x.npy",
      "embed text -f csv -o FOLDER", "hidden-states text -o FOLDER/none/x.safetensors",
      "tokenize text -m FOLDER", "info -m FOLDER"})
  void aFailureIsExitCode1AndOneLineThatNamesTheFile(String line) {
    CommandLineRun run = CommandLineRun.of(line.replace("FOLDER", folder.toString()).split(" "));
    assertEquals(1, run.code(), run.err());
    assertEquals("", run.out());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().contains(folder.toString()), run.err());
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "help compare | command: found \"help\", expected one of embed, ",
      "embed text --max-length 2 | --max-length 2: expected 3 or more",
      "embed text --max-length 257 | --max-length 257: expected at most 256",
      "embed text --prompt-name none | --prompt-name \"none\": found none such",
      "embed text --on-overflow cut | expected one of [truncate, error, window]",
      "embed text --dtype f8 | expected one of [f32, bf16, int8]",
      "train none.csv -o head --features f8 | expected one of [f32, bf16]",
      "embed text --threads two | --threads': expected a whole number of at most 2147483647 but was 'two'",
      "embed text --threads \u0662 | --threads': expected a whole number of at most 2147483647 but was '\u0662'",
      "embed text --max-length 2147483648 | expected a whole number of at most 2147483647",
      "compare none.csv --seed 1.5 | expected a whole number of at most 9223372036854775807",
      "probe --tasks none.txt --task-rows x | --task-rows': expected a whole number of at most 2147483647 but was 'x'",
      "embed text -o a\0b | expected a name that a file can have: Nul character not allowed (see lanepool embed --help)",
      "train none.csv -o head --dropout half | expected a number but was 'half'",
      "train none.csv -o head --dropout 0.1f | expected a number but was '0.1f'",
      "train none.csv -o head --dropout NaN | expected a number but was 'NaN'",
      "train none.csv -o head --epochs 0 | --epochs 0: expected at least 1",
      "train none.csv -o head --dropout 1 | --dropout 1.0: expected at least 0 and less than 1",
      "train none.csv -o head --learning-rate 0.1,0 | --learning-rate 0.1,0.0: expected a positive number",
      "train none.csv -o head --learning-rate , | --learning-rate ,: expected numbers",
      "train none.csv -o head --learning-rate 0x1p-7 | --learning-rate 0x1p-7: expected numbers",
      "train none.csv -o head --weight-decay 1,x | --weight-decay 1,x: expected numbers",
      "hidden-states --token-ids 5 --column text -o x.safetensors | --column is for files"})
  void wrongUsageNamesTheOptionAndItsValuesAsTheyAreWritten(String line, String expected) {
    CommandLineRun run = CommandLineRun.of(line.split(" "));
    assertEquals(2, run.code(), run.err());
    assertTrue(run.err().contains(expected), run.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"embed text -o", "embed text -m", "embed -i", "hidden-states text -o", "predict text -H", "evaluate x.csv -H",
      "train x.csv -o", "train", "compare x.csv --json", "compare x.csv --report", "compare x.csv --test", "probe --tasks", "cache --cache",
      "train x.csv -o y --cache"})
  void anEmptyNameIsWrongUsage(String line) {
    CommandLineRun run = CommandLineRun.of((line + " ").split(" ", -1));
    assertEquals(2, run.code(), run.err());
    assertTrue(run.err().contains("expected a name, found none"), run.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"embed -i FOLDER/none.txt -o FILE", "predict -i FOLDER/none.txt -H FOLDER/none -o FILE",
      "hidden-states -i FOLDER/none.txt -o FILE", "evaluate FOLDER/none.csv -H FOLDER/none --json FILE",
      "compare FOLDER/none.csv --json FILE", "probe FOLDER/none.csv --report FILE"})
  void anOutputThatCannotBeWrittenIsSaidBeforeTheInputOrTheModelIsRead(String line) {
    String file = folder.resolve("no-folder").resolve("x.safetensors").toString();
    String[] args = (line + " -m FOLDER/none").replace("FOLDER", folder.toString()).replace("FILE", file).split(" ");
    CommandLineRun run = CommandLineRun.of(args); // neither input nor model is there: who reads them first says so
    assertEquals(1, run.code(), run.err());
    assertEquals("lanepool: " + file + ": its folder does not exist\n", run.err());
  }

  @Test
  void aFileThatCannotBeReadIsSaidToBeMissingOrNotPermitted() { // of itself the exception says no more than its name
    assertEquals("x: no such file", Main.describe(new UncheckedIOException(new NoSuchFileException("x"))));
    assertEquals("x: permission denied", Main.describe(new AccessDeniedException("x")));
    assertEquals("x: why", Main.describe(new FileSystemException("x", "y", "why")));
  }

  @Test
  void aClassThatCannotBeLoadedIsSaidToBeOne() { // as with ulimit -n 10, of which the JVM says no more than a name
    assertEquals("Java cannot load what it needs (picocli/CommandLine): a file of this installation cannot be read, or too few files may "
        + "be open (ulimit -n)", Main.describe(new NoClassDefFoundError("picocli/CommandLine")));
  }

  @Test
  void aHeapThatIsTooSmallIsSaidToBeWithItsSize() {
    assertEquals("out of memory (Java heap space): the heap may hold " + Runtime.getRuntime().maxMemory() / 1048576
        + " MB, JDK_JAVA_OPTIONS=-Xmx... allows more", Main.describe(new OutOfMemoryError("Java heap space")));
  }

  @Test
  void anErrorWithoutWordsIsItsCauseOrItsName() {
    IOException cause = new IOException("cause");
    assertEquals("cause", Main.describe(new RuntimeException(cause)));
    assertEquals("cause", Main.describe(new RuntimeException(null, cause)));
    assertEquals("own", Main.describe(new RuntimeException("own", cause)));
    assertEquals("java.lang.IllegalStateException", Main.describe(new IllegalStateException()));
  }

  @Test
  void namesOfChoicesMayBeInAnyCase() {
    CommandLineRun run = CommandLineRun.of("embed", "text", "-f", "CSV", "--dtype", "INT8");
    assertEquals(0, run.code(), run.err());
  }

  @Test
  void aStackTraceComesOnlyWhenAsked() {
    String[] args = {"info", "-m", folder.toString()};
    assertEquals(1, CommandLineRun.of(args).err().lines().count());
    CommandLineRun run = CommandLineRun.of("info", "-m", folder.toString(), "--stacktrace");
    assertEquals(1, run.code());
    assertTrue(run.err().contains("\tat dev.lanepool."), run.err());
    assertTrue(CommandLineRun.of("tokenize", "--stacktrace").err().contains("\tat dev.lanepool."), "of wrong usage too");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--version", "embed --help", "embed text", "embed text -f csv", "embed text -f npy", "tokenize text",
      "similarity a b", "info"})
  void aFailedWriteToStandardOutputIsExitCode1(String line) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code = Main.run(failing("No space left on device", err), line.split(" "));
    assertEquals(1, code);
    assertEquals("lanepool: standard output: No space left on device\n", err.toString(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--version", "embed text", "embed text -f csv", "embed text -f npy", "tokenize text"})
  void aClosedPipeEndsTheRunWithoutAWord(String line) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    assertEquals(0, Main.run(failing("Broken pipe", err), line.split(" ")));
    assertEquals("", err.toString(StandardCharsets.UTF_8));
  }

  private static Shell failing(String message, OutputStream err) {
    OutputStream out = new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException(message);
      }
    };
    return new Shell(InputStream.nullInputStream(), out, new PrintStream(err, true, StandardCharsets.UTF_8), false, false);
  }
}
