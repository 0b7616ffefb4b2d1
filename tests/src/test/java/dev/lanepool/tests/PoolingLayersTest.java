package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.StateGradients;
import dev.lanepool.encoder.Tokens;
import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Mat;
import dev.lanepool.nn.Param;
import dev.lanepool.pooling.Pooling;
import dev.lanepool.pooling.PoolingLayer;
import dev.lanepool.pooling.Reduction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every pooling as a layer: the double reference against calculus, the float layers against the double reference. */
class PoolingLayersTest {

  /** Each kind, each reduction in each place, joined and of other layers; for models of 3 layers or more. */
  static List<String> specs() {
    List<String> specs = new ArrayList<>();
    for (Reduction reduction : Reduction.values()) {
      specs.add(reduction + "@-2");
      specs.add("concat(layers=3..1/-1,of=" + reduction + ")");
      specs.add("weighted(start=1,of=" + reduction + ")");
    }
    specs.addAll(List.of("weighted(start=9,of=mean)", "weighted(start=-2,of=mean,norm=softmax)",
        "weighted(start=0,of=mean-max,norm=softmax)",
        "weighted(start=-2,of=max,weights=1/-3)", "lstm(hidden=5)", "lstm(hidden=7,layout=scrambled)", "attention(hidden=6)",
        "attention(hidden=150)@1", "cls+mean@2+max", "attention(hidden=3)+weighted(start=2,of=cls)+lstm(hidden=2)+attention(hidden=2)@0"));
    return specs;
  }

  private static DoublePooling reference(String spec, int depth, int hidden, Integer... lengths) {
    return new DoublePooling(Pooling.parse(spec), List.of(lengths), depth, hidden);
  }

  /** Hidden states and parameters; what is learnt as the sum's weights stays away from a sum of 0. */
  private static double[][] variables(DoublePooling size, RandomGenerator random) {
    int rows = size.lengths().stream().mapToInt(length -> length).sum();
    List<double[]> variables = new ArrayList<>();
    for (int layer = 0; layer <= size.depth(); layer++) {
      variables.add(DoubleLayer.gaussian(random, rows * size.hidden(), 1));
    }
    for (Param param : PoolingLayer.of(size.spec(), size.depth(), size.hidden(), random).params()) {
      double[] values = DoubleLayer.gaussian(random, param.values().length, 1 / Math.sqrt(param.columns()));
      boolean raw = param.name().endsWith("layer_weights");
      variables.add(Arrays.stream(values).map(value -> raw ? (float) (1 + 0.3 * value) : value).toArray());
    }
    return variables.toArray(double[][]::new);
  }

  @ParameterizedTest
  @MethodSource("specs")
  void theReferenceAgreesWithCalculus(String spec) {
    int compared = 0;
    for (DoublePooling size : List.of(reference(spec, 3, 2, 1, 3, 2), reference(spec, 4, 3, 1))) {
      compared += DoubleLayer.assertGradients(size, variables(size, Repeat.random(1)), Repeat.random(2), size.toString());
    }
    assertTrue(compared >= 4 * 12 + 5 * 3, "compared only " + compared);
  }

  /** What a step gives: vectors as in use and as in training, gradients of the layers' hidden states, and of the parameters. */
  private record Step(float[] inferred, float[] out, float[][] dStates, float[][] dParams, List<String> names) {}

