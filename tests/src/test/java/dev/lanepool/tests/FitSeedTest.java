package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.head.HeadConfig;
import dev.lanepool.head.HeadNetwork;
import dev.lanepool.head.HeadTask;
import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Mat;
import dev.lanepool.nn.MeanSquaredError;
import dev.lanepool.nn.Param;
import dev.lanepool.pooling.Pooling;
import dev.lanepool.training.FitSettings;
import dev.lanepool.training.HeadTrainer;
import dev.lanepool.training.data.Dataset;
import dev.lanepool.training.data.Split;
import dev.lanepool.training.optim.AdamW;
import dev.lanepool.training.optim.Objective;
import dev.lanepool.training.optim.Schedule;
import dev.lanepool.training.optim.TrainingLoop;
import dev.lanepool.training.optim.TrainingSettings;
import dev.lanepool.weights.Weights;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * One seed decides a head's initial values, the rows set aside and the order of the mini-batches. All texts are equal, so that standardized
 * vectors are 0: the weights stay as they began, but for their decay, and the bias, which has none, goes where the other rows' labels in
 * their order lead it, one a step.
 */
class FitSeedTest {
  private static final int ROWS = 64;
  private static final double RATE = 0.1;

  @TempDir
  private Path folder;

  @ParameterizedTest
  @CsvSource({"1,0", "2,0", "2,0.5"})
  void aSeedDecidesInitialValuesRowsSetAsideAndOrder(long seed, double decay) {
    double[] labels = new Random(4).doubles(ROWS).map(label -> 10 * label + 3).toArray();
    double mean = Arrays.stream(labels).average().orElseThrow();
    double deviation = Math.sqrt(Arrays.stream(labels).map(label -> (label - mean) * (label - mean)).average().orElseThrow());
    Dataset data = Dataset.of(Collections.nCopies(ROWS, "a text"), Arrays.stream(labels).mapToObj(String::valueOf).toList());
    // Dropping hardly ever: what makes a fit of one layer one by mini-batches.
    FitSettings settings = FitSettings.defaults().withEpochs(1).withBatchSize(1).withDropout(1e-9).withDevShare(0.2).withSeed(seed)
        .withLearningRates(List.of(RATE)).withWeightDecays(List.of(decay));
    int[] rows = Split.holdOut(ROWS, 0.2, seed).train();
    HeadNetwork initial;
    try (EmbeddingModel model = EmbeddingModel.builtIn()) {
      HeadTrainer.on(model).pooling("mean").regression(data).settings(settings).fit().save(folder);
      HeadConfig config = HeadConfig.of(Pooling.parse("mean"), HeadTask.regression()).withDropout(1e-9);
      initial = new HeadNetwork(config, model.layers(), model.hiddenSize(), new SplittableRandom(seed));
    }
    Param weight = initial.output().weight();
    Param bias = initial.output().bias();
    float[] weights = weight.values().clone();
    for (int i = 0; i < weights.length; i++) {
      weights[i] *= (float) deviation;
    }
    double expected = trained(bias, seed, rows, labels, mean, deviation) * deviation + mean;
    assertTrue(Math.abs(expected - (trained(bias, seed + 1, rows, labels, mean, deviation) * deviation + mean)) > 1e-3, "order matters");
    try (Weights saved = Weights.open(folder.resolve("head.safetensors"))) {
      float[] found = saved.floats("out_proj.weight");
      for (int i = 0; i < weights.length; i++) {
        double left = weights[i] * Math.pow(1 - RATE * decay, rows.length);
        assertEquals(left, found[i], decay == 0 ? 0 : Tolerances.LAYERS * Math.abs(left), "weight " + i);
      }
      assertEquals(expected, saved.floats("out_proj.bias")[0], Tolerances.LAYERS * Math.abs(expected));
    }
  }

  /** The bias after an epoch over some rows, in standardized labels. */
  private static double trained(Param initial, long seed, int[] rows, double[] labels, double mean, double deviation) {
    Param bias = Param.vector("bias", 1);
    bias.set(initial.values());
    Mat output = new Mat(1, 1);
    Mat target = new Mat(1, 1);
    Mat gradient = new Mat(1, 1);
    Objective objective = (batch, grads) -> {
      output.data()[0] = bias.values()[0];
      target.data()[0] = (float) ((labels[rows[batch.example(0)]] - mean) / deviation);
      double loss = new MeanSquaredError().of(output, target, gradient);
      grads.of(bias)[0] += gradient.data()[0];
      return loss;
    };
    TrainingSettings settings = TrainingSettings.defaults().withRule(new AdamW().withWeightDecay(0)).withLearningRate(RATE).withMaxNorm(1)
        .withEpochs(1).withBatchSize(1).withSeed(seed).withSchedule(Schedule.constant());
    try (Compute compute = new Compute(1)) {
      new TrainingLoop(compute, List.of(bias), rows.length, settings).run(objective, (step, loss, norm, rate) -> { });
    }
    return bias.values()[0];
  }
}
