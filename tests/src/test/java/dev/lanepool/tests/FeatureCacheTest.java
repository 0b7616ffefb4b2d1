package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.Dtype;
import dev.lanepool.EmbeddingModel;
import dev.lanepool.Options;
import dev.lanepool.Overflow;
import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.Rows;
import dev.lanepool.pooling.Pooling;
import dev.lanepool.training.HeadTrainer;
import dev.lanepool.training.data.Dataset;
import dev.lanepool.training.features.FeatureCache;
import dev.lanepool.training.features.FeaturePlan;
import dev.lanepool.training.features.FeatureStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The cache of features: what finds a file again and what does not, what goes, and that a damaged file is made anew. */
class FeatureCacheTest {
  private static final EmbeddingModel MODEL = EmbeddingModel.builtIn();
  private static final List<String> TEXTS = List.of("a quiet, moving film", "dull", "why not?");
  private static final FeaturePlan MEAN = plan("mean");

  @TempDir
  private Path folder;

  @AfterAll
  static void close() {
    MODEL.close();
  }

  private static FeaturePlan plan(String spec) {
    return FeaturePlan.of(Pooling.parse(spec), MODEL);
  }

  /** What a run finds or makes. */
  private record Got(int encoded, boolean damaged, float[] values) {}

  private static Got get(FeatureCache cache, EmbeddingModel model, List<String> texts, FeaturePlan plan, FeatureStorage storage) {
    return get(cache, model, texts, plan, storage, 0);
  }

  private static Got get(
      FeatureCache cache, EmbeddingModel model, List<String> texts, FeaturePlan plan, FeatureStorage storage, int layer) {
    FeatureCache.Found found = cache.get(model, texts, List.of(plan), storage, (done, total) -> { });
    int[] all = new int[texts.size()];
    Arrays.setAll(all, i -> i);
    try (var features = found.features(); HiddenStates states = features.states(plan, all, 0, all.length)) {
      Rows rows = states.layer(layer).first(0);
      return new Got(found.encoded(), found.damaged(), Arrays.copyOfRange(rows.array(), rows.offset(), rows.offset() + rows.width()));
    }
  }

  private Got get(FeatureCache cache) {
    return get(cache, MODEL, TEXTS, MEAN, FeatureStorage.F32);
  }

  private FeatureCache cache() {
    return new FeatureCache(folder, Long.MAX_VALUE);
  }