  @ParameterizedTest
  @MethodSource("specs")
  void forwardAndBackwardAgreeWithTheReferenceForAnyThreadsAndDemand(String spec) {
    DoublePooling small = reference(spec, 3, 7, 1, 4, 2);
    DoublePooling shared = reference(spec, 4, 67, 1, 30, 2, 17, 64, 5, 33, 16, 40, 64); // enough for the team to share
    for (DoublePooling size : List.of(small, shared)) {
      double[][] v = variables(size, Repeat.random(3));
      double[] dy = DoubleLayer.gaussian(Repeat.random(4), size.lengths().size() * size.spec().dimension(size.depth(), size.hidden()), 1);
      Demand all = Demand.all(size.depth());
      Step step = step(size, v, dy, all, 1);
      Step two = step(size, v, dy, all, 2);
      assertArrayEquals(step.inferred, two.inferred, "other bits with two threads");
      assertArrayEquals(step.out, two.out, "other bits with two threads");
      assertArrayEquals(step.dStates, two.dStates, "other bits with two threads");
      assertArrayEquals(step.dParams, two.dParams, "other bits with two threads");
      Demand fewest = size.spec().demand(size.depth());
      Step lean = step(size, v, dy, fewest, 2);
      assertArrayEquals(step.out, lean.out, "other bits where no more is kept than is demanded");
      assertArrayEquals(step.dParams, lean.dParams, "other bits where no more is kept than is demanded");

      Compare.close(size.forward(v), step.inferred, Tolerances.POOLING, size + ", vectors");
      // Dropout is a factor for each output, 0 or 1 / (1 - p).
      double[] dropped = dy.clone();
      for (int i = 0; i < dy.length; i++) {
        dropped[i] *= step.out[i] == step.inferred[i] ? 1 : step.out[i] == 0 ? 0 : 1 / 0.9;
        assertEquals(dropped[i] / dy[i] * step.inferred[i], step.out[i], 1e-6 * Math.abs(step.out[i]));
      }
      double[][] expected = size.backward(v, dropped);
      for (int layer = 0; layer <= size.depth(); layer++) {
        String what = size + ", hidden states of layer " + layer;
        Compare.close(expected[layer], step.dStates[layer], Tolerances.POOLING, what);
        assertArrayEquals(kept(step.dStates[layer], fewest.at(layer), size), lean.dStates[layer], what);
      }
      for (int i = 0; i < step.dParams.length; i++) {
        double[] want = expected[size.depth() + 1 + i];
        float[] found = step.dParams[i];
        if (i > 0 && step.names.get(i).endsWith("attention.2.bias")) { // truly 0, as softmax ignores shifts: held against its weight's
          want = new double[] {want[0], Arrays.stream(expected[size.depth() + i]).map(Math::abs).max().orElseThrow()};
          found = new float[] {found[0], (float) want[1]};
        }
        Compare.close(want, found, Tolerances.POOLING, size + ", " + step.names.get(i));
      }
    }
  }

  private static Step step(DoublePooling size, double[][] v, double[] dy, Demand demand, int threads) {
    PoolingLayer<?> layer = PoolingLayer.of(size.spec(), size.depth(), size.hidden(), Repeat.random(5));
    DoubleLayer.copy(v, size.depth() + 1, layer.params());
    try (Compute compute = new Compute(threads); HiddenStates states = states(size, v, demand)) {
      return step(layer, compute, states, new Mat(DoubleLayer.floats(dy), states.texts(), layer.dimension()));
    }
  }

  private static <C> Step step(PoolingLayer<C> layer, Compute compute, HiddenStates states, Mat dOut) {
    C cache = layer.newCache(compute, states.texts() + 1, states.rows() + 3);
    Mat inferred = new Mat(states.texts(), layer.dimension());
    Mat out = new Mat(states.texts(), layer.dimension());
    layer.infer(states, inferred, cache);
    layer.forward(states, out, cache);
    StateGradients gradients = new StateGradients(states);
    Grads grads = new Grads(layer.params());
    layer.backward(dOut, cache, gradients, grads);
    float[][] dStates = new float[states.layers() + 1][];
    for (int i = 0; i < dStates.length; i++) {
      try {
        dStates[i] = gradients.array(i);
      } catch (IllegalArgumentException e) {
        dStates[i] = new float[0]; // not demanded
      }
    }
    // Without anybody asking for the hidden states' gradient the parameters' is the same; both are added.
    Grads twice = new Grads(layer.params());
    for (int i = 0; i < 2; i++) {
      layer.forward(states, out, cache);
      layer.backward(dOut, cache, null, twice);
    }
    for (Param param : layer.params()) {
      float[] doubled = grads.of(param).clone();
      for (int i = 0; i < doubled.length; i++) {
        doubled[i] *= 2;
      }
      assertArrayEquals(doubled, twice.of(param), 1e-4f, param + " is not accumulated");
    }
    return new Step(inferred.data(), out.data(), dStates, layer.params().stream().map(grads::of).toArray(float[][]::new),
        layer.params().stream().map(Param::name).toList());
  }

