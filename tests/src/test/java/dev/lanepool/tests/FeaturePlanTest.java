package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.Head;
import dev.lanepool.Options;
import dev.lanepool.Prediction;
import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.Tokens;
import dev.lanepool.head.HeadConfig;
import dev.lanepool.head.HeadNetwork;
import dev.lanepool.head.HeadTask;
import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Mat;
import dev.lanepool.nn.Param;
import dev.lanepool.pooling.Pooling;
import dev.lanepool.training.Comparison;
import dev.lanepool.training.FitSettings;
import dev.lanepool.training.HeadEvaluation;
import dev.lanepool.training.HeadTrainer;
import dev.lanepool.training.LabelledTask;
import dev.lanepool.training.Probe;
import dev.lanepool.training.data.Dataset;
import dev.lanepool.training.features.FeatureCache;
import dev.lanepool.training.features.FeaturePlan;
import dev.lanepool.training.features.FeatureStorage;
import dev.lanepool.training.features.Features;
import dev.lanepool.training.report.ComparisonResult;
import dev.lanepool.weights.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A head on features gives the scores of the whole head on texts. */
class FeaturePlanTest {
  private static final EmbeddingModel MODEL = EmbeddingModel.builtIn();
  private static final List<String> TEXTS = List.of("a quiet, moving film", "", "dull", "it rains in the north ".repeat(60), "why not?");

  @TempDir
  private static Path folder;

  /** A small random checkpoint with a pooler and the built-in model's tokenizer. */
  private static EmbeddingModel pooled;

  @BeforeAll
  static void writeCheckpoint(@TempDir Path checkpoint) throws IOException {
    RandomCheckpoint.write(checkpoint, Repeat.random(1), 16, 2, 20, 3, 16384, 300, true);
    Files.write(checkpoint.resolve("tokenizer.json"), EmbeddingModel.builtInSource().find("tokenizer.json"));
    pooled = EmbeddingModel.load(checkpoint);
  }

  @AfterAll
  static void close() {
    MODEL.close();
    pooled.close();
  }

  @Test
  void aTrainerNamesANullArgumentAtOnce() {
    HeadTrainer trainer = HeadTrainer.on(MODEL);
    Map<String, Executable> calls = Map.of("model", () -> HeadTrainer.on(null), "pooling", () -> trainer.pooling((Pooling) null),
        "settings", () -> trainer.settings(null), "cache", () -> trainer.cache(null), "storage", () -> trainer.storage(null),
        "progress", () -> trainer.progress(null));
    calls.forEach(FeaturePlanTest::assertNamed);
  }

  @Test
  void aNameForAReportThatIsNullIsSaidBeforeAnythingIsEncoded() {
    Dataset data = Dataset.of(Collections.nCopies(40, "a text"), IntStream.range(0, 40).mapToObj(i -> i % 2 == 0 ? "x" : "y").toList());
    LabelledTask task = LabelledTask.classification(data);
    List<Pooling> mean = List.of(Pooling.parse("mean"));
    Comparison comparison = Comparison.on(MODEL).progress((stage, done, total) -> fail(stage));
    Probe probe = Probe.on(MODEL).progress((stage, done, total) -> fail(stage)).labels("label", data, task);
    assertNamed("name", () -> comparison.crossValidate(null, data, task, mean, 2));
    assertNamed("name", () -> comparison.heldOut(null, data, task, "test", data, mean));
    assertNamed("testName", () -> comparison.heldOut("data", data, task, null, data, mean));
    assertNamed("name", () -> probe.labels(null, data, task));
    assertNamed("name", () -> probe.run(null, "a fifth"));
    assertNamed("tested", () -> probe.run("data", null));
  }

