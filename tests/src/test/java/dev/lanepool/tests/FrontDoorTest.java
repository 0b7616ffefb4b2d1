package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.lanepool.Dtype;
import dev.lanepool.Embedding;
import dev.lanepool.EmbeddingModel;
import dev.lanepool.EncodedTexts;
import dev.lanepool.Layers;
import dev.lanepool.ModelInfo;
import dev.lanepool.Options;
import dev.lanepool.Overflow;
import dev.lanepool.Vectors;
import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.Rows;
import dev.lanepool.pooling.Pooling;
import dev.lanepool.tokenizer.Encoding;
import dev.lanepool.weights.Json;
import dev.lanepool.weights.ModelSource;
import dev.lanepool.weights.SafetensorsWriter;
import dev.lanepool.weights.StoredDtype;
import dev.lanepool.weights.Weights;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The front door on the built-in model: what each call gives, in which order, with which bits. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FrontDoorTest {
  private static final Options OPTIONS = Options.defaults().withThreads(2);
  private static final List<String> TEXTS = List.of("this is a string", "", "A quiet, moving film.", "x", "How do I reset my password?",
      "word ".repeat(100), "naïve café \uD83D\uDE00", "word ".repeat(400), "I forgot my login");

  private EmbeddingModel model = EmbeddingModel.builtIn(OPTIONS);

  @BeforeAll
  void embedsAtAll() {
    assertEquals(256, model.embed("warm").length);
  }

  @AfterAll
  void close() {
    model.close();
  }

  @Test
  void embeddingsEqualTheGoldens() throws IOException {
    Json golden;
    try (InputStream in = FrontDoorTest.class.getResourceAsStream("/mini/golden.json")) {
      golden = Json.parse(in.readAllBytes(), "golden.json");
    }
    List<Json> items = golden.get("items").elements();
    assertEquals(13, items.size());
    List<float[]> vectors = model.embedAll(items.stream().map(item -> item.get("text").asString()).toList());
    for (int text = 0; text < items.size(); text++) {
      double[] expected = items.get(text).get("embedding").elements().stream().mapToDouble(Json::asDouble).toArray();
      double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
      for (int i = 0; i < 256; i++) {
        assertEquals(expected[i], vectors.get(text)[i], Tolerances.TO_FLOAT32_FIGURES * largest, "text " + text + ", dimension " + i);
      }
    }
  }

  @Test
  void embeddingsAreOfUnitLengthAndLikeTextsAreAlike() {
    float[] password = model.embed("How do I reset my password?");
    assertEquals(1, Vectors.cosine(password, password), 1e-6);
    assertEquals(1, Math.sqrt(dot(password, password)), 1e-6);
    assertTrue(Vectors.cosine(password, model.embed("I forgot my login"))
        > Vectors.cosine(password, model.embed("The volcano erupted in 1883.")) + 0.1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 64, 1024})
  void sameBitsInInputOrderWhateverTheBatchAndTheThreads(int tokenBudget) {
    List<float[]> expected = TEXTS.stream().map(model::embed).toList();
    List<Integer> order = new ArrayList<>(IntStream.range(0, TEXTS.size()).boxed().toList());
    Collections.shuffle(order, new Random(tokenBudget));
    try (EmbeddingModel other = EmbeddingModel.builtIn(OPTIONS.withThreads(1).withTokenBudget(tokenBudget))) {
      List<float[]> vectors = other.embedAll(order.stream().map(TEXTS::get).toList());
      for (int i = 0; i < order.size(); i++) {
        assertArrayEquals(expected.get(order.get(i)), vectors.get(i), "text " + order.get(i) + " at place " + i);
      }
    }
  }

  @Test
  void aStreamIsPulledAsItIsEmbeddedAndComesOutInOrder() {
    AtomicInteger pulled = new AtomicInteger();
    AtomicInteger farthest = new AtomicInteger();
    List<Long> indices = new ArrayList<>();
    try (EmbeddingModel small = EmbeddingModel.builtIn(OPTIONS.withTokenBudget(100))) {
      Stream<String> texts = IntStream.range(0, 300).mapToObj(i -> "text number " + i).peek(text -> pulled.incrementAndGet());
      small.embedAll(texts, (index, vector) -> {
        indices.add(index);
        farthest.accumulateAndGet((int) (pulled.get() - index), Math::max);
      });
    }
    assertEquals(IntStream.range(0, 300).asLongStream().boxed().toList(), indices);
    // A text has at least 5 tokens: 20 texts of the batch handed out, 20 of the one under way, and the one that did not fit any more.
    assertTrue(farthest.get() <= 41, "pulled " + farthest.get() + " texts ahead with a budget of 100 tokens");
  }

  @Test
  void aBatchIsFilledToItsLastToken() {
    assertEquals(3, model.countTokens("a"));
    List<Integer> pulled = new ArrayList<>();
    List<Integer> pulledAtFirst = new ArrayList<>();
    try (EmbeddingModel small = EmbeddingModel.builtIn(OPTIONS.withTokenBudget(6))) {
      small.embedAll(IntStream.range(0, 9).mapToObj(i -> "a").peek(text -> pulled.add(pulled.size())), (index, vector) -> {
        if (index == 0) {
          pulledAtFirst.add(pulled.size());
        }
      });
    }
    assertEquals(List.of(5), pulledAtFirst, "two texts, two texts, and the one that does not fit any more");
  }

  /** As the lines of several files are read; an iterator of such a stream holds all lines of a file. */
  @Test
  void textsThatCameFromOneElementArePulledAsTheyAreEmbedded() {
    AtomicInteger pulled = new AtomicInteger();
    Stream<String> endless = Stream.of("a", "b").flatMap(file -> Stream.iterate(0, i -> i + 1).map(i -> file + pulled.incrementAndGet()));
    try (EmbeddingModel small = EmbeddingModel.builtIn(OPTIONS.withTokenBudget(100))) {
      IllegalStateException enough = new IllegalStateException("enough");
      assertEquals(enough, assertThrows(IllegalStateException.class, () -> small.embedAll(endless.limit(100_000), (index, vector) -> {
        throw enough;
      })));
    }
    assertTrue(pulled.get() < 100, "pulled " + pulled.get() + " texts before the first vector with a budget of 100 tokens");
  }

  @Test
  void whatIsTooLongIsTruncatedAndSaysSo() {
    String text = "word ".repeat(400);
    Embedding embedding = embedding(OPTIONS, text);
    assertTrue(embedding.truncated());
    assertEquals(256, embedding.tokens());
    assertEquals(text, embedding.text());
    assertTrue(model.countTokens(text) > 256);

    Embedding fits = embedding(OPTIONS, "this is a string");
    assertFalse(fits.truncated());
    assertEquals(model.countTokens("this is a string"), fits.tokens());

    Embedding shorter = embedding(OPTIONS.withMaxLength(4), "this is a string");
    assertEquals(4, shorter.tokens());
    assertTrue(shorter.truncated());
    assertArrayEquals(model.embed("this is"), shorter.vector());
  }

  @Test
  void whatIsTooLongIsAnErrorWhereThatIsAsked() {
    IllegalArgumentException e = assertThrows(
        IllegalArgumentException.class, () -> embedding(OPTIONS.withOverflow(Overflow.ERROR).withMaxLength(4), "this is a string"));
    assertTrue(e.getMessage().startsWith("text 0: " + model.countTokens("this is a string") + " tokens, expected at most 4: \"this is"),
        e.getMessage());
    refused(": \"a" + " a".repeat(19) + " ...\"", () -> model.encode(List.of("a\na\ta" + " a".repeat(400)), Layers.all()));
  }

  @Test
  void windowsAreAveragedByTheirTokens() {
    String text = "one two three four five six seven eight nine ten";
    Encoding encoding = model.tokenizer().encode(text);
    assertEquals(12, encoding.length(), "the test wants ten words of one token each");
    int[] ids = encoding.ids();
    List<int[]> windows = List.of(
        new int[] {ids[0], ids[1], ids[2], ids[3], ids[4], ids[11]},
        new int[] {ids[0], ids[5], ids[6], ids[7], ids[8], ids[11]},
        new int[] {ids[0], ids[9], ids[10], ids[11]});
    double[] expected = new double[256];
    Pooling pooling = Pooling.parse("max");
    float[] vector = new float[256];
    try (HiddenStates states = model.encodeIds(windows, Layers.of(-1))) {
      for (int window = 0; window < 3; window++) {
        pooling.pool(states, window, vector, 0);
        for (int i = 0; i < 256; i++) {
          expected[i] += windows.get(window).length / 16.0 * vector[i];
        }
      }
    }
    Options options = OPTIONS.withOverflow(Overflow.WINDOW).withMaxLength(6).withPooling(pooling).withNormalize(false);
    Embedding embedding = embedding(options.withTokenBudget(7), text);
    assertEquals(16, embedding.tokens());
    assertFalse(embedding.truncated());
    for (int i = 0; i < 256; i++) {
      assertEquals((float) expected[i], embedding.vector()[i], "dimension " + i);
    }
    assertArrayEquals(embedding.vector(), embedding(options, "one", text, "two").vector(), "with other texts around");
  }

  @Test
  void aPromptComesBeforeTheText() {
    Embedding prompted = embedding(OPTIONS.withPrompt("query: "), "this is a string");
    assertArrayEquals(model.embed("query: this is a string"), prompted.vector());
    assertEquals("this is a string", prompted.text());
  }

  @Test
  void specialTokensInTheTextArePlainTextWhereThatIsAsked() {
    try (EmbeddingModel plain = EmbeddingModel.builtIn(OPTIONS.withPlainSpecials(true))) {
      assertEquals(3, model.countTokens("</s>"));
      assertTrue(plain.countTokens("</s>") > 3);
      assertEquals(plain.countTokens("</s>"), embedding(OPTIONS.withPlainSpecials(true), "</s>").tokens());
    }
  }

  @Test
  void hiddenStatesKnowTheirTokens() {
    String text = "this is a string";
    try (EncodedTexts encoded = model.encode(List.of("another", text), Layers.of(2, -1))) {
      Encoding tokens = encoded.tokens(1);
      Rows rows = encoded.layer(2).text(1);
      assertEquals(tokens.length(), rows.count());
      assertEquals("string", text.substring(tokens.start(4), tokens.end(4)));
      IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> encoded.layer(3));
      assertEquals("layer 3 was not demanded; demanded: 2 (ALL), 6 (ALL)", e.getMessage());
      try (HiddenStates byIds = model.encodeIds(List.of(tokens.ids()), Layers.all())) {
        assertArrayEquals(byIds.layer(2).text(0).toArray(), rows.toArray());
        assertArrayEquals(byIds.layer(6).text(0).toArray(), encoded.layer(-1).text(1).toArray());
      }
    }
  }

  @Test
  void hiddenStatesOfWhatIsTooLongOrNoTextAreRefused() {
    refused("text 1: 403 tokens, expected at most 256", () -> model.encode(List.of("a", "word ".repeat(400)), Layers.all()));
    refused("text 1: null", () -> model.encodeIds(Arrays.asList(new int[] {0, 2}, null), Layers.all()));
    refused("text 1: no token ids", () -> model.encodeIds(List.of(new int[] {0, 2}, new int[0]), Layers.all()));
    refused("text 0, token 1: id 16384", () -> model.encodeIds(List.of(new int[] {0, 16384, 2}), Layers.all()));
    refused("layer 7", () -> model.encode(List.of("a"), Layers.of(7)));
  }

  @Test
  void aSourceMayWaitForAnEmbeddingBeforeTheNextText() {
    List<Long> done = new ArrayList<>();
    Stream<String> texts = IntStream.range(0, 6).mapToObj(i -> {
      assertEquals(i / 2 * 2, done.size(), "of text " + i);
      return "text " + i;
    });
    int[] pulled = {0};
    model.embedEach(texts, () -> pulled[0]++ % 2 == 0, embedding -> done.add(embedding.index()));
    assertEquals(List.of(0L, 1L, 2L, 3L, 4L, 5L), done);
    try (EmbeddingModel small = EmbeddingModel.builtIn(OPTIONS.withTokenBudget(1))) { // a batch is under way whenever it asks
      done.clear();
      Stream<String> again = IntStream.range(0, 6).mapToObj(i -> "text " + i);
      small.embedEach(again, () -> pulled[0]++ % 2 == 0, embedding -> done.add(embedding.index()));
      assertEquals(List.of(0L, 1L, 2L, 3L, 4L, 5L), done);
    }
    try (EmbeddingModel small = EmbeddingModel.builtIn(OPTIONS.withTokenBudget(6))) {
      pulled[0] = 0;
      int[] atOne = new int[1];
      Stream<String> nine = IntStream.range(0, 9).mapToObj(i -> "a").peek(text -> pulled[0]++);
      small.embedEach(nine, () -> pulled[0] == 1, embedding -> atOne[0] = embedding.index() == 1 ? pulled[0] : atOne[0]);
      assertEquals(6, atOne[0], "the batch after the wait is filled as the first is");
    }
  }

  @Test
  void aParallelStreamIsPulledByItsCallerToo() {
    List<String> texts = TEXTS.subList(0, 4);
    Spliterator<String> whole = new Spliterators.AbstractSpliterator<>(texts.size(), Spliterator.ORDERED) {
      private int next;

      @Override
      public boolean tryAdvance(Consumer<? super String> action) {
        if (next < texts.size()) {
          action.accept(texts.get(next++));
          return true;
        }
        return false;
      }

      @Override
      public Spliterator<String> trySplit() {
        return fail("split, for several threads");
      }
    };
    List<Long> done = new ArrayList<>();
    model.embedAll(StreamSupport.stream(whole, true), (index, vector) -> done.add(index));
    assertEquals(List.of(0L, 1L, 2L, 3L), done);
  }

  @Test
  void onlyWhatIsCutIsTruncated() {
    String text = "this is a string";
    int tokens = model.countTokens(text);
    for (Overflow overflow : Overflow.values()) {
      for (int most : List.of(tokens - 1, tokens)) {
        try (EmbeddingModel other = EmbeddingModel.builtIn(OPTIONS.withOverflow(overflow).withMaxLength(most))) {
          assertEquals(overflow == Overflow.TRUNCATE && most < tokens, other.isTruncated(text), overflow + " " + most);
        }
      }
    }
  }

  @Test
  void aNullTextIsNamed() {
    List<String> texts = new ArrayList<>(List.of("a", "b"));
    texts.add(null);
    refused("text 2: null", () -> model.embedAll(texts));
    refused("text 2: null", () -> model.encode(texts, Layers.all()));
    refused("text 0: null", () -> model.embed(null));
    refused("text 0: null", () -> model.tokenIds(null));
    refused("text 0: null", () -> model.countTokens(null));
    refused("text 0: null", () -> model.isTruncated(null));
  }

  @Test
  void aNullStreamOrSinkIsNamedBeforeAnyTextIsPulled() {
    Stream<String> texts = Stream.of("a").peek(text -> fail("pulled"));
    named("sink", () -> model.embedAll(texts, null));
    named("sink", () -> model.embedAll(Stream.empty(), null));
    named("sink", () -> model.embedEach(texts, null));
    named("sink", () -> model.embedEach(texts, () -> false, null));
    named("waits", () -> model.embedEach(texts, null, embedding -> {}));
    named("texts", () -> model.embedAll(null, (index, vector) -> {}));
  }

  @Test
  void noTextsGiveNoVectors() {
    assertEquals(List.of(), model.embedAll(List.of()));
  }

  @Test
  void infoSaysWhatTheModelIs() {
    ModelInfo info = model.info();
    assertEquals("mini", info.name());
    assertSame(model.tokenizer(), model.tokenizer());
    try (EmbeddingModel small = EmbeddingModel.builtIn(OPTIONS.withDtype(Dtype.INT8))) {
      assertTrue(small.info().weightBytes() < info.weightBytes());
    }
    assertEquals("roberta", info.architecture());
    assertEquals(List.of(6, 256, 8, 1024, 16384, 256), List.of(info.layers(), info.hiddenSize(), info.heads(), info.intermediateSize(),
        info.vocabularySize(), info.maxTokens()));
    // words, positions, type, norm; per layer 4 square and 2 wide linears with biases and 2 norms
    long layer = 4 * (256 * 256 + 256) + 2 * 256 * 1024 + 1024 + 256 + 4 * 256;
    assertEquals((16384 + 258 + 1 + 2) * 256 + 6 * layer, info.parameters());
    assertEquals(Set.of(StoredDtype.F16), info.storedDtypes());
    assertEquals("mean", info.pooling());
    assertTrue(info.normalize());
    assertFalse(info.hasPooler());
    assertEquals(256, info.dimension());
    assertEquals(256, info.maxLength());
    assertTrue(info.weightBytes() > 2 * info.parameters() && info.weightBytes() < 4 * info.parameters(), info.toString());
  }

  @Test
  void infoCountsNoTensorsOfTaskHeads(@TempDir Path folder) throws IOException {
    ModelSource source = RandomCheckpoint.write(folder, Repeat.random(1), 16, 2, 20, 2, 60, 40);
    ModelInfo alone = ModelInfo.read(source);
    SafetensorsWriter writer = new SafetensorsWriter();
    try (Weights weights = Weights.open(source)) {
      for (String name : weights.names()) {
        writer.floats(name, weights.floats(name), weights.info(name).shape().stream().mapToLong(size -> size).toArray());
      }
    }
    writer.floats("classifier.pooler.dense.weight", new float[256], 16, 16).floats("lm_embeddings.weight", new float[32], 2, 16);
    Files.write(folder.resolve("model.safetensors"), writer.toBytes());
    assertEquals(alone, ModelInfo.read(source));
    assertFalse(alone.hasPooler());
  }

  @Test
  void scratchGrowsWithTheLongestTextBeyondAThousandTokens(@TempDir Path folder) throws IOException {
    List<Long> scratch = new ArrayList<>();
    for (int positions : new int[] {1026, 2050}) { // two of them no token has
      scratch.add(ModelInfo.read(RandomCheckpoint.write(folder, Repeat.random(1), 16, 2, 20, 1, 60, positions)).scratchBytes());
    }
    assertEquals(2 * scratch.get(0), scratch.get(1));
  }

  private static Embedding embedding(Options options, String... texts) {
    List<Embedding> embeddings = new ArrayList<>();
    try (EmbeddingModel model = EmbeddingModel.builtIn(options)) {
      model.embedEach(Stream.of(texts), embeddings::add);
    }
    return embeddings.get(texts.length / 2);
  }

  private static void refused(String message, Executable call) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call);
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  private static void named(String argument, Executable call) {
    String message = assertThrows(NullPointerException.class, call).getMessage();
    assertTrue(message.equals(argument) || message.contains('"' + argument + '"'), message);
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
