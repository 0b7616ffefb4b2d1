package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.pooling.Pooling;
import dev.lanepool.training.features.FeatureCache;
import dev.lanepool.training.features.FeaturePlan;
import dev.lanepool.training.features.FeatureStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a cache of features keeps within its limit, and what it lets go of when a run ends, whatever ended it. */
class FeatureCacheTidyTest {
  private static final EmbeddingModel MODEL = EmbeddingModel.builtIn();
  private static final List<String> TEXTS = List.of("a quiet, moving film", "dull", "why not?");

  @TempDir
  private Path folder;

  @BeforeEach
  void resolveLinks() throws IOException {
    folder = folder.toRealPath();
  }

  @AfterAll
  static void close() {
    MODEL.close();
  }

  private static List<FeaturePlan> plans(String... specs) {
    return Stream.of(specs).map(spec -> FeaturePlan.of(Pooling.parse(spec), MODEL)).toList();
  }

  /** How many texts were encoded for one pooling. */
  private static int get(FeatureCache cache, String spec) {
    FeatureCache.Found found = cache.get(MODEL, TEXTS, plans(spec), FeatureStorage.F32, (done, total) -> { });
    found.features().close();
    return found.encoded();
  }

  private FeatureCache cache(long limit) {
    return new FeatureCache(folder, limit);
  }

  private Set<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return new HashSet<>(files.toList());
    }
  }

  /** Makes the file of a pooling as if it was last used so many days ago. */
  private Path made(String spec, int daysAgo) throws IOException {
    Set<Path> before = files();
    assertEquals(TEXTS.size(), get(cache(Long.MAX_VALUE), spec));
    Set<Path> made = files();
    made.removeAll(before);
    assertEquals(1, made.size(), made::toString);
    Path file = made.iterator().next();
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(daysAgo))));
    return file;
  }

  /** Made first, and used last: that is what counts. */
  @Test
  void aFileThatWasFoundAgainOutlivesOneMadeLater() throws IOException {
    Path first = made("mean@1", 3);
    Path second = made("mean@2", 2);
    assertEquals(0, get(cache(Long.MAX_VALUE), "mean@1"));
    get(cache(Files.size(first) + Files.size(second)), "mean@3");
    assertTrue(Files.exists(first));
    assertFalse(Files.exists(second));
  }

  @Test
  void theOldestGoesFirstWhateverTheirNames() throws IOException {
    for (int oldest = 1; oldest <= 4; oldest++) {
      cache(Long.MAX_VALUE).clear();
      for (int layer = 1; layer <= 4; layer++) {
        made("mean@" + layer, layer == oldest ? 2 : 1);
      }
      get(cache(cache(0).contents().bytes()), "mean@5");
      assertEquals(4, cache(0).contents().files());
      assertEquals(TEXTS.size(), get(cache(Long.MAX_VALUE), "mean@" + oldest), "gone");
    }
  }

  /** Another run's, which may be the largest there is: it has no features yet, and perhaps never will. */
  @Test
  void aFileInWritingTakesNoRoomFromWholeOnes() throws IOException {
    Path whole = made("mean@1", 1);
    Path writing = Files.write(folder.resolve(".lanepool-2f.tmp"), new byte[1 << 16]);
    get(cache(2 * Files.size(whole)), "mean@2");
    assertTrue(Files.exists(whole) && Files.exists(writing));
  }

  @Test
  void whatCannotBeDeletedStillTakesItsRoom() throws IOException {
    Path stubborn = Files.createDirectory(folder.resolve("0".repeat(32) + ".features"));
    Files.writeString(stubborn.resolve("file"), "a folder that is not empty cannot be deleted");
    Files.setLastModifiedTime(stubborn, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
    Path file = made("mean@1", 1);
    get(cache(cache(0).contents().bytes()), "mean@2");
    assertFalse(Files.exists(file), "there is room for one beside it");
    assertEquals(2, cache(0).contents().files());
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "skipped: needs /proc")
  void aRunThatFailsLetsGoOfTheFilesItFound() throws IOException {
    Path first = made("mean@1", 1);
    assertEquals(List.of(), mapped());
    IllegalStateException own = new IllegalStateException("the listener's own");
    assertSame(own, assertThrows(IllegalStateException.class, () -> getWhile(() -> {
      assertEquals(1, mapped().size(), "the file that was there is held while others are made");
      throw own;
    })));
    assertEquals(List.of(), mapped());
    assertThrows(CancellationException.class, () -> getWhile(() -> Thread.currentThread().interrupt()));
    assertTrue(Thread.interrupted());
    assertEquals(List.of(), mapped());
    Path second = made("mean@2", 1);
    Files.delete(second);
    Files.createSymbolicLink(second, second);
    String message = assertThrows(UncheckedIOException.class, () -> getWhile(() -> { })).getMessage();
    assertTrue(message.startsWith(folder + ": the cache of features cannot be used: "), message);
    assertEquals(List.of(), mapped());
    assertEquals(Set.of(first, second), files());
  }

  /** A step of a run. */
  @FunctionalInterface
  private interface During {
    void run() throws IOException;
  }

  private void getWhile(During during) {
    cache(Long.MAX_VALUE).get(MODEL, TEXTS, plans("mean@1", "mean@2"), FeatureStorage.F32, (done, total) -> {
      try {
        during.run();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
  }

  /** Files of features that this process has mapped. */
  private List<String> mapped() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/maps")).stream()
        .filter(line -> line.contains(folder.toString()) && line.contains(".features")).toList();
  }

  /** Of a text of its own, so that its file's name, which the usual cache tells, is no other run's. */
  @Test
  void aTemporaryFolderGoesWhateverComesOfTheWork() throws IOException {
    List<String> texts = List.of(UUID.randomUUID().toString());
    cache(Long.MAX_VALUE).get(MODEL, texts, plans("mean"), FeatureStorage.F32, (done, total) -> { }).features().close();
    Path name = files().iterator().next().getFileName();
    for (boolean fails : new boolean[] {false, true}) {
      Path[] own = new Path[1];
      Runnable run = () -> FeatureCache.temporary(cache -> {
        FeatureCache.Found found = cache.get(MODEL, texts, plans("mean"), FeatureStorage.F32, (done, total) -> { });
        found.features().close();
        own[0] = temporary(name);
        if (fails) {
          throw new IllegalStateException("the work's own");
        }
        return found.encoded();
      });
      if (fails) {
        assertThrows(IllegalStateException.class, run::run);
      } else {
        run.run();
      }
      assertFalse(Files.exists(own[0]), own[0] + ": stays behind");
    }
  }

  /** The one temporary folder with such a file. */
  private static Path temporary(Path name) {
    try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      List<Path> with = all.filter(path -> path.getFileName().toString().startsWith("lanepool-features")
          && Files.exists(path.resolve(name))).toList();
      assertEquals(1, with.size(), with::toString);
      return with.getFirst();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