  private static void assertNamed(String argument, Executable call) {
    assertEquals(argument, assertThrows(NullPointerException.class, call).getMessage());
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"cls|false", "mean|false", "max|false", "mean-max|false", "concat(layers=-1..-4,of=cls)|false",
      "lstm(hidden=16)|false", "weighted(start=4,of=cls)|false", "attention(hidden=16)|false", "cls+mean|false",
      "concat(layers=-1..-4,of=mean)|false", "mean-sqrt-len|false", "weighted-mean|false", "last|false", "mean@2|false",
      "weighted(start=2,weights=1/2/1/1/3)|false", "weighted(start=2,of=max)|false", "weighted(start=2,of=last)|false",
      "lstm(hidden=8,layout=scrambled)|false",
      "mean@1+attention(hidden=8)@3|false",
      // The mean of a weighted sum is a weighted sum of means, but for rounding.
      "weighted(start=1,of=mean)|true", "weighted(start=3,of=mean,norm=softmax)|true", "weighted(start=3,of=weighted-mean)|true",
      "weighted(start=3,of=mean-sqrt-len)|true"})
  void theReducedHeadIsTheWholeOne(String spec, boolean rounds) {
    check(MODEL, spec, rounds);
  }

  /** Training sees no encoder, and so no pooler: its outputs are kept. */
  @ParameterizedTest
  @ValueSource(strings = {"pooler", "pooler+mean", "pooler+attention(hidden=8)", "attention(hidden=8)@1+pooler", "pooler+lstm(hidden=4)",
      "pooler+weighted(start=1,of=cls)", "weighted(start=1,of=mean)+pooler+max", "pooler+weighted(start=1,of=max)+cls"})
  void thePoolersOutputsAreKept(String spec) {
    check(pooled, spec, false);
  }

  /** Token 0 of the last layer is read for the pooler's output alone. */
  @Test
  void rowsThatOnlyThePoolerReadsAreNotKept(@TempDir Path own) {
    FeatureCache cache = new FeatureCache(own, Long.MAX_VALUE);
    for (String spec : List.of("pooler+attention(hidden=8)@1", "attention(hidden=4)@1+pooler")) {
      FeaturePlan plan = FeaturePlan.of(Pooling.parse(spec), pooled);
      cache.get(pooled, TEXTS, List.of(plan), FeatureStorage.F32, (done, total) -> { }).features().close();
    }
    assertEquals(2, cache.contents().files(), "the pooler's outputs and layer 1");
  }

  @Test
  void aHeadThatReadsThePoolerIsTrainedSavedAndCompared(@TempDir Path heads) {
    List<String> texts = IntStream.range(0, 60)
        .mapToObj(i -> (i % 2 == 0 ? "rain falls " : "why, no: ") + "on and on ".repeat(i % 5) + i).toList();
    Dataset data = Dataset.of(texts, IntStream.range(0, 60).mapToObj(i -> i % 2 == 0 ? "weather" : "talk").toList());
    FitSettings few = FitSettings.defaults().withEpochs(2);
    List<String> specs = List.of("pooler+attention(hidden=8)", "pooler+weighted(start=1,of=cls)");
    for (String spec : specs) {
      Head head = HeadTrainer.on(pooled).pooling(spec).classification(data).settings(few).fit();
      head.save(heads.resolve("head"));
      Head loaded = Head.load(heads.resolve("head"), pooled);
      assertEquals(spec, loaded.config().pooling().toString());
      List<Prediction> before = head.predictAll(texts);
      List<Prediction> after = loaded.predictAll(texts);
      for (int i = 0; i < texts.size(); i++) {
        assertArrayEquals(before.get(i).scores(), after.get(i).scores());
      }
      assertEquals(60, HeadEvaluation.of("data", loaded, data).rows());
    }
    Comparison comparison = Comparison.on(pooled).settings(few).cache(new FeatureCache(folder, Long.MAX_VALUE))
        .storage(FeatureStorage.BF16);
    ComparisonResult result = comparison.crossValidate("data", data, LabelledTask.classification(data),
        Stream.concat(specs.stream(), Stream.of("pooler", "cls")).map(Pooling::parse).toList(), 2);
    assertEquals(4, result.results().size());
  }

  @Test
  void aPoolerThatIsNotThereIsRefusedBeforeAnyTextIsRead() {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
        () -> FeaturePlan.of(Pooling.parse("pooler+attention(hidden=8)"), MODEL));
    assertEquals("pooling \"pooler+attention(hidden=8)\": this checkpoint has no pooler weights", e.getMessage());
  }

  /** Of lengths that differ, from the second of those asked for on; rows of every token, and of the first alone. */
  @Test
  void featuresAreOfTheTextsAskedForInTheirOrder() {
    FeaturePlan plan = FeaturePlan.of(Pooling.parse("pooler+attention(hidden=8)+lstm(hidden=4)"), pooled);
    FeaturePlan other = FeaturePlan.of(Pooling.parse("max"), pooled);
    Features features =
        new FeatureCache(folder, Long.MAX_VALUE).get(pooled, TEXTS, List.of(plan), FeatureStorage.F32, (done, total) -> { }).features();
    int[] some = {2, 3, 0, 4};
    try (HiddenStates states = features.states(plan, some, 1, 3)) {
      for (int i = 0; i < 3; i++) {
        try (HiddenStates alone = features.states(plan, new int[] {some[i + 1]}, 0, 1)) {
          assertEquals(features.length(some[i + 1]), states.length(i));
          assertArrayEquals(rows(alone, 1, 0, Tokens.FIRST), rows(states, 1, i, Tokens.FIRST));
          assertArrayEquals(rows(alone, plan.layers(), 0, Tokens.ALL), rows(states, plan.layers(), i, Tokens.ALL));
          float[][] output = new float[2][plan.width()];
          alone.pooler(0, output[0], 0);
          states.pooler(i, output[1], 0);
          assertArrayEquals(output[0], output[1]);
        }
      }
    }
    String message = assertThrows(IllegalArgumentException.class, () -> features.states(other, some, 0, 1)).getMessage();
    assertTrue(message.startsWith("these features have no column pooled:max, only ["), message);
    features.close();
    assertThrows(IllegalStateException.class, () -> features.states(plan, some, 0, 1));
  }

  private static float[] rows(HiddenStates states, int layer, int text, Tokens tokens) {
    int from = states.start(layer, text, tokens);
    return Arrays.copyOfRange(states.array(layer), from, from + (tokens == Tokens.ALL ? states.length(text) : 1) * states.width());
  }

  @Test
  void textsAreEncodedTogetherWhileTheirTokensFitTheBudget(@TempDir Path none) {
    List<String> texts = List.of("a", "b", "c", "d", "e");
    int each = MODEL.countTokens("a");
    Map<Integer, List<Integer>> expected = Map.of(1, List.of(1, 2, 3, 4, 5), 2 * each - 1, List.of(1, 2, 3, 4, 5),
        2 * each, List.of(2, 4, 5), 3 * each - 1, List.of(2, 4, 5), 3 * each, List.of(3, 5), 5 * each, List.of(5));
    expected.forEach((budget, done) -> {
      List<Integer> heard = new ArrayList<>();
      try (EmbeddingModel model = EmbeddingModel.builtIn(Options.defaults().withTokenBudget(budget))) {
        FeatureCache cache = new FeatureCache(none, Long.MAX_VALUE);
        FeaturePlan plan = FeaturePlan.of(Pooling.parse("mean"), model);
        cache.get(model, texts, List.of(plan), FeatureStorage.F32, (at, total) -> heard.add(at)).features().close();
        cache.clear();
      }
      assertEquals(done, heard, "budget " + budget);
    });
  }

  /** By its number among all texts, not among those that are encoded with it. */
  @Test
  void aTextWhoseFeaturesAreNotFiniteIsNamed(@TempDir Path checkpoint, @TempDir Path none) throws IOException {
    RandomCheckpoint.write(checkpoint, Repeat.random(1), 16, 2, 20, 3, 16384, 300);
    Files.write(checkpoint.resolve("tokenizer.json"), EmbeddingModel.builtInSource().find("tokenizer.json"));
    Path file = checkpoint.resolve("model.safetensors");
    ByteBuffer weights = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int data = Long.BYTES + (int) weights.getLong(0);
    int words = Json.parse(Arrays.copyOfRange(weights.array(), Long.BYTES, data), "header").get("embeddings.word_embeddings.weight")
        .get("data_offsets").elements().getFirst().asInt();
    weights.putFloat(data + words + MODEL.tokenIds("dull")[1] * 16 * Float.BYTES, Float.NaN);
    Files.write(file, weights.array());
    try (EmbeddingModel model = EmbeddingModel.load(checkpoint, Options.defaults().withTokenBudget(1))) {
      FeaturePlan plan = FeaturePlan.of(Pooling.parse("mean"), model);
      String message = assertThrows(ArithmeticException.class, () -> new FeatureCache(none, Long.MAX_VALUE)
          .get(model, TEXTS, List.of(plan), FeatureStorage.F32, (done, total) -> { })).getMessage();
      assertTrue(message.startsWith("text 2: found NaN among its features (pooled:mean)"), message);
    }
  }

  private static void check(EmbeddingModel model, String spec, boolean rounds) {
    FeaturePlan plan = FeaturePlan.of(Pooling.parse(spec), model);
    assertFalse(rounds && plan.perToken(), "a mean a layer is enough");
    HeadTask task = HeadTask.classification(List.of("no", "yes", "maybe"));
    HeadNetwork whole = network(plan.pooling(), task, model.layers(), model.hiddenSize());
    HeadNetwork reduced = network(plan.reduced(), task, plan.layers(), plan.width());
    for (Param param : whole.tensors()) {
      if (param.name().endsWith("layer_weights")) {
        param.values()[0] += 2; // where all are equal, each norm makes the same of them
        param.changed();
      }
    }
    copy(whole, reduced);
    List<int[]> ids = TEXTS.stream().map(model::tokenIds).toList();
    int[] all = {0, 1, 2, 3, 4};
    Mat expected = new Mat(all.length, 3);
    Mat found = new Mat(all.length, 3);
    FeatureCache.Found features =
        new FeatureCache(folder, Long.MAX_VALUE).get(model, TEXTS, List.of(plan), FeatureStorage.F32, (done, total) -> { });
    try (var open = features.features(); Compute compute = new Compute(1);
        HiddenStates states = model.encodeIds(ids, plan.pooling().demand(model.layers()));
        HiddenStates kept = open.states(plan, all, 0, all.length)) {
      whole.infer(states, expected, whole.newCache(compute, all.length, 1024));
      reduced.infer(kept, found, reduced.newCache(compute, all.length, 1024));
    }
    if (!rounds) {
      assertArrayEquals(expected.data(), found.data());
      return;
    }
    float largest = 0;
    for (float value : expected.data()) {
      largest = Math.max(largest, Math.abs(value));
    }
    assertArrayEquals(expected.data(), found.data(), (float) (Tolerances.POOLING * largest));
  }

  private static HeadNetwork network(Pooling pooling, HeadTask task, int layers, int hidden) {
    return new HeadNetwork(HeadConfig.of(pooling, task).withStandardize(true), layers, hidden, Repeat.random(3));
  }

  private static void copy(HeadNetwork from, HeadNetwork to) {
    Map<String, Param> params = new HashMap<>();
    from.tensors().forEach(param -> params.put(param.name(), param));
    List<String> copied = new ArrayList<>();
    for (Param param : to.tensors()) {
      Param source = params.get(param.name());
      assertEquals(source.values().length, param.values().length, param.name());
      param.set(source.values());
      copied.add(param.name());
    }
    assertEquals(Arrays.asList(params.keySet().stream().sorted().toArray()), Arrays.asList(copied.stream().sorted().toArray()));
  }
}
