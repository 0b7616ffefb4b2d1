package dev.lanepool.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.Embedding;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A disk that fills up while a file is written: a small file system in memory, where this process may mount one. */
class FullDiskTest {
  @TempDir
  private Path folder;

  private Path disk;
  private boolean mounted;

  private static int run(String... command) throws InterruptedException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
      assertTrue(process.waitFor(30, TimeUnit.SECONDS));
      return process.exitValue();
    } catch (IOException e) {
      return -1; // no such program
    }
  }

  @BeforeEach
  void mount() throws Exception {
    disk = Files.createDirectory(folder.resolve("disk"));
    mounted = run("mount", "-t", "tmpfs", "-o", "size=64k", "lanepool-test", disk.toString()) == 0;
    Assumptions.assumeTrue(mounted, "skipped: this process may not mount a file system");
  }

  @AfterEach
  void unmount() throws Exception {
    if (mounted) {
      assertEquals(0, run("umount", disk.toString()));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"embed vectors.jsonl", "embed vectors.csv", "embed vectors.npy", "embed vectors.safetensors",
      "hidden-states states.safetensors"})
  void isAnErrorThatNamesTheFileWhichStaysAsItWas(String line) throws IOException {
    Path file = disk.resolve(line.split(" ")[1]);
    Path input = Files.writeString(folder.resolve("texts.txt"), "some text\n".repeat(200)); // 200 KB of vectors
    for (boolean before : new boolean[] {false, true}) {
      if (before) {
        Files.writeString(file, "before");
      }
      CommandLineRun run = CommandLineRun.of(line.split(" ")[0], "-i", input.toString(), "-o", file.toString());
      assertEquals(1, run.code(), run.err());
      assertEquals("", run.out());
      assertEquals(1, run.err().lines().count(), run.err());
      assertTrue(run.err().startsWith("lanepool: " + file + ": ") && run.err().contains("No space left on device"), run.err());
      try (Stream<Path> files = Files.list(disk)) {
        assertEquals(before ? List.of(file) : List.of(), files.toList());
      }
    }
    assertEquals("before", Files.readString(file));
  }

  /** Before anything is read: neither texts nor model are there. */
  @Test
  void oneThatTakesNothingIsSaidToBeBeforeTheRun() throws Exception {
    Path file = Files.writeString(disk.resolve("there.jsonl"), "before");
    Path pipe = disk.resolve("pipe");
    boolean pipes = run("mkfifo", pipe.toString()) == 0;
    assertEquals(0, run("mount", "-o", "remount,ro", disk.toString()));
    if (pipes) {
      Output.check(pipe); // which is written to, not replaced
    }
    for (String output : List.of("there.jsonl", "new.jsonl")) {
      CommandLineRun run = CommandLineRun.of("embed", "-i", "none.txt", "-m", "none", "-o", disk.resolve(output).toString());
      assertEquals("lanepool: " + disk.resolve(output) + ": cannot be written: permission denied\n", run.err());
      assertEquals(1, run.code());
    }
    CommandLineRun train = CommandLineRun.of("train", "none.csv", "-m", "none", "-o", disk.resolve("head").toString());
    assertEquals("lanepool: " + disk.resolve("head") + ": cannot be written: permission denied\n", train.err());
    assertEquals("before", Files.readString(file));
  }

  /** While rows are written, or where the last of them do not fit any more. */
  @ParameterizedTest
  @ValueSource(ints = {100, 17})
  void isAnErrorThatNamesTheTemporaryFileWhereThatDoesNotFit(int rows) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    IOException e = assertThrows(IOException.class, () -> {
      try (MatrixWriter writer = new MatrixWriter(out, 1024, true, disk)) {
        for (int row = 0; row < rows; row++) {
          writer.write(new Embedding(row, "text", 3, false, new float[1024]));
        }
        writer.finish();
      }
    });
    assertTrue(e.getMessage().startsWith(disk.toString()) && e.getMessage().contains("No space left on device"), e.getMessage());
    assertArrayEquals(new byte[0], out.toByteArray());
    try (Stream<Path> files = Files.list(disk)) {
      assertEquals(List.of(), files.toList());
    }
  }
}
