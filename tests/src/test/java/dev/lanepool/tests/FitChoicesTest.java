package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.Head;
import dev.lanepool.Prediction;
import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.pooling.Pooling;
import dev.lanepool.training.Comparison;
import dev.lanepool.training.FitSettings;
import dev.lanepool.training.LabelledTask;
import dev.lanepool.training.data.Dataset;
import dev.lanepool.training.features.FeaturePlan;
import dev.lanepool.training.features.FeatureStorage;
import dev.lanepool.training.features.Features;
import dev.lanepool.training.report.Predictions;
import dev.lanepool.weights.Weights;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a fit chooses by the rows set aside, and when it ends. */
class FitChoicesTest extends SmallFits {
  private static double penalty(Double... choices) {
    return fit("mean", data(60, i -> i % 2), SETTINGS.withWeightDecays(List.of(choices))).weightDecay();
  }

  /** The same value again is in vain. */
  @Test
  void weakerPenaltiesAreTriedUntilTwoInTurnGainNothing() {
    assertEquals(1e-3, penalty(1e3, 1e3, 1e-3));
    assertEquals(1e3, penalty(1e3, 1e3, 1e3, 1e-3));
    assertEquals(1e-3, penalty(1e3, 1e3, 10., 10., 1e-3), "counted anew after a gain");
  }

  /** Both vanish beside the loss, so that the fits have the same bits. */
  @Test
  void ofEqualPenaltiesTheStrongestIsChosenWhateverTheirOrder() {
    assertEquals(1e-30, penalty(0., 1e-30));
    assertEquals(1e-30, penalty(1e-30, 0.));
  }

  private static Map<String, Double> metrics(String pooling, Dataset data) {
    return trainer(pooling, data, SETTINGS).fit().metrics();
  }

  /** Of a head without the rows set aside: its layers are those of equal weights, where all begin, unless others do better there. */
  @Test
  void layersLearnTheirWeightsOnlyWhereThatHelpsTheRowsSetAside() {
    double[] noise = new Random(2).doubles(60).toArray();
    Dataset ofNoise = data(60, i -> noise[i]);
    assertEquals(metrics("weighted(start=1,of=cls,weights=1/1/1)", ofNoise), metrics("weighted(start=1,of=cls)", ofNoise));
    Dataset ofNumbers = data(60, i -> i % 7);
    double fixed = metrics("weighted(start=1,of=cls,weights=1/1/1)", ofNumbers).get("dev_loss");
    double learnt = metrics("weighted(start=1,of=cls)", ofNumbers).get("dev_loss");
    assertTrue(learnt < 0.9 * fixed, learnt + " where equal weights have " + fixed);
  }

  /** They have no deviation to divide by. */
  @Test
  void labelsThatAreAllEqualAreWhatTheHeadSays() {
    Head head = trainer("mean", data(60, i -> 2.5), SETTINGS).fit();
    assertEquals(2.5f, head.predict("rain in the north").value(), (float) Tolerances.FIT);
  }

  /** The strongest penalty is the best and is tried first: what is kept is its head, not that of the last one tried. */
  @Test
  void theHeadIsThatOfThePenaltyChosen() {
    double[] noise = new Random(4).doubles(60).toArray();
    Dataset ofNoise = data(60, i -> noise[i]);
    double variance = 0;
    double mean = Arrays.stream(noise).average().orElseThrow();
    for (double value : noise) {
      variance += (value - mean) * (value - mean) / noise.length;
    }
    for (String pooling : List.of("mean", "weighted(start=1,of=cls)")) {
      Map<String, Double> metrics = trainer(pooling, ofNoise, SETTINGS.withWeightDecays(List.of(1e3, 1e-3))).fit().metrics();
      assertEquals(metrics.get("dev_loss"), Math.pow(metrics.get("dev_rmse"), 2) / variance, Tolerances.FIT, pooling);
    }
  }

