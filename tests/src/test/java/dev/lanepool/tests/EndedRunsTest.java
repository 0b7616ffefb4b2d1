package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Runs of the command line that are ended from outside while they work: by a signal, or by a reader that has seen enough. */
@Timeout(120)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "skipped: needs POSIX signals")
class EndedRunsTest {
  private static final byte[] LINES = "a line of text\n".repeat(2000).getBytes(StandardCharsets.UTF_8);

  @TempDir
  private Path folder;

  private static Process start(List<String> args) throws IOException {
    List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--add-modules", "jdk.incubator.vector", "-cp", System.getProperty("java.class.path"), "dev.lanepool.cli.Main"));
    command.addAll(args);
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
  }

  /** Starts a run that waits for more input when it has begun to write aside. */
  private Process writing(Path file) throws Exception {
    Process run = start(List.of("embed", "-i", "-", "-o", file.toString()));
    OutputStream stdin = run.getOutputStream(); // stays open: the input has no end
    stdin.write(LINES);
    stdin.flush();
    while (aside().stream().noneMatch(path -> path.toFile().length() > 0)) {
      assertTrue(run.isAlive(), "ended early");
      Thread.sleep(10);
    }
    return run;
  }

  private List<Path> aside() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.getFileName().toString().matches("\\.lanepool-.*\\.tmp")).toList();
    }
  }

  @Test
  void aSignalToEndLeavesTheFileOfBeforeAndNothingBesideIt() throws Exception {
    Path file = Files.writeString(folder.resolve("vectors.jsonl"), "before");
    Process run = writing(file);
    run.destroy(); // SIGTERM; the JVM treats SIGINT alike
    assertTrue(run.waitFor(30, TimeUnit.SECONDS));
    assertNotEquals(0, run.exitValue());
    assertEquals("before", Files.readString(file));
    assertEquals(List.of(), aside());
  }

  @Test
  void aKillLeavesTheFileOfBefore() throws Exception {
    Path file = Files.writeString(folder.resolve("vectors.jsonl"), "before");
    Process run = writing(file);
    run.destroyForcibly();
    assertTrue(run.waitFor(30, TimeUnit.SECONDS));
    assertEquals("before", Files.readString(file));
    assertEquals(1, aside().size(), "what was written aside stays, under a name that says whose it is");
  }

  /** As a program does that keeps a run beside it and asks one text at a time. */
  @Test
  void aLineIsAnsweredBeforeTheNextIsGiven() throws Exception {
    Process run = start(List.of("embed", "-i", "-"));
    OutputStream stdin = run.getOutputStream();
    try (BufferedReader out = run.inputReader(StandardCharsets.UTF_8)) {
      for (int i = 0; i < 3; i++) {
        stdin.write(("line " + i + "\nanother\n").getBytes(StandardCharsets.UTF_8));
        stdin.flush();
        assertTrue(out.readLine().startsWith("{\"index\":" + 2 * i + ",\"text\":\"line " + i + "\""));
        assertTrue(out.readLine().startsWith("{\"index\":" + (2 * i + 1) + ",\"text\":\"another\""));
      }
      stdin.close();
      assertNull(out.readLine());
    }
    assertTrue(run.waitFor(30, TimeUnit.SECONDS));
    assertEquals(0, run.exitValue());
  }

  @Test
  void aReaderThatHasSeenEnoughEndsTheRunThoughItsInputGoesOn() throws Exception {
    Process run = start(List.of("embed", "-i", "-"));
    Thread writer = Thread.ofPlatform().daemon().start(() -> {
      try (OutputStream stdin = run.getOutputStream()) {
        while (true) {
          stdin.write(LINES);
        }
      } catch (IOException e) {
        // the run has ended
      }
    });
    try (BufferedReader out = run.inputReader(StandardCharsets.UTF_8)) {
      assertTrue(out.readLine().startsWith("{\"index\":0,"));
    }
    assertTrue(run.waitFor(60, TimeUnit.SECONDS));
    assertEquals(0, run.exitValue());
    writer.join();
  }
}
