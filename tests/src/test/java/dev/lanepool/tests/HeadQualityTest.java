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
import dev.lanepool.Overflow;
import dev.lanepool.Prediction;
import dev.lanepool.pooling.Pooling;
import dev.lanepool.training.Comparison;
import dev.lanepool.training.FitSettings;
import dev.lanepool.training.HeadTrainer;
import dev.lanepool.training.LabelledTask;
import dev.lanepool.training.Probe;
import dev.lanepool.training.TrainingProgress;
import dev.lanepool.training.data.Dataset;
import dev.lanepool.training.data.ProbingTask;
import dev.lanepool.training.features.FeatureCache;
import dev.lanepool.training.report.ComparisonResult;
import dev.lanepool.training.report.Metric;
import dev.lanepool.training.report.PoolingResult;
import dev.lanepool.weights.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Heads learn: with the built-in model on the examples, every pooling leaves the baseline far behind, and learnt ones keep up. */
class HeadQualityTest {
  private static final EmbeddingModel MODEL = EmbeddingModel.builtIn();
  private static final Path EXAMPLES = Path.of("..", "examples");

  @TempDir
  private static Path folder;

  @AfterAll
  static void close() {
    MODEL.close();
  }

  @Test
  void everyPoolingLearnsTheMessages() {
    Dataset data = Dataset.csv(EXAMPLES.resolve("messages.csv"), "text", "label");
    List<String> specs = List.of("cls", "mean", "max", "mean-max", "concat(layers=-1..-4,of=cls)", "lstm(hidden=64)",
        "weighted(start=4,of=cls)", "attention(hidden=64)");
    Comparison comparison = Comparison.on(MODEL).cache(new FeatureCache(folder, Long.MAX_VALUE));
    ComparisonResult result = comparison.crossValidate("messages.csv", data, LabelledTask.classification(data),
        specs.stream().map(Pooling::parse).toList(), 2);
    Map<String, Double> accuracy = result.results().stream()
        .collect(Collectors.toMap(PoolingResult::pooling, each -> each.metrics().get(Metric.ACCURACY).mean()));
    assertEquals(specs.size(), accuracy.size());
    accuracy.forEach((spec, score) -> assertTrue(score > 0.5, accuracy + ", and the most frequent of 5 classes gives 0.2"));
    // Margins of two standard errors of 350 rows: a learnt pooling that falls below its fixed counterpart is not fitted as it should be.
    assertTrue(accuracy.get("lstm(hidden=64)") > accuracy.get("cls") - 0.05, accuracy::toString);
    assertTrue(accuracy.get("weighted(start=4,of=cls)") > accuracy.get("cls") - 0.05, accuracy::toString);
    assertTrue(accuracy.get("attention(hidden=64)") > accuracy.get("mean") - 0.05, accuracy::toString);
  }

  /** The built-in model has six layers: both poolings are the same. Only the best is compared with nothing. */
  @Test
  void ofEqualsTheFirstIsTheBest() {
    Dataset data = Dataset.csv(EXAMPLES.resolve("messages.csv"), "text", "label");
    for (List<String> specs : List.of(List.of("mean", "mean@6"), List.of("mean@6", "mean"))) {
      ComparisonResult result = Comparison.on(MODEL).cache(new FeatureCache(folder, Long.MAX_VALUE))
          .crossValidate("messages.csv", data, LabelledTask.classification(data), specs.stream().map(Pooling::parse).toList(), 2);
      assertEquals(List.of(specs.getFirst()),
          result.results().stream().filter(each -> Double.isNaN(each.pValue())).map(PoolingResult::pooling).toList());
    }
  }

  @Test
  void aTaskOfOtherDataIsRefusedBeforeAnythingIsEncoded() {
    Dataset data = Dataset.csv(EXAMPLES.resolve("messages.csv"), "text", "label");
    LabelledTask other = LabelledTask.classification(data.rows(IntStream.range(1, data.size()).toArray()));
    List<Pooling> mean = List.of(Pooling.parse("mean"));
    Comparison comparison = Comparison.on(MODEL).progress((stage, done, total) -> fail(stage));
    Probe probe = Probe.on(MODEL);
    for (Executable call : List.<Executable>of(() -> comparison.crossValidate("data", data, other, mean, 5),
        () -> comparison.heldOut("data", data, other, "test", data, mean), () -> probe.labels("label", data, other),
        () -> probe.labels("label", data, other, data))) {
      assertTrue(assertThrows(IllegalArgumentException.class, call).getMessage().startsWith("task: found one of 349 rows"));
    }
  }