  private Path onlyFile() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> all = files.toList();
      assertEquals(1, all.size(), all::toString);
      return all.getFirst();
    }
  }

  /** While a file is written, and while it is found again: both read and write files, which the system then closes. */
  @Test
  void anInterruptedThreadStopsAndNothingIsLeftInWriting() throws IOException {
    assertThrows(CancellationException.class,
        () -> cache().get(MODEL, TEXTS, List.of(MEAN), FeatureStorage.F32, (done, total) -> Thread.currentThread().interrupt()));
    assertTrue(Thread.interrupted(), "the interrupt status stays set");
    assertEquals(new FeatureCache.Contents(0, 0), cache().contents());
    get(cache());
    Thread.currentThread().interrupt();
    assertThrows(CancellationException.class, () -> get(cache()));
    assertTrue(Thread.interrupted(), "the interrupt status stays set");
    assertEquals(0, get(cache()).encoded());
  }

  @Test
  void aSecondRunEncodesNothingAndFindsTheSameBits() {
    Got first = get(cache());
    Got second = get(cache());
    assertEquals(3, first.encoded());
    assertEquals(0, second.encoded());
    assertArrayEquals(first.values(), second.values());
    float[] expected = new float[256];
    try (HiddenStates states = MODEL.encodeIds(List.of(MODEL.tokenIds(TEXTS.getFirst())), Pooling.parse("mean").demand(MODEL.layers()))) {
      Pooling.parse("mean").pool(states, 0, expected, 0);
    }
    assertArrayEquals(expected, first.values());
  }

  @Test
  void otherTextsPoolingsStorageAndModelsAreOtherFiles() {
    FeatureCache cache = cache();
    assertEquals(3, get(cache).encoded());
    assertEquals(3, get(cache, MODEL, List.of("a quiet, moving film", "dull", "why not!"), MEAN, FeatureStorage.F32).encoded());
    assertEquals(3, get(cache, MODEL, List.of("dull", "a quiet, moving film", "why not?"), MEAN, FeatureStorage.F32).encoded());
    assertEquals(3, get(cache, MODEL, TEXTS, plan("mean@3"), FeatureStorage.F32).encoded());
    assertEquals(3, get(cache, MODEL, TEXTS, MEAN, FeatureStorage.BF16).encoded());
    try (EmbeddingModel prompted = EmbeddingModel.builtIn(Options.defaults().withPrompt("x "))) {
      assertEquals(3, get(cache, prompted, TEXTS, MEAN, FeatureStorage.F32).encoded());
    }
    try (EmbeddingModel int8 = EmbeddingModel.builtIn(Options.defaults().withDtype(Dtype.INT8))) {
      assertEquals(3, get(cache, int8, TEXTS, MEAN, FeatureStorage.F32).encoded());
    }
    try (EmbeddingModel twoThreads = EmbeddingModel.builtIn(Options.defaults().withThreads(2))) {
      assertEquals(0, get(cache, twoThreads, TEXTS, MEAN, FeatureStorage.F32).encoded());
    }
    assertEquals(7, cache.contents().files());
    assertEquals(0, get(cache).encoded());
  }

  /** With the same tokenizer and of the same size. */
  @Test
  void otherWeightsAreOtherFiles(@TempDir Path checkpoint) throws IOException {
    Pooling mean = Pooling.parse("mean");
    for (int seed = 1; seed <= 2; seed++) {
      RandomCheckpoint.write(checkpoint, Repeat.random(seed), 16, 2, 20, 3, 16384, 300);
      Files.write(checkpoint.resolve("tokenizer.json"), EmbeddingModel.builtInSource().find("tokenizer.json"));
      try (EmbeddingModel model = EmbeddingModel.load(checkpoint)) {
        assertEquals(3, get(cache(), model, TEXTS, FeaturePlan.of(mean, model), FeatureStorage.F32).encoded(), "seed " + seed);
        assertEquals(0, get(cache(), model, TEXTS, FeaturePlan.of(mean, model), FeatureStorage.F32).encoded(), "seed " + seed);
      }
    }
  }

  /** Their token ids are the same, one text's after the other's: only where a text ends differs. */
  @Test
  void textsThatAreCutElsewhereAreOtherTexts() {
    assertEquals(2, get(cache(), MODEL, List.of("a</s><s>b", "c"), MEAN, FeatureStorage.F32).encoded());
    assertEquals(2, get(cache(), MODEL, List.of("a", "b</s><s>c"), MEAN, FeatureStorage.F32).encoded());
  }

  /** As after a comparison: the head that won is trained without another pass, and one more pooling costs one pass for itself alone. */
  @Test
  void poolingsThatWereAskedForTogetherAreFoundAlone(@TempDir Path other) {
    List<FeaturePlan> plans = Stream.of("cls", "mean", "lstm(hidden=8)", "weighted(start=2,of=mean)", "attention(hidden=8)")
        .map(FeatureCacheTest::plan).toList();
    assertEquals(3, encoded(plans));
    int files = cache().contents().files();
    assertEquals(1 + 1 + 6 + 5 + 1, files, "vectors, token 0 of six layers, means of five, all rows of the last");
    for (FeaturePlan plan : plans) {
      Got found = get(cache(), MODEL, TEXTS, plan, FeatureStorage.F32, plan.layers());
      Got alone = get(new FeatureCache(other, Long.MAX_VALUE), MODEL, TEXTS, plan, FeatureStorage.F32, plan.layers());
      assertEquals(0, found.encoded(), plan.pooling()::toString);
      assertFalse(found.damaged());
      assertArrayEquals(alone.values(), found.values(), plan.pooling()::toString);
    }
    assertEquals(3, encoded(List.of(plan("max"), plans.getLast())));
    assertEquals(files + 1, cache().contents().files());
    assertEquals(0, encoded(List.of(plan("max"), plan("mean"))));
  }

  private int encoded(List<FeaturePlan> plans) {
    FeatureCache.Found found = cache().get(MODEL, TEXTS, plans, FeatureStorage.F32, (done, total) -> { });
    found.features().close();
    return found.encoded();
  }

  @Test
  void bf16IsTheNearestOfEightBits() {
    float[] exact = get(cache()).values();
    float[] rounded = get(cache(), MODEL, TEXTS, MEAN, FeatureStorage.BF16).values();
    for (int i = 0; i < exact.length; i++) {
      assertEquals(0, Float.floatToRawIntBits(rounded[i]) & 0xffff);
      // Half of the last of 8 significant bits.
      assertTrue(Math.abs(exact[i] - rounded[i]) <= Math.scalb(1f, Math.getExponent(exact[i]) - 8), exact[i] + " to " + rounded[i]);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cut", "longer", "empty", "magic", "first", "last", "checksum", "padding"})
  void aDamagedFileIsMadeAnew(String how) throws IOException {
    float[] expected = get(cache()).values();
    Path file = onlyFile();
    byte[] bytes = Files.readAllBytes(file);
    byte[] damaged = switch (how) {
      case "cut" -> Arrays.copyOf(bytes, bytes.length - 1);
      case "longer" -> Arrays.copyOf(bytes, bytes.length + 1);
      case "empty" -> new byte[0];
      default -> bytes.clone();
    };
    int flipped = switch (how) {
      case "magic" -> 9;
      case "first" -> 32;
      case "last" -> bytes.length - 9;
      case "checksum" -> bytes.length - 8;
      case "padding" -> bytes.length - 1;
      default -> -1;
    };
    if (flipped >= 0) {
      damaged[flipped] ^= 1;
    }
    Files.write(file, damaged);
    Got again = get(cache());
    assertTrue(again.damaged());
    assertEquals(3, again.encoded());
    assertArrayEquals(expected, again.values());
    assertArrayEquals(bytes, Files.readAllBytes(onlyFile()));
    assertFalse(get(cache()).damaged());
  }

  /** Whole, but of another kind or of another release. */
  @ParameterizedTest
  @ValueSource(ints = {0, 18, 31})
  void aFileWithAnotherHeaderIsMadeAnew(int at) throws IOException {
    get(cache());
    Path file = onlyFile();
    byte[] bytes = Files.readAllBytes(file);
    bytes[at] ^= 1;
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, bytes.length - Long.BYTES);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(bytes.length - Long.BYTES, checksum.getValue());
    Files.write(file, bytes);
    assertTrue(get(cache()).damaged());
    assertFalse(get(cache()).damaged());
  }

  @Test
  void theFilesUsedLongestAgoGoAndStrangersStay() throws IOException {
    Path stranger = Files.writeString(folder.resolve("notes.txt"), "not the cache's");
    Path alike = Files.writeString(folder.resolve("iris.features"), "not the cache's either");
    Files.setLastModifiedTime(alike, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
    FeatureCache cache = cache();
    get(cache, MODEL, TEXTS, plan("mean@1"), FeatureStorage.F32);
    get(cache, MODEL, TEXTS, plan("mean@2"), FeatureStorage.F32);
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".features")).toList()) {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
      }
    }
    assertEquals(0, get(cache, MODEL, TEXTS, plan("mean@1"), FeatureStorage.F32).encoded(), "used anew");
    long two = 2 * (cache.contents().bytes() / 2);
    FeatureCache small = new FeatureCache(folder, two);
    get(small, MODEL, TEXTS, plan("mean@3"), FeatureStorage.F32);
    assertEquals(2, small.contents().files());
    assertEquals(0, get(small, MODEL, TEXTS, plan("mean@1"), FeatureStorage.F32).encoded());
    assertEquals(3, get(small, MODEL, TEXTS, plan("mean@2"), FeatureStorage.F32).encoded());
    assertEquals(3, get(new FeatureCache(folder, 0), MODEL, TEXTS, plan("mean@4"), FeatureStorage.F32).encoded(),
        "the file in use may be larger");
    assertEquals(1, small.contents().files());
    assertTrue(small.clear() > 0);
    assertEquals(0, small.contents().files());
    assertTrue(Files.exists(stranger) && Files.exists(alike));
  }

  @Test
  void oneDamagedFileOfSeveralIsSaidToBeAndMadeAlone() throws IOException {
    List<FeaturePlan> plans = List.of(plan("mean@1"), plan("mean@2"));
    assertEquals(3, encoded(plans));
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.toList();
    }
    assertEquals(2, files.size());
    for (Path file : files) {
      byte[] bytes = Files.readAllBytes(file);
      Files.write(file, new byte[bytes.length]);
      List<String> heard = new ArrayList<>();
      FeatureCache.Found found =
          cache().get(MODEL, TEXTS, plans, FeatureStorage.F32, (done, total) -> heard.add(done + " of " + total));
      found.features().close();
      assertTrue(found.damaged());
      assertEquals("3 of 3", heard.getLast());
      assertArrayEquals(bytes, Files.readAllBytes(file));
    }
  }

  @Test
  void aHeadReadsTheMeanAsComputedUnlessTold() {
    List<String> texts = IntStream.range(0, 20).mapToObj(i -> "text " + i).toList();
    HeadTrainer trainer = HeadTrainer.on(MODEL).cache(cache());
    trainer.classification(Dataset.of(texts, texts.stream().map(text -> text.endsWith("1") ? "a" : "b").toList())).fit();
    assertEquals(20, trainer.cost().encoded());
    assertEquals(0, get(cache(), MODEL, texts, MEAN, FeatureStorage.F32).encoded());
  }

  @Test
  void aLimitBelowNothingIsRefused() {
    assertEquals("limit: found -1 bytes, expected 0 or more",
        assertThrows(IllegalArgumentException.class, () -> new FeatureCache(folder, -1)).getMessage());
  }

  @Test
  void filesThatKilledRunsLeftBehindGoAfterAnHour() throws IOException {
    Path old = Files.writeString(folder.resolve(".lanepool-1f.tmp"), "left behind");
    Path young = Files.writeString(folder.resolve(".lanepool-2f.tmp"), "perhaps another run's");
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
    get(cache());
    assertFalse(Files.exists(old));
    assertTrue(Files.exists(young));
  }

  /** Runs that share a folder, each of which deletes what the others make, find or are about to open. */
  @ParameterizedTest
  @ValueSource(longs = {0, 4_000, Long.MAX_VALUE})
  void threadsThatShareAFolderEachHaveTheirFeatures(long limit) throws Exception {
    List<FeaturePlan> plans = List.of(plan("mean@1"), plan("mean@2"), plan("cls@3"), plan("max@4"));
    List<float[]> expected = plans.stream().map(plan -> get(cache(), MODEL, TEXTS, plan, FeatureStorage.F32).values()).toList();
    AtomicBoolean done = new AtomicBoolean();
    Callable<Integer> run = () -> {
      FeatureCache cache = new FeatureCache(folder, limit);
      for (int i = 0; i < 100; i++) {
        int which = ThreadLocalRandom.current().nextInt(plans.size());
        Got got = get(cache, MODEL, TEXTS, plans.get(which), FeatureStorage.F32);
        assertFalse(got.damaged());
        assertArrayEquals(expected.get(which), got.values());
      }
      return 100;
    };
    Callable<Integer> onlooker = () -> {
      int looks = 0;
      for (FeatureCache cache = cache(); !done.get(); looks++) {
        assertTrue(cache.contents().bytes() >= 0);
        if (looks == 20) {
          cache.clear();
        }
        Thread.sleep(1);
      }
      return looks;
    };
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      Future<Integer> looked = threads.submit(onlooker);
      try {
        for (Future<Integer> ran : threads.invokeAll(List.of(run, run, run))) {
          assertEquals(100, ran.get());
        }
      } finally {
        done.set(true);
      }
      assertTrue(looked.get() > 0);
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertTrue(left.allMatch(file -> file.toString().endsWith(".features")));
    }
  }

  /** The same at the moment that matters most: what is being written goes, and its features are there nevertheless. */
  @Test
  void aCacheThatIsClearedMeanwhileCostsOnlyTheNextRun() {
    float[] expected = get(cache()).values();
    cache().clear();
    FeatureCache.Found found = cache().get(MODEL, TEXTS, List.of(MEAN), FeatureStorage.F32, (done, total) -> cache().clear());
    try (var features = found.features(); HiddenStates states = features.states(MEAN, new int[] {0}, 0, 1)) {
      assertArrayEquals(expected, Arrays.copyOf(states.array(0), expected.length));
    }
    assertEquals(0, cache().contents().files());
    assertEquals(3, get(cache()).encoded());
    assertEquals(0, get(cache()).encoded());
  }

  @Test
  void whatCannotBeDeletedCostsNoOneTheFeatures() throws IOException {
    Path stubborn = Files.createDirectory(folder.resolve("0".repeat(32) + ".features"));
    Files.writeString(stubborn.resolve("file"), "a folder that is not empty cannot be deleted");
    Files.setLastModifiedTime(stubborn, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
    FeatureCache none = new FeatureCache(folder, 0);
    assertEquals(3, get(none, MODEL, TEXTS, plan("mean@1"), FeatureStorage.F32).encoded());
    assertEquals(3, get(none, MODEL, TEXTS, plan("mean@2"), FeatureStorage.F32).encoded());
    assertEquals(2, none.contents().files(), "the stubborn one, and the one in use");
  }

  @Test
  void textsThatAreCutAreCounted() {
    List<String> texts = List.of("short", "word ".repeat(300), "also short");
    FeatureCache.Found found = cache().get(MODEL, texts, List.of(MEAN), FeatureStorage.F32, (done, total) -> { });
    found.features().close();
    assertEquals(1, found.truncated());
  }

  /** The prompt takes room too: what is counted is what {@code embedEach} marks. */
  @Test
  void textsThatAreCutOnlyForTheirPromptAreCounted() {
    List<String> texts = List.of("short", "word ".repeat(250), "word ".repeat(245), "word ".repeat(300));
    try (EmbeddingModel prompted = EmbeddingModel.builtIn(Options.defaults().withPrompt("one two three four "))) {
      List<Boolean> marked = new ArrayList<>();
      prompted.embedEach(texts.stream(), embedding -> marked.add(embedding.truncated()));
      assertEquals(List.of(false, true, false, true), marked);
      assertTrue(prompted.countTokens(texts.get(1)) <= prompted.maxLength(), "fits without the prompt");
      assertEquals(marked, texts.stream().map(prompted::isTruncated).toList());
      FeatureCache.Found found = cache().get(prompted, texts, List.of(MEAN), FeatureStorage.F32, (done, total) -> { });
      found.features().close();
      assertEquals(2, found.truncated());
      String full = "word" + " word".repeat(prompted.maxLength() - prompted.countTokens("one two three four word"));
      assertEquals(prompted.maxLength(), prompted.countTokens("one two three four " + full));
      assertFalse(prompted.isTruncated(full), "it takes all the room there is and no more");
      FeatureCache.Found whole = cache().get(prompted, List.of(full), List.of(MEAN), FeatureStorage.F32, (done, total) -> { });
      whole.features().close();
      assertEquals(0, whole.truncated());
    }
    Options refusing = Options.defaults().withPrompt("one two three four ").withOverflow(Overflow.ERROR);
    try (EmbeddingModel model = EmbeddingModel.builtIn(refusing)) {
      assertFalse(model.isTruncated(texts.getLast()), "nothing is cut: it is refused");
      assertThrows(IllegalArgumentException.class, () -> model.tokenIds(texts.getLast()));
    }
  }
}
