package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.pooling.Pooling;
import dev.lanepool.training.features.FeatureCache;
import dev.lanepool.training.features.FeaturePlan;
import dev.lanepool.training.features.FeatureStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a cache of features warns of where its folder fails it, and that it warns of nothing else. */
class FeatureWarningsTest {
  private static final EmbeddingModel MODEL = EmbeddingModel.builtIn();
  private static final List<String> TEXTS = List.of("a quiet, moving film", "dull");
  private static final Logger LOGGER = Logger.getLogger(FeatureCache.class.getName());

  private final List<String> warnings = new ArrayList<>();
  private final Handler handler = new Handler() {
    @Override
    public void publish(LogRecord logged) {
      assertEquals(Level.WARNING, logged.getLevel());
      warnings.add(logged.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  };

  @TempDir
  private Path folder;

  private Path cache;

  @BeforeEach
  void listen() throws IOException {
    cache = folder.toRealPath().resolve("cache");
    LOGGER.addHandler(handler);
    LOGGER.setUseParentHandlers(false);
  }

  @AfterEach
  void listenNoMore() {
    LOGGER.removeHandler(handler);
    LOGGER.setUseParentHandlers(true);
  }

  @AfterAll
  static void close() {
    MODEL.close();
  }

  /** A step of a run. */
  @FunctionalInterface
  private interface During {
    void run() throws IOException;
  }

  /** Gets features and reads one, with this in the middle where some are made. */
  private void get(long limit, During during, String... specs) {
    List<FeaturePlan> plans = Stream.of(specs).map(spec -> FeaturePlan.of(Pooling.parse(spec), MODEL)).toList();
    FeatureCache.Found found = new FeatureCache(cache, limit).get(MODEL, TEXTS, plans, FeatureStorage.F32, (done, total) -> {
      try {
        during.run();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
    try (var features = found.features(); var states = features.states(plans.getFirst(), new int[] {0, 1}, 0, 2)) {
      assertEquals(2, states.texts());
    }
  }

  private List<Path> files(String suffix) throws IOException {
    try (Stream<Path> files = Files.list(cache)) {
      return files.filter(file -> file.toString().endsWith(suffix)).toList();
    }
  }

  private void assertWarnings(String... beginnings) {
    assertEquals(beginnings.length, warnings.size(), warnings::toString);
    for (int i = 0; i < beginnings.length; i++) {
      assertTrue(warnings.get(i).startsWith(beginnings[i]), warnings.get(i));
    }
  }

  @Test
  void aFolderThatGoesMeanwhileIsWarnedOfAndCostsNoFeatures() throws IOException {
    get(Long.MAX_VALUE, () -> { }, "mean@1");
    assertWarnings();
    Path file = files(".features").getFirst();
    Files.delete(file);
    get(Long.MAX_VALUE, () -> {
      Files.move(cache, cache.resolveSibling("gone"));
      Files.writeString(cache, "a file in the folder's place");
    }, "mean@1");
    assertWarnings(file + ": cannot be written: ", file + ": cannot be marked as used (", cache + ": cannot be tidied (");
    assertTrue(warnings.getFirst().endsWith(": its features serve this run only"), warnings.getFirst());
  }

  /** As another run's limit or {@code cache --clear} has it. */
  @Test
  void filesThatOthersDeleteAreWarnedOfOnlyWhereOneIsNotKept() throws IOException {
    get(Long.MAX_VALUE, () -> { }, "mean@1");
    List<Path> made = new ArrayList<>(files(".features"));
    get(Long.MAX_VALUE, () -> Files.delete(made.getFirst()), "mean@1", "mean@2");
    assertWarnings();
    made.addAll(files(".features"));
    get(Long.MAX_VALUE, () -> new FeatureCache(cache, 0).clear(), "mean@1", "mean@2");
    String why = ": cannot be written: no such file or folder: its features serve this run only";
    assertEquals(List.of(made.getFirst() + why), warnings);
  }

  @Test
  void whatCannotBeDeletedIsNamed() throws IOException {
    Path stubborn = Files.createDirectories(cache.resolve("0".repeat(32) + ".features"));
    Files.writeString(stubborn.resolve("file"), "a folder that is not empty cannot be deleted");
    get(Long.MAX_VALUE, () -> { }, "mean@1");
    assertWarnings();
    get(0, () -> { }, "mean@1");
    assertWarnings(stubborn + ": cannot be deleted (");
  }

  /** Found by a file of a text of its own, whose name is the same in every folder. */
  @Test
  void aTemporaryFolderThatCannotBeDeletedIsNamed() throws IOException {
    List<String> own = List.of(UUID.randomUUID().toString());
    List<FeaturePlan> plans = List.of(FeaturePlan.of(Pooling.parse("mean"), MODEL));
    FeatureCache.Progress unheard = (done, total) -> { };
    new FeatureCache(cache, 0).get(MODEL, own, plans, FeatureStorage.F32, unheard).features().close();
    Path name = files("").getFirst().getFileName();
    Path temporary = FeatureCache.temporary(with -> {
      with.get(MODEL, own, plans, FeatureStorage.F32, unheard).features().close();
      try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
        Path found = all.filter(path -> Files.exists(path.resolve(name))).findFirst().orElseThrow();
        Files.writeString(Files.createDirectory(found.resolve("0".repeat(32) + ".features")).resolve("file"), "keeps its folder");
        return found;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
    assertWarnings(temporary + ": stays behind (" + temporary + ": cannot be cleared: ");
    try (Stream<Path> left = Files.walk(temporary)) {
      for (Path path : left.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /** As where a disk takes what it does not keep. */
  @Test
  void aFileThatReadsBackOtherwiseHasNoName() throws IOException {
    String message = assertThrows(UncheckedIOException.class, () -> get(Long.MAX_VALUE, () -> {
      try (FileChannel aside = FileChannel.open(files(".tmp").getFirst(), StandardOpenOption.WRITE)) {
        aside.write(ByteBuffer.allocate(1), 1 << 16);
      }
    }, "mean@1")).getMessage();
    assertTrue(message.startsWith(cache.toString())
        && message.endsWith(".features: cannot be written: read back other bytes than were written"), message);
    assertEquals(List.of(), files(""));
    assertWarnings();
  }
}