  @Test
  void anInterruptedCallerStopsTraining() {
    Dataset data = Dataset.csv(EXAMPLES.resolve("messages.csv"), "text", "label");
    HeadTrainer trainer = HeadTrainer.on(MODEL).pooling("mean").classification(data).progress((stage, done, total) -> {
      if (stage.equals("mean")) { // the features are there, and L-BFGS begins
        Thread.currentThread().interrupt();
      }
    });
    CancellationException e = assertThrows(CancellationException.class, trainer::fit);
    assertTrue(Thread.interrupted(), "the interrupt status stays set");
    assertTrue(e.getMessage().startsWith("training was interrupted"), e.getMessage());
  }

  @Test
  void aTextThatIsTooLongIsNamedBeforeTraining() {
    Dataset data = Dataset.of(List.of("a", "b", "c", "d", "this is a string"), List.of("x", "y", "x", "y", "x"));
    try (EmbeddingModel strict = EmbeddingModel.builtIn(Options.defaults().withOverflow(Overflow.ERROR).withMaxLength(4))) {
      HeadTrainer trainer = HeadTrainer.on(strict).pooling("mean").classification(data);
      IllegalArgumentException e = assertThrows(IllegalArgumentException.class, trainer::fit);
      assertTrue(e.getMessage().startsWith("text 4: "), e.getMessage());
    }
  }

  /** Labels are standardized for a fit: in another unit, counted from another zero, they make the same head in that unit. */
  @Test
  void aRegressionSpeaksInTheUnitOfItsLabels() {
    Dataset data = Dataset.csv(EXAMPLES.resolve("urgency.csv"), "text", "label");
    Dataset other = Dataset.of(data.texts(), Arrays.stream(data.numbers()).mapToObj(label -> String.valueOf(100 * label + 7)).toList());
    FitSettings few = FitSettings.defaults().withEpochs(2).withHidden(8).withLearningRates(List.of(0.01)).withWeightDecays(List.of(0.01));
    FeatureCache cache = new FeatureCache(folder, Long.MAX_VALUE);
    float[] own = scores(HeadTrainer.on(MODEL).cache(cache).regression(data).settings(few).fit(), data.texts().subList(0, 20));
    float[] scaled = scores(HeadTrainer.on(MODEL).cache(cache).regression(other).settings(few).fit(), data.texts().subList(0, 20));
    for (int i = 0; i < own.length; i++) {
      assertEquals(100 * own[i] + 7, scaled[i], 0.05f, "text " + i);
    }
  }

  /** A probing task's rows to test on are not for training: had they been, the most frequent class would be theirs. */
  @Test
  void aProbeIsNotTrainedOnItsTestRows() {
    List<String> labels = new ArrayList<>(Collections.nCopies(30, "x"));
    labels.addAll(Collections.nCopies(10, "y"));
    labels.addAll(Collections.nCopies(3, "x")); // the dev split
    labels.addAll(Collections.nCopies(30, "y")); // to test on
    Dataset data = Dataset.of(IntStream.range(0, labels.size()).mapToObj(i -> "text " + i).toList(), labels);
    ProbingTask.Rows rows = new ProbingTask.Rows(data, IntStream.range(0, 40).toArray(), IntStream.range(40, 43).toArray(),
        IntStream.range(43, 73).toArray());
    Probe probe = Probe.on(MODEL).task(ProbingTask.BIGRAM_SHIFT, rows);
    IllegalStateException late = assertThrows(IllegalStateException.class, () -> probe.settings(FitSettings.defaults()));
    assertEquals("settings come before labels and tasks, whose rows to test on they choose", late.getMessage());
    assertEquals(0, probe.run("data", "test rows").tasks().getFirst().baseline().mean());
  }

