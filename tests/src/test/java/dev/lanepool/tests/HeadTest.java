package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.Head;
import dev.lanepool.Options;
import dev.lanepool.Overflow;
import dev.lanepool.Prediction;
import dev.lanepool.encoder.Fingerprint;
import dev.lanepool.head.HeadConfig;
import dev.lanepool.head.HeadFiles;
import dev.lanepool.head.HeadNetwork;
import dev.lanepool.head.HeadTask;
import dev.lanepool.pooling.Pooling;
import dev.lanepool.weights.ModelFileException;
import dev.lanepool.weights.ModelSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Heads on the built-in model: saved, loaded, predicting for many callers; and every way in which a saved head can be wrong. */
class HeadTest {
  private static final EmbeddingModel MODEL = EmbeddingModel.builtIn();
  private static final List<String> TEXTS = List.of("a quiet, moving film", "", "dull", "it rains in the north ".repeat(60), "why not?");

  @AfterAll
  static void close() {
    MODEL.close();
  }

  private static Head head(String spec, HeadTask task) {
    HeadConfig config = HeadConfig.of(Pooling.parse(spec), task).withStandardize(true).withHidden(8).withDropout(0.1);
    return new Head(MODEL, new HeadNetwork(config, MODEL.layers(), MODEL.hiddenSize(), Repeat.random(1)), Map.of("accuracy", 0.75));
  }

  @ParameterizedTest
  @ValueSource(strings = {"cls", "max", "concat(layers=-1..-2,of=mean)", "lstm(hidden=6)", "weighted(start=1,of=mean-max,norm=softmax)",
      "attention(hidden=9)@1", "mean@1+lstm(hidden=3,layout=scrambled)"})
  void aSavedHeadPredictsTheSameBits(String spec, @TempDir Path folder) {
    Head head = head(spec, HeadTask.classification(List.of("no", "yes", "\"maybe\"\n")));
    Path to = folder.resolve("new");
    head.save(to);
    Head loaded = Head.load(to, MODEL);
    assertEquals(head.config(), loaded.config());
    assertEquals(head.metrics(), loaded.metrics());
    List<Prediction> before = head.predictAll(TEXTS);
    List<Prediction> after = loaded.predictAll(TEXTS);
    for (int i = 0; i < TEXTS.size(); i++) {
      assertArrayEquals(before.get(i).scores(), after.get(i).scores());
      assertArrayEquals(before.get(i).scores(), head.predict(TEXTS.get(i)).scores(), "alone");
      float sum = 0;
      for (float score : after.get(i).scores()) {
        sum += score;
      }
      assertEquals(1, sum, 1e-6f);
    }
    loaded.save(to); // over itself
    assertEquals(2, to.toFile().list().length);
  }

  @Test
  void filesDependOnNeitherTheLocaleNorTheProcess(@TempDir Path folder) throws IOException {
    Locale usual = Locale.getDefault();
    try {
      Locale.setDefault(Locale.of("ar", "EG")); // whose digits are not 0 to 9
      Map<String, Double> metrics = new LinkedHashMap<>(); // in an order that no hash of the names has
      for (int i : List.of(3, 9, 0, 7, 1, 8, 2, 6, 5, 4)) {
        metrics.put("metric " + i, i / 8.0);
      }
      new Head(MODEL, new HeadNetwork(HeadConfig.of(Pooling.parse("cls"), HeadTask.regression()), MODEL.layers(), MODEL.hiddenSize(),
          Repeat.random(1)), metrics).save(folder);
      assertEquals(new ArrayList<>(metrics.keySet()), new ArrayList<>(Head.load(folder, MODEL).metrics().keySet()));
    } finally {
      Locale.setDefault(usual);
    }
  }