  /**
   * At a minimum a bias that no penalty holds leaves errors whose mean is 0, and along the output weights w the gradient of the mean
   * squared error is -penalty w: both on just the rows fitted to, here all, those set aside too. In units of the labels' deviation.
   */
  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"mean|1e-3|700|false", // more than are pooled at once
      "weighted(start=1,of=cls)|1e-3|60|true", "weighted(start=1,of=cls)|0.1|60|false"})
  void theHeadIsFittedToAllRowsWithThePenaltyChosen(String pooling, double penalty, int rows, boolean learns, @TempDir Path saved) {
    Dataset data = data(rows, i -> i % 7);
    double[] labels = data.numbers();
    double mean = Arrays.stream(labels).average().orElseThrow();
    double variance = Arrays.stream(labels).map(label -> (label - mean) * (label - mean)).average().orElseThrow();
    Head head = trainer(pooling, data, SETTINGS.withWeightDecays(List.of(penalty))).fit();
    head.save(saved);
    double[] found = head.predictAll(data.texts()).stream().mapToDouble(Prediction::value).toArray();
    assertEquals(mean, Arrays.stream(found).average().orElseThrow(), Tolerances.FIT);
    try (Weights weights = Weights.open(saved.resolve("head.safetensors"))) {
      double bias = weights.floats("out_proj.bias")[0];
      double slope = 0;
      for (int i = 0; i < found.length; i++) {
        slope += 2 * (found[i] - labels[i]) * (found[i] - bias) / variance / found.length;
      }
      double squares = 0;
      for (float weight : weights.floats("out_proj.weight")) {
        squares += weight * weight / variance;
      }
      assertEquals(1, -slope / (penalty * squares), Tolerances.FIT_SLOPE);
      if (pooling.startsWith("weighted")) {
        float[] layers = weights.floats("layer_weights");
        assertEquals(learns, Math.abs(layers[0] - layers[1]) > 0.1, "layers learn their weights: " + Arrays.toString(layers));
      }
    }
  }

  /**
   * Labels are a number of layer 1, which layers learn, and 1 more for the rows that are read last. The errors' mean is 0 only where each
   * row counts as any other.
   */
  @Test
  void layersLearnFromAllOfManyRowsAlike(@TempDir Path saved) {
    List<String> texts = data(600, i -> 0).texts();
    FeaturePlan first = FeaturePlan.of(Pooling.parse("cls@1"), model);
    double[] labels = new double[texts.size()];
    try (Features kept = cache.get(model, texts, List.of(first), FeatureStorage.F32, (done, total) -> { }).features();
        HiddenStates states = kept.states(first, IntStream.range(0, labels.length).toArray(), 0, labels.length)) {
      Arrays.setAll(labels, i -> states.array(0)[i * first.width()]);
    }
    double mean = Arrays.stream(labels).average().orElseThrow();
    double deviation = Math.sqrt(Arrays.stream(labels).map(label -> (label - mean) * (label - mean)).average().orElseThrow());
    Arrays.setAll(labels, i -> (labels[i] - mean) / deviation + (i < 512 ? 0 : 1));
    Dataset data = Dataset.of(texts, Arrays.stream(labels).mapToObj(String::valueOf).toList());
    Head head = trainer("weighted(start=1,of=cls)", data, SETTINGS.withWeightDecays(List.of(1e-3))).fit();
    head.save(saved);
    double found = head.predictAll(texts).stream().mapToDouble(Prediction::value).average().orElseThrow();
    assertEquals(Arrays.stream(labels).average().orElseThrow(), found, Tolerances.FIT);
    try (Weights weights = Weights.open(saved.resolve("head.safetensors"))) {
      float[] layers = weights.floats("layer_weights");
      assertTrue(Math.abs(layers[0] - layers[1]) > 0.1, "layers learn their weights: " + Arrays.toString(layers));
    }
  }

  /** More rows than a head goes over at once, each with its own prediction. */
  @Test
  void manyRowsAreTestedOnAsTheHeadPredictsThem() {
    Dataset train = data(60, i -> i % 7);
    Dataset test = data(700, i -> i % 7);
    Comparison comparison = Comparison.on(model).settings(SETTINGS).cache(cache);
    List<Pooling> mean = List.of(Pooling.parse("mean"));
    double[] found = ((Predictions.Scores) comparison.heldOut("data", train, LabelledTask.regression(train), "test", test, mean)
        .predictions()).predicted().stream().mapToDouble(Double::doubleValue).toArray();
    Head head = trainer("mean", train, SETTINGS).fit();
    double[] expected = head.predictAll(test.texts()).stream().mapToDouble(Prediction::value).toArray();
    assertArrayEquals(expected, found, Tolerances.FIT);
  }

  /** Labels are noise: the loss on the rows set aside soon rises. */
  @Test
  void anLstmOfManyRowsTakesAllItsEpochsAndOthersEndWithTheirPatience() {
    double[] noise = new Random(3).doubles(250).toArray();
    FitSettings impatient = SETTINGS.withBatchSize(4).withPatience(1).withEpochs(6).withLearningRates(List.of(0.03));
    assertEquals(6, fit("lstm(hidden=16)", data(250, i -> noise[i]), impatient).devLoss().size());
    assertTrue(fit("lstm(hidden=16)", data(60, i -> noise[i]), impatient).devLoss().size() < 6, "few rows");
    assertTrue(fit("attention(hidden=64)", data(250, i -> noise[i]), impatient).devLoss().size() < 6);
  }
}