  /** The rows of the variables that are demanded. */
  private static HiddenStates states(DoublePooling size, double[][] v, Demand demand) {
    int[] offsets = new int[size.lengths().size() + 1];
    for (int i = 0; i < size.lengths().size(); i++) {
      offsets[i + 1] = offsets[i] + size.lengths().get(i);
    }
    float[][] byLayer = new float[size.depth() + 1][];
    for (int layer = 0; layer < byLayer.length; layer++) {
      byLayer[layer] = kept(DoubleLayer.floats(v[layer]), demand.at(layer), size);
    }
    return HiddenStates.of(offsets, size.hidden(), demand, byLayer);
  }

  private static float[] kept(float[] rows, Tokens tokens, DoublePooling size) {
    if (tokens == Tokens.ALL || tokens == Tokens.NONE) {
      return tokens == Tokens.ALL ? rows : new float[0];
    }
    float[] kept = new float[size.lengths().size() * size.hidden()];
    int row = 0;
    for (int text = 0; text < size.lengths().size(); text++) {
      int length = size.lengths().get(text);
      System.arraycopy(rows, (tokens == Tokens.FIRST ? row : row + length - 1) * size.hidden(), kept, text * size.hidden(), size.hidden());
      row += length;
    }
    return kept;
  }

  static Stream<String> specsWithoutParameters() {
    return specs().stream().filter(spec -> !Pooling.parse(spec).learns());
  }

  @ParameterizedTest
  @MethodSource("specsWithoutParameters")
  void withoutParametersItsBitsAreThePoolings(String spec) {
    DoublePooling size = reference(spec, 4, 37, 1, 9, 20, 2);
    double[][] v = variables(size, Repeat.random(6));
    int dimension = size.spec().dimension(4, 37);
    Step step = step(size, v, new double[4 * dimension], size.spec().demand(4), 1);
    try (HiddenStates states = states(size, v, size.spec().demand(4))) {
      float[] pooled = new float[4 * dimension];
      for (int text = 0; text < 4; text++) {
        size.spec().pool(states, text, pooled, text * dimension);
      }
      assertArrayEquals(pooled, step.inferred);
    }
  }

  @ParameterizedTest
  @MethodSource("specs")
  void aStepAfterTheFirstAllocatesNothing(String spec) {
    DoublePooling size = reference(spec, 3, 40, 60, 200, 1, 150);
    double[][] v = variables(size, Repeat.random(7));
    try (Compute compute = new Compute(2); HiddenStates states = states(size, v, size.spec().demand(3))) {
      PoolingLayer<?> layer = PoolingLayer.of(size.spec(), 3, 40, Repeat.random(8));
      Allocation.require(trainingStep(layer, compute, states), 0, spec);
    }
  }

  private static <C> Runnable trainingStep(PoolingLayer<C> layer, Compute compute, HiddenStates states) {
    C cache = layer.newCache(compute, states.texts(), states.rows());
    Mat out = new Mat(states.texts(), layer.dimension());
    Mat dOut = new Mat(states.texts(), layer.dimension());
    StateGradients gradients = new StateGradients(states);
    Grads grads = new Grads(layer.params());
    return () -> {
      layer.forward(states, out, cache);
      layer.backward(dOut, cache, gradients, grads);
      layer.forward(states, out, cache);
      layer.backward(dOut, cache, null, grads);
    };
  }

  @Test
  void parametersAreNamedAsInAStateDict() {
    assertEquals(List.of("lstm.weight_ih_l0 [16, 3]", "lstm.weight_hh_l0 [16, 4]", "lstm.bias_ih_l0 [16]", "lstm.bias_hh_l0 [16]"),
        params("lstm(hidden=4)"));
    assertEquals(List.of("layer_weights [3]"), params("weighted(start=3,of=cls)"));
    assertEquals(List.of("attention.0.weight [4, 3]", "attention.0.bias [4]", "attention.2.weight [1, 4]", "attention.2.bias [1]"),
        params("attention(hidden=4)"));
    assertEquals(List.of("parts.1.layer_weights [1]", "parts.2.layer_weights [2]"),
        params("cls+weighted(start=5,of=max)+weighted(start=-2,of=max)"));
    assertEquals(List.of(), params("weighted(start=5,of=max,weights=1)"));
  }

  private static List<String> params(String spec) {
    return PoolingLayer.of(Pooling.parse(spec), 5, 3, Repeat.random(1)).params().stream().map(Param::toString).toList();
  }

