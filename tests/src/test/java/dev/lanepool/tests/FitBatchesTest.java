package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.Head;
import dev.lanepool.training.FitSettings;
import dev.lanepool.training.data.Dataset;
import dev.lanepool.training.report.FoldTraining;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fits by mini-batches: what they begin with, what an epoch is, and what is kept. */
class FitBatchesTest extends SmallFits {
  private static final double[] NOISE = new Random(3).doubles(250).toArray();

  /** So small that nothing is learnt. */
  private static final double STILL = 1e-9;

  /** Labels are noise, so that the last epochs are worse. In batches of 4 the rows set aside take two, of which one is smaller. */
  @ParameterizedTest
  @ValueSource(strings = {"lstm(hidden=16)", "attention(hidden=64)"})
  void theHeadIsThatOfTheBestEpoch(String pooling) {
    Dataset data = data(60, i -> NOISE[i]);
    FitSettings settings = SETTINGS.withBatchSize(4).withEpochs(5).withLearningRates(List.of(0.03));
    List<Double> losses = fit(pooling, data, settings).devLoss();
    assertTrue(losses.getLast() > Collections.min(losses), losses::toString);
    double[] labels = data.numbers();
    double mean = Arrays.stream(labels).average().orElseThrow();
    double variance = Arrays.stream(labels).map(label -> (label - mean) * (label - mean)).average().orElseThrow();
    Map<String, Double> metrics = trainer(pooling, data, settings).fit().metrics();
    assertEquals(metrics.get("dev_loss"), Math.pow(metrics.get("dev_rmse"), 2) / variance, Tolerances.FIT);
  }

  @Test
  void fewRowsTakeTheStrongestDecayAndManyTheFirst() {
    FitSettings settings = SETTINGS.withBatchSize(4).withEpochs(1).withWeightDecays(List.of(0.1, 1.0, 0.01));
    assertEquals(1.0, fit("attention(hidden=64)", data(60, i -> i % 2), settings).weightDecay());
    assertEquals(0.1, fit("attention(hidden=64)", data(250, i -> i % 2), settings).weightDecay());
  }

  /** What labels say is in the texts' first words: a readout tells it without any learning of its pooling. */
  @Test
  void anAttentionBeginsWithItsOutputLayerFittedAndAnLstmDoesNot() {
    FitSettings still = SETTINGS.withEpochs(1).withLearningRates(List.of(STILL));
    double attention = fit("attention(hidden=64)", data(60, i -> i % 2), still).devLoss().getFirst();
    double lstm = fit("lstm(hidden=16)", data(60, i -> i % 2), still).devLoss().getFirst();
    assertTrue(attention < 0.5 && lstm > 0.5, attention + " and " + lstm);
  }

  /** At such a rate whatever it had is lost in the first epoch. */
  @Test
  void anAttentionThatOnlyGetsWorseStaysWhatItBeganAs() {
    FitSettings wild = SETTINGS.withEpochs(1).withLearningRates(List.of(1.0));
    Dataset data = data(60, i -> i % 2);
    assertTrue(fit("attention(hidden=64)", data, wild).devLoss().getFirst() > 0.5);
    assertTrue(trainer("attention(hidden=64)", data, wild).fit().metrics().get("dev_loss") < 0.5);
  }

  /** Of few rows it takes several; the values stay as they are, so that each has the same loss. */
  @Test
  void anEpochsLossIsTheMeanOfItsPasses() {
    FitSettings still = SETTINGS.withEpochs(2).withLearningRates(List.of(STILL));
    Dataset data = data(60, i -> NOISE[i]);
    List<Double> once = fit("attention(hidden=64)", data, still.withBatchSize(1)).loss();
    List<Double> often = fit("attention(hidden=64)", data, still.withBatchSize(32)).loss();
    assertEquals(2, often.size());
    assertEquals(once.getFirst(), often.getFirst(), Tolerances.FIT);
    assertEquals(once.getFirst(), often.getLast(), Tolerances.FIT);
  }

  /** But that of a pooling that is a network of its own is the first. */
  @Test
  void theRateAndDecayThatAreBestAreChosen() {
    FitSettings few = SETTINGS.withEpochs(2).withHidden(4).withWeightDecays(List.of(0.125, 0.25));
    for (List<Double> rates : List.of(List.of(STILL, 0.03), List.of(0.03, STILL))) {
      FoldTraining best = fit("mean", data(60, i -> i % 2), few.withLearningRates(rates));
      assertEquals(0.03, best.learningRate());
      assertTrue(best.weightDecay() == 0.125 || best.weightDecay() == 0.25);
      FoldTraining first = fit("lstm(hidden=16)", data(60, i -> i % 2), few.withLearningRates(rates));
      assertEquals(rates.getFirst(), first.learningRate());
      assertEquals(0.125, first.weightDecay());
      FitSettings noHidden = few.withHidden(0).withLearningRates(rates);
      assertEquals(rates.getFirst(), fit("lstm(hidden=16)", data(60, i -> i % 2), noHidden).learningRate());
    }
  }

  @Test
  void theHeadHasTheHiddenLayerAndTheDropoutAskedFor() {
    Head head = trainer("mean", data(60, i -> i % 2), SETTINGS.withEpochs(1).withHidden(4).withDropout(0.25)).fit();
    assertEquals(4, head.config().hidden());
    assertEquals(0.25, head.config().dropout());
  }

  /** More than are read at once otherwise; the second is what is left. */
  @Test
  void batchesMayBeLarge() {
    FitSettings large = SETTINGS.withEpochs(1).withHidden(4).withBatchSize(600).withLearningRates(List.of(0.01));
    assertEquals(1, fit("mean", data(700, i -> i % 2), large).devLoss().size());
  }

  /** An epoch of so few rows is 25 passes: more than an int counts. */
  @Test
  void epochsWithoutEndEndWithTheirPatience() {
    FitSettings endless = SETTINGS.withEpochs(100_000_000).withPatience(1).withLearningRates(List.of(0.03));
    assertTrue(fit("attention(hidden=64)", data(60, i -> NOISE[i]), endless).devLoss().size() < 100);
  }
}
