package dev.lanepool.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A run that is killed while it encodes or trains: the next one ends with the bits of one that was left alone. */
@Timeout(300)
class KilledCommandsTest {
  @TempDir
  private static Path folder;

  private static Path data;
  private static Path undisturbed;

  @BeforeAll
  static void trainUndisturbed() throws IOException {
    data = Files.writeString(folder.resolve("data.csv"), "text,label\n" + IntStream.range(0, 400)
        .mapToObj(i -> (i % 2 == 0 ? "The wheel of bicycle " : "A bill for week ") + i + " is here once more".repeat(1 + i % 3)
            + "," + (i % 2 == 0 ? "wheel" : "bill") + "\n").collect(Collectors.joining()));
    undisturbed = folder.resolve("undisturbed");
    CommandLineRun run = CommandLineRun.of(arguments(undisturbed, folder.resolve("undisturbed-cache")).toArray(String[]::new));
    assertEquals(0, run.code(), run.err());
  }

  private static List<String> arguments(Path head, Path cache) {
    return List.of("train", data.toString(), "-p", "attention(hidden=64)", "-o", head.toString(), "--cache", cache.toString(),
        "--epochs", "4");
  }

  private static Process start(Path head, Path cache) throws IOException {
    return CommandLineRun.process(List.of(), arguments(head, cache)).redirectOutput(folder.resolve("killed.log").toFile()).start();
  }

  /** The bytes of the first file of the cache whose name ends so; -1 where there is none. */
  private static long size(Path cache, String suffix) throws IOException {
    if (!Files.isDirectory(cache)) {
      return -1;
    }
    try (Stream<Path> files = Files.list(cache)) {
      Path file = files.filter(path -> path.toString().endsWith(suffix)).findFirst().orElse(null);
      return file == null ? -1 : Files.size(file);
    }
  }

  @Test
  void killedWhileItEncodes() throws Exception {
    Path cache = folder.resolve("cache-1");
    Path head = folder.resolve("head-1");
    Process run = start(head, cache);
    while (run.isAlive() && size(cache, ".tmp") < 1 << 16) {
      run.waitFor(5, TimeUnit.MILLISECONDS);
    }
    run.destroyForcibly().waitFor();
    assertTrue(size(cache, ".tmp") >= 1 << 16, () -> "not killed while it encoded: " + log());
    assertEquals(-1, size(cache, ".features"));
    ends(head, cache, "encoded 400 texts");
  }

  @Test
  void killedWhileItTrains() throws Exception {
    Path cache = folder.resolve("cache-2");
    Path head = folder.resolve("head-2");
    Process run = start(head, cache);
    while (run.isAlive() && size(cache, ".features") < 0) {
      run.waitFor(5, TimeUnit.MILLISECONDS);
    }
    run.waitFor(200, TimeUnit.MILLISECONDS);
    assertTrue(run.isAlive(), () -> "not killed while it trained: " + log());
    run.destroyForcibly().waitFor();
    assertFalse(Files.exists(head));
    ends(head, cache, "encoded 0 texts");
  }

  @Test
  void toldToEndItLeavesNoFeatures() throws Exception {
    Path temporary = Files.createDirectory(folder.resolve("temporary"));
    Process run = CommandLineRun.process(List.of("-Djava.io.tmpdir=" + temporary), List.of("train", data.toString(),
        "-p", "attention(hidden=64)", "-o", folder.resolve("head-3").toString(), "--no-cache", "--epochs", "1000"))
        .redirectOutput(folder.resolve("killed.log").toFile()).start();
    String[] made = {};
    while (run.isAlive() && (made.length == 0 || size(temporary.resolve(made[0]), ".features") < 0)) {
      run.waitFor(5, TimeUnit.MILLISECONDS);
      made = temporary.toFile().list();
    }
    assertTrue(run.isAlive(), () -> "not told to end while it trained: " + log());
    run.destroy();
    assertEquals(143, run.waitFor());
    assertArrayEquals(new String[0], temporary.toFile().list());
  }

  private static void ends(Path head, Path cache, String said) throws IOException {
    CommandLineRun run = CommandLineRun.of(arguments(head, cache).toArray(String[]::new));
    assertEquals(0, run.code(), run.err());
    assertTrue(run.err().contains(said), run.err());
    for (String file : List.of("head.json", "head.safetensors")) {
      assertArrayEquals(Files.readAllBytes(undisturbed.resolve(file)), Files.readAllBytes(head.resolve(file)), file);
    }
  }

  private static String log() {
    try {
      return Files.readString(folder.resolve("killed.log"));
    } catch (IOException e) {
      return e.toString();
    }
  }
}
