package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.StateGradients;
import dev.lanepool.head.HeadConfig;
import dev.lanepool.head.HeadNetwork;
import dev.lanepool.head.HeadTask;
import dev.lanepool.nn.BinaryCrossEntropy;
import dev.lanepool.nn.Compute;
import dev.lanepool.nn.CrossEntropy;
import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Mat;
import dev.lanepool.nn.MeanSquaredError;
import dev.lanepool.nn.Param;
import dev.lanepool.nn.Standardize;
import dev.lanepool.pooling.Pooling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Heads against a double reference, itself against calculus. */
class HeadNetworkTest {
  private static final int LAYERS = 3;
  private static final List<Integer> LENGTHS = List.of(2, 1, 4);

  private static double[][] variables(DoubleHead head, HeadNetwork network, RandomGenerator random) {
    List<double[]> variables = new ArrayList<>();
    for (int layer = 0; layer <= LAYERS; layer++) {
      variables.add(DoubleLayer.gaussian(random, 7 * head.pooling().hidden(), 1));
    }
    for (Param param : network.params()) {
      double[] values = DoubleLayer.gaussian(random, param.values().length, 0.5);
      boolean raw = param.name().endsWith("layer_weights");
      variables.add(Arrays.stream(values).map(value -> raw ? (float) (1 + 0.3 * value) : value).toArray());
    }
    return variables.toArray(double[][]::new);
  }

  @ParameterizedTest
  @CsvSource({"mean-max, 0, true", "cls, 5, false", "'cls+weighted(start=1,of=mean)', 7, true", "attention(hidden=3), 2, true"})
  void forwardAndBackwardAgreeWithTheReferenceAndThatWithCalculus(String spec, int width, boolean standardize) {
    int hidden = 4;
    HeadConfig config = HeadConfig.of(Pooling.parse(spec), HeadTask.classification(List.of("a", "b", "c")))
        .withHidden(width).withStandardize(standardize);
    HeadNetwork network = new HeadNetwork(config, LAYERS, hidden, Repeat.random(1));
    RandomGenerator random = Repeat.random(2);
    int d = network.dimension();
    double[] mean = DoubleLayer.gaussian(random, d, standardize ? 1 : 0);
    double[] scale = Arrays.stream(DoubleLayer.gaussian(random, d, standardize ? 1 : 0)).map(x -> (float) Math.exp(x)).toArray();
    DoubleHead head = new DoubleHead(new DoublePooling(config.pooling(), LENGTHS, LAYERS, hidden), mean, scale, width, 3);
    double[][] v = variables(head, network, random);
    assertTrue(DoubleLayer.assertGradients(head, v, random, spec) > 100);

    DoubleLayer.copy(v, LAYERS + 1, network.params());
    Standardize fitted = network.standardize();
    assertEquals(standardize, fitted != null);
    if (fitted != null) {
      System.arraycopy(DoubleLayer.floats(mean), 0, fitted.mean().values(), 0, d);
      System.arraycopy(DoubleLayer.floats(scale), 0, fitted.scale().values(), 0, d);
    }
    float[][] states = new float[LAYERS + 1][];
    for (int layer = 0; layer <= LAYERS; layer++) {
      states[layer] = DoubleLayer.floats(v[layer]);
    }
    try (Compute compute = new Compute(1);
        HiddenStates batch = HiddenStates.of(new int[] {0, 2, 3, 7}, hidden, Demand.all(LAYERS), states)) {
      HeadNetwork.Cache cache = network.newCache(compute, 3, 7);
      Mat inferred = new Mat(3, 3);
      Mat logits = new Mat(3, 3);
      network.infer(batch, inferred, cache);
      network.forward(batch, logits, cache);
      assertArrayEquals(inferred.data(), logits.data());
      Compare.close(head.forward(v), logits.data(), Tolerances.POOLING, spec);

      double[] dy = DoubleLayer.gaussian(random, 9, 1);
      double[][] expected = head.backward(v, dy);
      StateGradients gradients = new StateGradients(batch);
      Grads grads = new Grads(network.params());
      network.backward(new Mat(DoubleLayer.floats(dy), 3, 3), cache, gradients, grads);
      for (int layer = 0; layer <= LAYERS; layer++) {
        Compare.close(expected[layer], gradients.array(layer), Tolerances.POOLING, spec + ", layer " + layer);
      }
      for (int i = 0; i < network.params().size(); i++) {
        if (!network.params().get(i).name().endsWith("attention.2.bias")) { // truly 0, as softmax ignores shifts
          Compare.close(expected[LAYERS + 1 + i], grads.of(network.params().get(i)), Tolerances.POOLING,
              spec + ", " + network.params().get(i));
        }
      }
      Grads frozen = new Grads(network.params());
      network.forward(batch, logits, cache);
      network.backward(new Mat(DoubleLayer.floats(dy), 3, 3), cache, null, frozen);
      network.params().forEach(param -> assertArrayEquals(grads.of(param), frozen.of(param), param.name()));
    }
  }

