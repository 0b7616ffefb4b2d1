package dev.lanepool.cli;

import static dev.lanepool.cli.CommandLineRun.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressTest {
  @Test
  void theLineCountsAndSaysTheTimeLeftWhereItIsKnown() {
    assertEquals("1 text, 0.5 a second", Progress.line(1, 2, Double.NaN));
    assertEquals("1,234 texts, 61.7 a second, 1:00 left", Progress.line(1234, 20, 0.25));
    assertEquals("9 texts, 0.0 a second, 1:02:03 left", Progress.line(9, 3723, 0.5));
    assertEquals("9 texts, 9.0 a second, 0:00 left", Progress.line(9, 1, 1));
    assertEquals("9 texts, 9.0 a second", Progress.line(9, 1, 0));
    assertEquals("9 texts, 0.0 a second, 59:59 left", Progress.line(9, 3599, 0.5));
    assertEquals("9 texts, 0.0 a second, 1:00:00 left", Progress.line(9, 3600, 0.5));
  }

  /** Shown while a slow reader has someone to watch, taken away at the end; never among rows that pass by on the same terminal. */
  @ParameterizedTest
  @CsvSource({"true, true, -, false", "true, false, -, true", "false, false, -, false", "true, true, FILE, true"})
  void isShownWhereSomeoneWatchesAndNoDataPassesBy(boolean errTerminal, boolean outTerminal, String output, boolean shown)
      throws InterruptedException {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Shell shell = new Shell(new ByteArrayInputStream(new byte[0]), new ByteArrayOutputStream(),
        new PrintStream(err, true, StandardCharsets.UTF_8), outTerminal, errTerminal);
    try (Progress progress = new Progress(shell, Path.of(output), count -> count / 4.0)) {
      progress.advance();
      Thread.sleep(250);
      progress.advance();
    }
    String printed = err.toString(StandardCharsets.UTF_8);
    if (shown) {
      assertTrue(printed.matches("\r2 texts, \\d+\\.\\d a second, 0:00 left\033\\[K\r\033\\[K"), printed);
    } else {
      assertEquals("", printed);
    }
  }

  @Test
  void aStagesLineSaysHowFarItIsAndTheTimeLeftOfWhatItDidItself() {
    assertEquals("fitting: 5 of 2,000", StageProgress.line("fitting", 5, 2000, 5, 10));
    assertEquals("fitting: 15 of 20, 0:10 left", StageProgress.line("fitting", 15, 20, 10, 10));
    assertEquals("fitting: 20 of 20", StageProgress.line("fitting", 20, 20, 0, 10));
  }

  /** Each stage counts from where it began, and its line goes once. */
  @Test
  void aStageBeginsAnew() throws InterruptedException {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Shell shell = new Shell(new ByteArrayInputStream(new byte[0]), new ByteArrayOutputStream(),
        new PrintStream(err, true, StandardCharsets.UTF_8), false, true);
    try (StageProgress progress = new StageProgress(shell)) {
      progress.at("one", 2, 4);
      Thread.sleep(250);
      progress.at("one", 3, 4);
      progress.at("one", 4, 4); // too soon to be shown
      Thread.sleep(250);
      progress.at("two", 10, 20);
      progress.clear();
    }
    String printed = err.toString(StandardCharsets.UTF_8);
    assertTrue(printed.matches("\rone: 3 of 4, 0:0\\d left\033\\[K\rtwo: 10 of 20\033\\[K\r\033\\[K"), printed);
  }

  /** A tiny model there, and a head on it beside it, whose folder is returned. */
  private static String trained(Path model) throws IOException {
    TinyModel.write(model);
    String head = model.resolveSibling("head").toString();
    Path data = Files.writeString(model.resolveSibling("data.csv"), "text,label\n" + "abc,first\nxyz,second\n".repeat(10));
    ok(CommandLineRun.of("train", data.toString(), "-o", head, "-m", model.toString(), "--no-cache", "--epochs", "1"));
    return head;
  }

  /** Of texts that come slowly: how many are done, on a terminal that no rows pass by. */
  @Test
  void whoWatchesSeesHowFarACommandIs(@TempDir Path folder) throws IOException {
    Path model = folder.resolve("model");
    String head = trained(model);
    for (String command : List.of("tokenize", "embed", "predict -H " + head)) {
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      int[] reads = new int[1];
      InputStream in = new InputStream() {
        @Override
        public int read() {
          throw new AssertionError("reads byte by byte");
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
          try {
            Thread.sleep(210);
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
          bytes[offset] = '\n';
          return ++reads[0] <= 2 ? 1 : -1;
        }
      };
      Shell shell = new Shell(in, new ByteArrayOutputStream(), new PrintStream(err, true, StandardCharsets.UTF_8), false, true);
      assertEquals(0, Main.run(shell, (command + " -i - -m " + model).split(" ")));
      String printed = err.toString(StandardCharsets.UTF_8);
      assertTrue(printed.contains("\r2 texts, ") && printed.endsWith("\r\033[K"), command + ": " + printed);
    }
  }

  /** Of rows that go to a file, beside which the terminal is free; and nothing where they pass by on it. */
  @Test
  void whoWatchesSeesHowFarAFileIs(@TempDir Path folder) throws Exception {
    Path model = folder.resolve("model");
    String head = trained(model);
    Path texts = Files.writeString(folder.resolve("texts.txt"), "abc\n".repeat(3_000)); // of which no pipe holds all rows
    Path pipe = folder.resolve("pipe.safetensors");
    Assumptions.assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "skipped: no named pipes here");
    for (String command : List.of("hidden-states", "predict -H " + head, "embed -f jsonl")) {
      CompletableFuture<byte[]> read = CompletableFuture.supplyAsync(() -> readLate(pipe));
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      Shell shell = new Shell(InputStream.nullInputStream(), new ByteArrayOutputStream(),
          new PrintStream(err, true, StandardCharsets.UTF_8), true, true);
      assertEquals(0, Main.run(shell, (command + " -i " + texts + " -m " + model + " -o " + pipe).split(" ")));
      assertTrue(read.get(30, TimeUnit.SECONDS).length > 200_000);
      String printed = err.toString(StandardCharsets.UTF_8);
      assertTrue(printed.matches("(?s)\r[\\d,]+ texts?, .* left\033\\[K.*\r\033\\[K"), command + ": " + printed);
    }
  }

  /** All of a pipe, of which nothing is read for longer than a line stands. */
  private static byte[] readLate(Path pipe) {
    try (InputStream in = Files.newInputStream(pipe)) {
      Thread.sleep(300);
      return in.readAllBytes();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