  /** Something that holds for a layer and states of three layers, two texts, three rows. */
  @FunctionalInterface
  private interface Check {
    <C> void of(PoolingLayer<C> layer, Compute compute, HiddenStates states);
  }

  private static void ofEachSpec(Check check) {
    for (String spec : specs()) {
      DoublePooling size = reference(spec, 3, 4, 2, 1);
      double[][] v = variables(size, Repeat.random(9));
      PoolingLayer<?> layer = PoolingLayer.of(size.spec(), 3, 4, Repeat.random(9));
      try (Compute compute = new Compute(1); HiddenStates states = states(size, v, Demand.all(3))) {
        check.of(layer, compute, states);
      }
    }
  }

  @Test
  void whatDoesNotFitIsRefused() {
    ofEachSpec(PoolingLayersTest::refuses);
    assertThrows(IllegalArgumentException.class, () -> PoolingLayer.of(Pooling.parse("mean@9"), 3, 4, Repeat.random(1)));
  }

  private static <C> void refuses(PoolingLayer<C> layer, Compute compute, HiddenStates states) {
    C cache = layer.newCache(compute, 2, 3);
    Mat out = new Mat(2, layer.dimension());
    Grads grads = new Grads(layer.params());
    assertThrows(IllegalStateException.class, () -> layer.backward(out, cache, null, grads));
    assertThrows(IllegalArgumentException.class, () -> layer.forward(states, new Mat(2, layer.dimension() + 1), cache));
    assertThrows(IllegalArgumentException.class, () -> layer.forward(states, new Mat(1, layer.dimension()), cache));
    assertThrows(IllegalArgumentException.class, () -> layer.forward(states, out, layer.newCache(compute, 1, 3)));
    assertThrows(IllegalArgumentException.class, () -> layer.forward(states, out, layer.newCache(compute, 2, 2)));
    HiddenStates other = HiddenStates.of(new int[] {0, 1}, 5, Demand.all(3), new float[4][5]);
    assertThrows(IllegalArgumentException.class, () -> layer.forward(other, out, cache));
    HiddenStates none = HiddenStates.of(new int[] {0, 1}, 4, Demand.none(3), new float[4][]);
    assertThrows(IllegalArgumentException.class, () -> layer.forward(none, out, cache));
    layer.forward(states, out.resize(2), cache);
    assertThrows(IllegalArgumentException.class, () -> layer.backward(new Mat(1, layer.dimension()), cache, null, grads));
    assertThrows(IllegalArgumentException.class, () -> layer.backward(new Mat(2, layer.dimension() + 1), cache, null, grads));
  }

  @Test
  void aSecondWayBackGivesTheSameBitsOrIsRefused() {
    ofEachSpec(PoolingLayersTest::goesBackTwice);
  }

  private static <C> void goesBackTwice(PoolingLayer<C> layer, Compute compute, HiddenStates states) {
    boolean refuses = layer.spec().toString().contains("attention");
    C cache = layer.newCache(compute, 2, 3);
    Mat out = new Mat(2, layer.dimension());
    StateGradients first = new StateGradients(states);
    StateGradients second = new StateGradients(states);
    layer.forward(states, out, cache);
    layer.backward(out, cache, first, new Grads(layer.params()));
    if (refuses) {
      IllegalStateException e = assertThrows(IllegalStateException.class,
          () -> layer.backward(out, cache, second, new Grads(layer.params())));
      assertTrue(e.getMessage().contains("a second time"), e.getMessage());
      layer.forward(states, out, cache);
    }
    layer.backward(out, cache, second, new Grads(layer.params()));
    for (int i = 0; !refuses && i <= states.layers(); i++) {
      assertArrayEquals(first.array(i), second.array(i), layer.spec().toString());
    }
  }

  @Test
  void learntWeightsThatSumToZeroAreRefusedAndSoftmaxIsNot() {
    for (String norm : List.of("sum", "softmax")) {
      DoublePooling size = reference("weighted(start=2,of=cls,norm=" + norm + ")", 3, 4, 2);
      double[][] v = variables(size, Repeat.random(9));
      v[4] = new double[] {1, -1};
      if (norm.equals("sum")) {
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> step(size, v, new double[4], Demand.all(3), 1));
        assertTrue(e.getMessage().contains("[1.0, -1.0] sum to about 0"), e.getMessage());
      } else {
        step(size, v, new double[4], Demand.all(3), 1);
      }
    }
  }
}