  /** What is standardized for a fit is part of the weights afterwards: a head that was saved says what it said before. */
  @Test
  void aTrainedLstmIsSavedWhole() {
    Dataset data = Dataset.csv(EXAMPLES.resolve("urgency.csv"), "text", "label");
    FitSettings few = FitSettings.defaults().withEpochs(3);
    List<String> heard = new ArrayList<>();
    Head head = HeadTrainer.on(MODEL).pooling("cls@2+lstm(hidden=16)").regression(data).settings(few)
        .progress((stage, done, total) -> heard.add(stage + " " + done + " of " + total)).fit();
    assertTrue(heard.stream().anyMatch(line -> line.matches("cls@2\\+lstm\\(hidden=16\\), epochs 1 of \\d+")), heard::toString);
    Path saved = folder.resolve("head");
    head.save(saved);
    try (Weights weights = Weights.open(saved.resolve("head.safetensors"))) {
      float[] scale = weights.floats("standardize.scale");
      int cls = MODEL.hiddenSize();
      assertEquals(cls + 16, scale.length);
      assertFalse(IntStream.range(0, cls).allMatch(i -> scale[i] == 1));
      assertTrue(IntStream.range(cls, scale.length).allMatch(i -> scale[i] == 1), "an LSTM's outputs are left as they are");
    }
    List<String> texts = data.texts().subList(0, 40);
    float[] before = scores(head, texts);
    assertArrayEquals(before, scores(Head.load(saved, MODEL), texts));
    double error = 0;
    double spread = 0;
    double[] expected = data.numbers();
    double mean = Arrays.stream(expected).average().orElseThrow();
    for (int i = 0; i < before.length; i++) {
      error += Math.pow(before[i] - expected[i], 2);
      spread += Math.pow(mean - expected[i], 2);
    }
    assertTrue(error < spread, error + " of " + spread); // three epochs are a beginning
  }

  /** Of more than an array holds; kept of each text are 6 rows, so that the features would be small. */
  @Test
  void moreVectorsThanAnArrayHoldsAreRefusedBeforeAnyTextIsEncoded() {
    int rows = 1_000;
    Dataset data = Dataset.of(Collections.nCopies(rows, "text"), IntStream.range(0, rows).mapToObj(i -> i % 2 == 0 ? "a" : "b").toList());
    String spec = "weighted(start=1,of=cls)" + "+cls".repeat(8_400);
    int dimension = 8_401 * MODEL.hiddenSize();
    TrainingProgress none = (stage, done, total) -> fail(stage);
    for (boolean alone : new boolean[] {true, false}) {
      IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> {
        if (alone) {
          HeadTrainer.on(MODEL).pooling(spec).classification(data).progress(none).fit();
        } else {
          Comparison.on(MODEL).cache(new FeatureCache(folder, Long.MAX_VALUE)).progress(none)
              .heldOut("data", data, LabelledTask.classification(data), "data", data, List.of(Pooling.parse(spec)));
        }
      });
      String expected = ": found 1000 rows of dimension " + dimension + ", expected at most " + (Integer.MAX_VALUE - 8) / dimension;
      assertTrue(e.getMessage().contains(expected), e.getMessage().substring(spec.length()));
    }
  }

  /** Of what a fit holds beside those vectors; a head with a hidden layer is fitted without the rows set aside. */
  @Test
  void whatElseAnArrayCannotHoldIsRefusedBeforeAnyTextIsEncoded() {
    FitSettings settings = FitSettings.defaults();
    int tokens = 100_000 * MODEL.maxLength();
    refused("weighted(start=1,of=cls)" + "+cls".repeat(8_400), settings.withHidden(1), ": found 1800 rows of dimension 2150656");
    refused("mean", settings.withHidden(9_000_000), "the weights of a hidden layer: found 9000000 rows of dimension 256");
    refused("mean", settings.withBatchSize(9_000_000), "batches for pooling \"mean\": found 9000000 texts of dimension 256");
    refused("attention(hidden=8)", settings.withBatchSize(100_000), "batches of 100000 texts for pooling \"attention(hidden=8)\": found "
        + tokens + " tokens of dimension 256");
  }

  private static void refused(String pooling, FitSettings settings, String message) {
    List<String> texts = new ArrayList<>(Collections.nCopies(2_000, "text"));
    texts.set(7, "word ".repeat(300)); // as long as the model takes
    Dataset data = Dataset.of(texts, IntStream.range(0, 2_000).mapToObj(i -> i % 2 == 0 ? "a" : "b").toList());
    HeadTrainer trainer = HeadTrainer.on(MODEL).pooling(pooling).classification(data).settings(settings)
        .progress((stage, done, total) -> fail(stage));
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, trainer::fit);
    assertTrue(e.getMessage().contains(message), () -> e.getMessage().replace("+cls", ""));
  }

  private static float[] scores(Head head, List<String> texts) {
    List<Prediction> predictions = head.predictAll(texts);
    float[] scores = new float[texts.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = predictions.get(i).value();
    }
    return scores;
  }
}
