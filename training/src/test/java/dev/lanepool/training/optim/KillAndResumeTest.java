package dev.lanepool.training.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Training in a JVM that is killed again and again, at random moments and while it writes, ends as if nothing had happened. */
@Timeout(240)
class KillAndResumeTest {
  private static final int KILLS_AT_RANDOM = 3;
  private static final int KILLS_IN_WRITING = 2;
  private static final int MOST_STARTS = 30;

  @TempDir
  private static Path undisturbed;

  @BeforeAll
  static void train() {
    KilledRun.train(undisturbed.resolve("state.safetensors"), 1, () -> { });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aRunThatIsKilledAtAnyMomentAndResumedEndsWithTheSameBits(int threads, @TempDir Path folder) throws Exception {
    Path file = folder.resolve("state.safetensors");
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int atRandom = 0;
    int starts = 0;
    while ((atRandom < KILLS_AT_RANDOM || aside(folder) < KILLS_IN_WRITING) && starts++ < MOST_STARTS) {
      Process run = start(file, threads);
      if (atRandom < KILLS_AT_RANDOM) {
        Thread.sleep(random.nextInt(120));
        atRandom++;
      } else {
        long before = aside(folder);
        while (run.isAlive() && aside(folder) == before) {
          Thread.onSpinWait();
        }
      }
      run.destroyForcibly().waitFor();
    }
    int killed = starts;
    assertEquals(KILLS_AT_RANDOM, atRandom);
    long inWriting = aside(folder);
    assertTrue(inWriting >= KILLS_IN_WRITING, () -> "only " + inWriting + " kills hit a checkpoint in writing, of " + killed);

    Process last = start(file, threads);
    assertEquals(0, last.waitFor());
    assertArrayEquals(Files.readAllBytes(undisturbed.resolve("state.safetensors")), Files.readAllBytes(file), () -> "seed " + seed);
  }

  /** Starts a JVM and waits until it trains. */
  private static Process start(Path file, int threads) throws IOException {
    Process run = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--add-modules", "jdk.incubator.vector", "-Dlanepool.kernels=" + System.getProperty("lanepool.kernels", "auto"),
        "-cp", System.getProperty("java.class.path"), KilledRun.class.getName(), file.toString(), String.valueOf(threads))
        .redirectError(ProcessBuilder.Redirect.INHERIT).start();
    BufferedReader out = run.inputReader(StandardCharsets.UTF_8);
    assertEquals("training", out.readLine());
    return run;
  }

  /** How many files stand beside the checkpoint: one for each run that was killed while it wrote. */
  private static long aside(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(path -> path.getFileName().toString().matches("\\.lanepool-.*\\.tmp")).count();
    }
  }
}
