package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.lanepool.head.HeadConfig;
import dev.lanepool.head.HeadFiles;
import dev.lanepool.head.HeadNetwork;
import dev.lanepool.head.HeadTask;
import dev.lanepool.nn.Param;
import dev.lanepool.pooling.Pooling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A save that is killed, at any point, leaves the head that was there or the new one, and the next save ends well. */
@Timeout(300)
class KilledSaveTest {
  private static final HeadFiles.Encoder ENCODER = new HeadFiles.Encoder("x", "y", 2, 256);
  private static final String JSON = "head.json";
  private static final String TENSORS = "head.safetensors";
  private static final String NEW = "head.safetensors.new";

  @TempDir
  private Path folder;

  private static HeadNetwork head(int seed) {
    HeadConfig config = HeadConfig.of(Pooling.parse("attention(hidden=512)"), HeadTask.regression());
    return new HeadNetwork(config, ENCODER.layers(), ENCODER.hiddenSize(), Repeat.random(seed));
  }

  private static void save(Path folder, int seed) {
    HeadFiles.save(folder, head(seed), ENCODER, Map.of("seed", (double) seed));
  }

  /** Which head is there, all of whose values must be its own. */
  private static int saved(Path folder) {
    HeadFiles.Saved saved = HeadFiles.load(folder, ENCODER);
    int seed = (int) (double) saved.metrics().get("seed");
    List<Param> expected = head(seed).tensors();
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i).values(), saved.network().tensors().get(i).values(), expected.get(i).name());
    }
    return seed;
  }

  private Path copy(Path from, String... names) throws IOException {
    Path to = Files.createTempDirectory(folder, "state");
    for (String name : names) {
      Files.copy(from.resolve(name), to.resolve(name));
    }
    return to;
  }

  /** What stands in the folder between any two steps of a save: steps are renames of whole files. */
  @Test
  void afterEachStepThereIsAWholeHead() throws IOException {
    Path first = folder.resolve("first");
    Path second = folder.resolve("second");
    save(first, 1);
    save(second, 2);
    Path begun = copy(first, JSON, TENSORS);
    Files.write(begun.resolve(".lanepool-1.tmp"), new byte[100]);
    Path tensors = copy(first, JSON, TENSORS);
    Files.copy(second.resolve(TENSORS), tensors.resolve(NEW));
    Path replaced = copy(first, TENSORS);
    Files.copy(second.resolve(TENSORS), replaced.resolve(NEW));
    Files.copy(second.resolve(JSON), replaced.resolve(JSON));
    Path alone = copy(second, JSON); // the same where there was no head before
    Files.copy(second.resolve(TENSORS), alone.resolve(NEW));
    assertEquals(List.of(1, 1, 2, 2), List.of(saved(begun), saved(tensors), saved(replaced), saved(alone)));
    for (Path state : List.of(begun, tensors, replaced, alone)) {
      save(state, 3);
      assertEquals(3, saved(state));
      assertFalse(Files.exists(state.resolve(NEW)));
    }
  }

  /** Killed before head.json was there, or it was damaged since: it tells of no tensors, and a save needs none of it. */
  @ParameterizedTest
  @ValueSource(strings = {"", "{", "{}", "{\"tensors_sha256\": 1}"})
  void aHeadJsonThatIsMissingOrMalformedIsReplaced(String json) throws IOException {
    save(folder, 1);
    Files.copy(folder.resolve(TENSORS), folder.resolve(NEW));
    if (json.isEmpty()) {
      Files.delete(folder.resolve(JSON));
    } else {
      Files.writeString(folder.resolve(JSON), json);
    }
    save(folder, 2);
    assertEquals(2, saved(folder));
    assertFalse(Files.exists(folder.resolve(NEW)));
  }

  /**
   * After a save that was killed before or once head.json was new, another that ends before it is: the head that head.json tells of must
   * not lose its tensors. It is interrupted as soon as its own are written, tried again where that came too late.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void endedTwice(int there) throws Exception {
    Path first = folder.resolve("first");
    Path second = folder.resolve("second");
    save(first, 1);
    save(second, 2);
    HeadNetwork third = head(3);
    for (int attempt = 0; attempt < 200; attempt++) {
      Path at = copy(there == 1 ? first : second, JSON);
      Files.copy(first.resolve(TENSORS), at.resolve(TENSORS));
      Files.copy(second.resolve(TENSORS), at.resolve(NEW));
      Object before = key(at.resolve(NEW));
      Thread saver = Thread.currentThread();
      AtomicBoolean ended = new AtomicBoolean();
      Thread watcher = Thread.ofPlatform().start(() -> {
        Object now = before;
        while (!ended.get() && (now == null || now.equals(before))) {
          now = key(at.resolve(NEW));
        }
        saver.interrupt();
      });
      try {
        HeadFiles.save(at, third, ENCODER, Map.of("seed", 3.0));
      } catch (CancellationException e) {
        assertTrue(e.getMessage().contains(JSON), e.getMessage());
      } finally {
        ended.set(true);
        while (watcher.isAlive()) {
          Thread.onSpinWait(); // join would throw: this thread is interrupted
        }
        Thread.interrupted();
      }
      boolean inTime = Files.exists(at.resolve(NEW));
      assertEquals(inTime ? there : 3, saved(at));
      if (inTime) {
        save(at, 4);
        assertEquals(4, saved(at));
        return;
      }
    }
    fail("no save was interrupted before it wrote head.json");
  }

  @Test
  void ofSavesAtOnceOneStays() throws Exception {
    Path at = folder.resolve("head");
    try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
      for (int seed = 1; seed < 80; seed += 2) {
        HeadNetwork[] heads = {head(seed), head(seed + 1)};
        List<Future<?>> saves = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
          HeadNetwork head = heads[i];
          Map<String, Double> metrics = Map.of("seed", (double) seed + i);
          saves.add(pool.submit(() -> HeadFiles.save(at, head, ENCODER, metrics)));
        }
        for (Future<?> save : saves) {
          save.get();
        }
        assertTrue(List.of(seed, seed + 1).contains(saved(at)), "seed " + seed);
      }
    }
    assertEquals(2, at.toFile().list().length);
  }

  @Test
  void aLoadDuringASaveFindsAWholeHead() throws Exception {
    Path at = folder.resolve("head");
    save(at, 0);
    AtomicBoolean ended = new AtomicBoolean();
    try (ExecutorService pool = Executors.newFixedThreadPool(1)) {
      Future<Integer> loads = pool.submit(() -> {
        int found = 0;
        for (; !ended.get(); found++) {
          HeadFiles.load(at, ENCODER);
        }
        return found;
      });
      for (int seed = 1; seed < 100; seed++) {
        save(at, seed);
      }
      ended.set(true);
      assertTrue(loads.get() > 0);
    } finally {
      ended.set(true);
    }
  }

  private Process start(Path at, String more) throws IOException {
    return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--add-modules", "jdk.incubator.vector",
        "-cp", System.getProperty("java.class.path"), KilledSaveTest.class.getName(), at.toString(), more).redirectErrorStream(true)
        .redirectOutput(folder.resolve("log").toFile()).start();
  }

  @Test
  void killedAtRandomTimes() throws Exception {
    Path at = folder.resolve("head");
    save(at, 1);
    RandomGenerator random = Repeat.random(5);
    Set<Integer> found = new HashSet<>();
    int pieces = 0;
    for (int round = 0; round < 8; round++) {
      Path started = folder.resolve("started");
      Files.deleteIfExists(started);
      Process process = start(at, started.toString());
      while (process.isAlive() && !Files.exists(started)) {
        process.waitFor(2, TimeUnit.MILLISECONDS);
      }
      process.waitFor(random.nextInt(200), TimeUnit.MILLISECONDS);
      assertTrue(process.isAlive(), () -> "ended by itself, see " + folder.resolve("log"));
      process.destroyForcibly().waitFor();
      found.add(saved(at));
      pieces += at.toFile().list().length - 2;
    }
    assertTrue(pieces > 0 || found.size() > 1, "never killed within a save: " + found);
    save(at, 9);
    assertEquals(9, saved(at));
  }

  /** Saves heads 2 and 1 in turns until it is killed, and says when it is at it. */
  public static void main(String[] args) throws IOException {
    Path at = Path.of(args[0]);
    HeadNetwork[] heads = {head(1), head(2)};
    for (int i = 1; true; i++) {
      if (i == 5) {
        Files.createFile(Path.of(args[1]));
      }
      HeadFiles.save(at, heads[i % 2], ENCODER, Map.of("seed", 1.0 + i % 2));
    }
  }

  private static @Nullable Object key(Path file) {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    } catch (IOException e) {
      return null;
    }
  }
}