  @Test
  void thirtyTwoCallersGetTheBitsOfOne() throws Exception {
    Head head = head("attention(hidden=9)", HeadTask.regression());
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 70; i++) { // more than are encoded together
      texts.add("number " + i + " of " + TEXTS.get(i % 3));
    }
    List<Prediction> expected = head.predictAll(texts);
    try (ExecutorService callers = Executors.newFixedThreadPool(32)) {
      List<Future<List<Prediction>>> calls = new ArrayList<>();
      for (int i = 0; i < 32; i++) {
        calls.add(callers.submit(() -> head.predictAll(texts)));
      }
      for (Future<List<Prediction>> call : calls) {
        for (int i = 0; i < texts.size(); i++) {
          assertEquals(expected.get(i).value(), call.get().get(i).value());
        }
      }
    }
  }

  @Test
  void predictionsSpeakOfTheirTask() {
    Prediction one = new Prediction(HeadTask.classification(List.of("a", "b", "c")), new float[] {0.2f, 0.7f, 0.1f});
    assertEquals("b", one.label());
    assertEquals("a", new Prediction(one.task(), new float[] {0.4f, 0.4f, 0.2f}).label(), "the first of equals");
    assertEquals(0.7f, one.score("b"));
    assertThrows(IllegalArgumentException.class, () -> one.score("d"));
    assertThrows(IllegalStateException.class, one::value);
    Prediction many = new Prediction(new HeadTask.Classification(List.of("a", "b", "c"), true), new float[] {0.5f, 0.7f, 0.1f});
    assertEquals(List.of("a", "b"), many.labels());
    Prediction value = head("mean", HeadTask.regression()).predict("x");
    assertEquals(value.score("value"), value.value());
    assertThrows(IllegalStateException.class, value::label);
    assertThrows(IllegalStateException.class, value::labels);
    Head multi = head("mean", new HeadTask.Classification(List.of("a"), true));
    assertTrue(multi.predict("x").scores()[0] > 0 && multi.predict("x").scores()[0] < 1);
    assertEquals(List.of(), multi.predictAll(List.of()));
    assertThrows(IllegalArgumentException.class, () -> multi.predictAll(java.util.Arrays.asList("x", null)));
  }

  @Test
  void modelsAndHeadsSayWhatTheyAre() {
    assertEquals("mini (mean, 256 floats, F32)", MODEL.toString());
    assertEquals("cls+max@3: 2 outputs, on " + MODEL, head("cls+max@3", HeadTask.classification(List.of("a", "b"))).toString());
    assertEquals("mean: 1 output, on " + MODEL, head("mean", HeadTask.regression()).toString());
  }

  @Test
  void predictionsAreEqualWhereAllTheySayIs() {
    HeadTask task = HeadTask.classification(List.of("no", "yes"));
    Prediction prediction = new Prediction(task, new float[] {0.25f, 0.75f});
    Prediction same = new Prediction(HeadTask.classification(List.of("no", "yes")), new float[] {0.25f, 0.75f});
    assertEquals(prediction, same);
    assertEquals(prediction.hashCode(), same.hashCode());
    assertNotEquals(prediction, new Prediction(task, new float[] {0.75f, 0.25f}));
    assertNotEquals(prediction, new Prediction(HeadTask.classification(List.of("yes", "no")), prediction.scores()));
    assertEquals("Prediction[no=0.25, yes=0.75]", prediction.toString());
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> new Prediction(task, new float[3]));
    assertEquals("found 3 scores, expected 2: [no, yes]", e.getMessage());
  }

  /** Scratch is for 1,024 tokens: texts that fill it to the last one, and texts that have one token more. */
  @Test
  void textsThatJustFitTogetherAndOneTokenMore() {
    Head head = head("max", HeadTask.regression());
    for (int last : new int[] {256, 257}) {
      List<String> texts = List.of(ofTokens(256), ofTokens(256), ofTokens(256), ofTokens(last - 200), ofTokens(200));
      assertEquals(768 + last, texts.stream().mapToInt(MODEL::countTokens).sum());
      List<Prediction> together = head.predictAll(texts);
      for (int i = 0; i < texts.size(); i++) {
        assertEquals(head.predict(texts.get(i)).value(), together.get(i).value(), "text " + i);
      }
    }
  }

  private static String ofTokens(int count) {
    String text = "a" + " a".repeat(count - 3);
    assertEquals(count, MODEL.countTokens(text));
    return text;
  }

  @Test
  void aTextThatIsTooLongIsNamedByItsIndex() {
    try (EmbeddingModel strict = EmbeddingModel.builtIn(Options.defaults().withOverflow(Overflow.ERROR).withMaxLength(4))) {
      Head head = new Head(strict, new HeadNetwork(HeadConfig.of(Pooling.parse("cls"), HeadTask.regression()), strict.layers(),
          strict.hiddenSize(), Repeat.random(1)), Map.of());
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> head.predictAll(List.of("a", "this is a string")));
      assertTrue(e.getMessage().startsWith("text 1: "), e.getMessage());
      List<String> many = new ArrayList<>(Collections.nCopies(70, "a")); // more than are encoded together
      many.add("this is a string");
      e = assertThrows(IllegalArgumentException.class, () -> head.predictAll(100, many));
      assertTrue(e.getMessage().startsWith("text 170: "), e.getMessage());
    }
  }

  @Test
  void aHeadForAnotherEncoderIsRefusedByBothNames(@TempDir Path folder) throws IOException {
    Path one = Files.createDirectory(folder.resolve("one"));
    Path two = Files.createDirectory(folder.resolve("two"));
    ModelSource first = RandomCheckpoint.write(one, Repeat.random(1), 16, 2, 20, 2, 60, 40);
    ModelSource second = RandomCheckpoint.write(two, Repeat.random(2), 16, 2, 20, 2, 60, 40);
    assertEquals(Fingerprint.of(first), Fingerprint.of(first));
    HeadNetwork network =
        new HeadNetwork(HeadConfig.of(Pooling.parse("cls"), HeadTask.regression()), 2, 16, Repeat.random(1));
    HeadFiles.save(folder, network, new HeadFiles.Encoder("one", Fingerprint.of(first), 2, 16), Map.of());
    ModelFileException e = assertThrows(ModelFileException.class,
        () -> HeadFiles.load(folder, new HeadFiles.Encoder("two", Fingerprint.of(second), 2, 16)));
    assertTrue(e.getMessage().contains("trained on the encoder \"one\"") && e.getMessage().contains("loaded for \"two\""), e.getMessage());
    HeadFiles.load(folder, new HeadFiles.Encoder("renamed", Fingerprint.of(first), 2, 16));
    assertThrows(IllegalArgumentException.class, () -> new Head(MODEL, network, Map.of()));
  }

  @Test
  void aHeadOfAnotherDepthOrWidthIsRefused() {
    HeadConfig config = HeadConfig.of(Pooling.parse("mean"), HeadTask.regression());
    for (int[] shape : List.of(new int[] {5, 256}, new int[] {6, 128})) {
      HeadNetwork network = new HeadNetwork(config, shape[0], shape[1], Repeat.random(1));
      String message = assertThrows(IllegalArgumentException.class, () -> new Head(MODEL, network, Map.of())).getMessage();
      assertEquals("a head for " + shape[0] + " layers of " + shape[1] + ", but the model has 6 of 256", message);
    }
  }

  @Test
  void metricsAreCopied() {
    Map<String, Double> metrics = new LinkedHashMap<>(Map.of("accuracy", 0.5));
    HeadConfig config = HeadConfig.of(Pooling.parse("mean"), HeadTask.regression());
    Head head = new Head(MODEL, new HeadNetwork(config, MODEL.layers(), MODEL.hiddenSize(), Repeat.random(1)), metrics);
    metrics.clear();
    assertEquals(Map.of("accuracy", 0.5), head.metrics());
    assertThrows(RuntimeException.class, () -> head.metrics().clear());
  }

  /** The first is a number: which of them is none is what the error says. */
  @Test
  void anOutputThatIsNoNumberIsNamed() {
    HeadConfig config = HeadConfig.of(Pooling.parse("mean"), new HeadTask.Regression(List.of("fine", "broken")));
    HeadNetwork network = new HeadNetwork(config, MODEL.layers(), MODEL.hiddenSize(), Repeat.random(1));
    network.output().bias().values()[1] = Float.NEGATIVE_INFINITY;
    Head head = new Head(MODEL, network, Map.of());
    String message = assertThrows(ArithmeticException.class, () -> head.predictAll(3, List.of("x"))).getMessage();
    assertEquals("text 3: the head gives -Infinity for \"broken\", expected a finite number", message);
  }

  /** Longer than what is encoded together, of a model that has positions for it. */
  @Test
  void aTextOfMoreThanAThousandTokensIsPredicted(@TempDir Path folder) throws IOException {
    RandomCheckpoint.write(folder, Repeat.random(1), 16, 2, 20, 1, 16384, 1500);
    Files.write(folder.resolve("tokenizer.json"), EmbeddingModel.builtInSource().read("tokenizer.json"));
    try (EmbeddingModel model = EmbeddingModel.load(folder, Options.defaults().withThreads(1))) {
      HeadConfig config = HeadConfig.of(Pooling.parse("attention(hidden=3)"), HeadTask.regression());
      Head head = new Head(model, new HeadNetwork(config, 1, 16, Repeat.random(1)), Map.of());
      assertEquals(1200, model.countTokens(ofTokens(1200)));
      assertEquals(head.predict("a").value(), head.predictAll(List.of(ofTokens(1200), "a")).getLast().value());
    }
  }

  @Test
  void aHeadThatReadsAPoolerIsRefusedForAModelWithoutOne(@TempDir Path folder) throws IOException {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> head("max+pooler", HeadTask.regression()));
    assertEquals("pooling \"max+pooler\": this checkpoint has no pooler weights", e.getMessage());
    try (EmbeddingModel model = EmbeddingModel.load(
        RandomCheckpoint.write(folder, Repeat.random(1), 16, 2, 20, 2, 60, 40, true), Options.defaults().withThreads(1))) {
      HeadConfig config = HeadConfig.of(Pooling.parse("max+pooler"), HeadTask.regression());
      assertEquals(config, new Head(model, new HeadNetwork(config, 2, 16, Repeat.random(1)), Map.of()).config());
    }
  }

  /** Each a change of a good head.json, and what the error must name. */
  @ParameterizedTest
  @CsvSource(delimiter = ';', quoteCharacter = '`', value = {
      "\"version\": 1; \"version\": 2; version",
      "\"version\": 1; \"version\": 0; version",
      "\"version\": 1; \"extra\": 1, \"version\": 1; unknown field \"extra\"",
      "\"version\": 1; \"version\": \"1\"; version",
      "\"pooling\": \"cls\"; \"pooling\": \"clz\"; character 1",
      "\"pooling\": \"cls\"; \"pooling\": \"cls@99\"; layer 99",
      "\"pooling\": \"cls\"; \"pooling\": \"attention(hidden=2000000000)\"; values",
      "\"pooling\": \"cls\"; \"pooling\": \"lstm(hidden=2000000000)\"; hidden: found 2000000000, expected at most 23170",
      "\"pooling\": \"cls\"; \"pooling\": \"mean-max\"; values",
      "\"hidden\": 8; \"hidden\": 2147483647; values",
      "\"hidden\": 8; \"hidden\": -8; hidden",
      "\"hidden\": 8; \"hidden\": 9; values",
      "\"hidden\": 8; \"hidden\": 7; values",
      "\"dropout\": 0.1; \"dropout\": 1.5; dropout",
      "\"standardize\": true; \"standardize\": 1; standardize",
      "\"standardize\": true; \"standardise\": true; standardi",
      "\"regression\"; \"regressions\"; type",
      "\"regression\"; \"regression\", \"extra\": 1; task: unknown field \"extra\"",
      "\"regression\"; \"regression\", \"multi_label\": false; task: unknown field \"multi_label\"",
      "\"regression\"; \"classification\"; task: unknown field \"names\"",
      "\"layers\"; \"depth\": 6, \"layers\"; model: unknown field \"depth\"",
      "[\"value\"]; []; names",
      "[\"value\"]; [\"a\", \"b\"]; values",
      "[\"value\"]; [\"a\", \"a\"]; twice",
      "\"accuracy\": 0.75; \"accuracy\": \"good\"; accuracy",
      "\"fingerprint\": \"; \"fingerprint\": \"0; trained on",
      "\"layers\": 6; \"layers\": 7; trained on",
      "\"hidden_size\": 256; \"hidden_size\": 128; trained on",
      "\"tensors_sha256\": \"; \"tensors_sha256\": \"0; SHA-256",
      "{; ; JSON",
  })
  void aChangedHeadJsonIsRefusedByName(String found, String put, String named, @TempDir Path folder) throws IOException {
    head("cls", HeadTask.regression()).save(folder);
    Path json = folder.resolve("head.json");
    String text = Files.readString(json);
    String changed = text.replaceFirst(java.util.regex.Pattern.quote(found.strip()),
        java.util.regex.Matcher.quoteReplacement(put == null ? "" : put.strip()));
    assertTrue(!changed.equals(text), "nothing to change");
    Files.writeString(json, changed);
    ModelFileException e = assertThrows(ModelFileException.class, () -> Head.load(folder, MODEL));
    assertTrue(e.getMessage().contains("head.") && e.getMessage().contains(named), e.getMessage());
  }

  private static final HeadFiles.Encoder SMALL = new HeadFiles.Encoder("small", "x", 2, 16);

  private static HeadNetwork small(HeadConfig config) {
    return new HeadNetwork(config, SMALL.layers(), SMALL.hiddenSize(), Repeat.random(1));
  }

  @Test
  void whatAHeadIsComesBack(@TempDir Path folder) {
    for (boolean either : new boolean[] {true, false}) {
      HeadConfig config = HeadConfig.of(Pooling.parse("cls"), new HeadTask.Classification(List.of("a", "b"), either))
          .withStandardize(either).withDropout(either ? 0.25 : 0);
      HeadFiles.save(folder, small(config), SMALL, Map.of());
      assertEquals(config, HeadFiles.load(folder, SMALL).network().config());
    }
  }

  @Test
  void anEncoderMayHaveAnyName(@TempDir Path folder) {
    HeadFiles.Encoder odd = new HeadFiles.Encoder("\"small\" \\ 100%d", SMALL.fingerprint(), SMALL.layers(), SMALL.hiddenSize());
    HeadConfig config = HeadConfig.of(Pooling.parse("cls"), HeadTask.regression());
    HeadFiles.save(folder, small(config), odd, Map.of("100% \"right\"", 0.5));
    assertEquals(Map.of("100% \"right\"", 0.5), HeadFiles.load(folder, SMALL).metrics());
  }

  /** As a save writes them, which looks at no value. */
  @Test
  void valuesThatAHeadCannotHaveAreRefusedByTheirTensor(@TempDir Path folder) {
    for (float value : new float[] {0, -1, Float.NaN, Float.POSITIVE_INFINITY}) {
      HeadNetwork network = small(HeadConfig.of(Pooling.parse("cls"), HeadTask.regression()).withStandardize(true));
      network.standardize().scale().values()[3] = value;
      HeadFiles.save(folder, network, SMALL, Map.of());
      String message = assertThrows(ModelFileException.class, () -> HeadFiles.load(folder, SMALL)).getMessage();
      assertTrue(message.contains("standardize.scale")
          && message.endsWith("element 3: found " + value + ", expected a finite number above 0"), message);
      network.standardize().scale().values()[3] = 1;
      network.output().weight().values()[5] = value;
      HeadFiles.save(folder, network, SMALL, Map.of());
      if (Float.isFinite(value)) {
        assertEquals(value, HeadFiles.load(folder, SMALL).network().output().weight().values()[5]);
      } else {
        message = assertThrows(ModelFileException.class, () -> HeadFiles.load(folder, SMALL)).getMessage();
        assertTrue(message.endsWith("element 5: found " + value + ", expected a finite number"), message);
      }
    }
  }

  /** A hidden layer of 4 and 3 outputs have as many values as one of 1 and 33. */
  @Test
  void asManyValuesOfOtherShapesAreRefused(@TempDir Path folder) throws IOException {
    HeadTask three = new HeadTask.Regression(List.of("0", "1", "2"));
    HeadFiles.save(folder, small(HeadConfig.of(Pooling.parse("cls"), three).withHidden(4)), SMALL, Map.of());
    Path json = folder.resolve("head.json");
    String names = IntStream.range(0, 33).mapToObj(i -> "\"" + i + "\"").collect(Collectors.joining(", "));
    Files.writeString(json, Files.readString(json).replace("\"hidden\": 4", "\"hidden\": 1").replace("\"0\", \"1\", \"2\"", names));
    String message = assertThrows(ModelFileException.class, () -> HeadFiles.load(folder, SMALL)).getMessage();
    assertTrue(message.contains("dense.weight"), message);
  }

  @Test
  void changedOrMissingTensorsAreRefused(@TempDir Path folder) throws IOException {
    head("cls", HeadTask.regression()).save(folder);
    Path tensors = folder.resolve("head.safetensors");
    byte[] bytes = Files.readAllBytes(tensors);
    byte[] cut = java.util.Arrays.copyOf(bytes, bytes.length - 4);
    bytes[bytes.length - 1] ^= 1;
    for (byte[] bad : List.of(bytes, cut, new byte[0])) {
      Files.write(tensors, bad);
      ModelFileException e = assertThrows(ModelFileException.class, () -> Head.load(folder, MODEL));
      assertTrue(e.getMessage().contains("head.safetensors"), e.getMessage());
    }
    Files.delete(tensors);
    ModelFileException missing = assertThrows(ModelFileException.class, () -> Head.load(folder, MODEL));
    assertTrue(missing.getMessage().endsWith("head.safetensors: no such file"), missing.getMessage());
    Files.createDirectory(tensors);
    ModelFileException place = assertThrows(ModelFileException.class, () -> Head.load(folder, MODEL));
    assertTrue(place.getMessage().endsWith("head.safetensors: found a folder, expected a file"), place.getMessage());
    assertThrows(ModelFileException.class, () -> Head.load(folder.resolve("none"), MODEL));
  }

  @Test
  void whatCannotBeSavedIsRefused(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "x");
    assertThrows(IllegalArgumentException.class, () -> head("cls", HeadTask.regression()).save(file));
    HeadNetwork network = new HeadNetwork(HeadConfig.of(Pooling.parse("cls"), HeadTask.regression()), 2, 16, Repeat.random(1));
    for (double loss : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      String message = assertThrows(IllegalArgumentException.class,
          () -> HeadFiles.save(folder, network, new HeadFiles.Encoder("x", "y", 2, 16), Map.of("loss", loss))).getMessage();
      assertEquals("metric \"loss\": found " + loss + ", expected a finite number", message);
    }
  }
}