  @Test
  void parametersAreInCheckpointOrderAndStandardizationIsSavedButNotLearnt() {
    HeadConfig config = HeadConfig.of(Pooling.parse("weighted(start=2,of=cls)"), HeadTask.regression());
    assertEquals(List.of("layer_weights [2]", "out_proj.weight [1, 5]", "out_proj.bias [1]"), names(config, false));
    HeadConfig full = config.withStandardize(true).withHidden(4).withDropout(0.3);
    assertEquals(List.of("layer_weights [2]", "dense.weight [4, 5]", "dense.bias [4]", "out_proj.weight [1, 4]", "out_proj.bias [1]"),
        names(full, false));
    assertEquals(List.of("standardize.mean [5]", "standardize.scale [5]"), names(full, true).subList(5, 7));
    assertNull(new HeadNetwork(config, LAYERS, 5, Repeat.random(1)).standardize());
  }

  private static List<String> names(HeadConfig config, boolean all) {
    HeadNetwork network = new HeadNetwork(config, LAYERS, 5, Repeat.random(1));
    return (all ? network.tensors() : network.params()).stream().map(Param::toString).toList();
  }

  @Test
  void dropoutDropsInTrainingOnlyAndByTheStep() {
    HeadConfig config = HeadConfig.of(Pooling.parse("cls"), HeadTask.regression()).withDropout(0.5);
    HeadNetwork network = new HeadNetwork(config, 0, 64, Repeat.random(1));
    float[] row = new float[64];
    Arrays.fill(row, 1f);
    try (Compute compute = new Compute(1);
        HiddenStates states = HiddenStates.of(new int[] {0, 1}, 64, Demand.all(0), new float[][] {row})) {
      HeadNetwork.Cache cache = network.newCache(compute, 1, 1);
      Mat y = new Mat(1, 1);
      network.infer(states, y, cache);
      float inferred = y.data()[0];
      network.forward(states, y, cache);
      float first = y.data()[0];
      compute.step(1);
      network.forward(states, y, cache);
      assertNotEquals(first, y.data()[0]);
      assertNotEquals(inferred, first);
      compute.step(0);
      network.forward(states, y, cache);
      assertEquals(first, y.data()[0]);
      HeadNetwork other = new HeadNetwork(config, 0, 64, Repeat.random(2));
      for (int i = 0; i < network.params().size(); i++) {
        other.params().get(i).set(network.params().get(i).values());
      }
      other.forward(states, y, other.newCache(compute, 1, 1));
      assertNotEquals(first, y.data()[0], "another generator drops others");
    }
  }

  /** Its own, whatever the head's. */
  @Test
  void anLstmsDropoutDropsInTrainingOnly() {
    HeadNetwork network = new HeadNetwork(HeadConfig.of(Pooling.parse("lstm(hidden=64)"), HeadTask.regression()), 1, 4, Repeat.random(1));
    float[] row = {1, -2, 3, -4};
    try (Compute compute = new Compute(1);
        HiddenStates states = HiddenStates.of(new int[] {0, 1}, 4, Demand.all(1), new float[][] {row, row})) {
      HeadNetwork.Cache cache = network.newCache(compute, 1, 1);
      Mat inferred = new Mat(1, 1);
      Mat trained = new Mat(1, 1);
      network.infer(states, inferred, cache);
      network.forward(states, trained, cache);
      assertNotEquals(inferred.data()[0], trained.data()[0]);
      Mat pooled = new Mat(1, 64);
      Mat again = new Mat(1, 64);
      network.pool(states, pooled, cache);
      compute.step(1); // where others would be dropped
      network.pool(states, again, cache);
      assertArrayEquals(pooled.data(), again.data());
    }
  }

  @Test
  void tasksHaveTheirLossesAndRefuseBadNames() {
    assertEquals(MeanSquaredError.class, HeadTask.regression().loss().getClass());
    assertEquals(CrossEntropy.class, HeadTask.classification(List.of("a", "b")).loss().getClass());
    assertEquals(BinaryCrossEntropy.class, new HeadTask.Classification(List.of("a"), true).loss().getClass());
    for (List<String> names : List.of(List.<String>of(), List.of("a"), List.of("a", "a"), List.of("a", " "), List.of("a", "\uD83D"))) {
      assertThrows(IllegalArgumentException.class, () -> HeadTask.classification(names), names.toString());
    }
    assertThrows(IllegalArgumentException.class, () -> new HeadTask.Regression(List.of()));
    HeadConfig config = HeadConfig.of(Pooling.parse("cls"), HeadTask.regression());
    assertThrows(IllegalArgumentException.class, () -> config.withDropout(1));
    assertThrows(IllegalArgumentException.class, () -> config.withDropout(Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> config.withHidden(-1));
  }
}
