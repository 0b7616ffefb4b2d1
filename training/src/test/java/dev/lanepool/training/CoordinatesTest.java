package dev.lanepool.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.Tokens;
import dev.lanepool.head.HeadConfig;
import dev.lanepool.head.HeadNetwork;
import dev.lanepool.head.HeadTask;
import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Mat;
import dev.lanepool.nn.MeanSquaredError;
import dev.lanepool.nn.Param;
import dev.lanepool.pooling.Pooling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CoordinatesTest {
  private static final int LAYERS = 3;
  private static final int WIDTH = 8;
  private static final int TEXTS = 20;

  /** As token 0 of a trained model is: the same for all texts but for a part of itself, and another mean in each layer. */
  private static HiddenStates states(Pooling pooling) {
    SplittableRandom random = new SplittableRandom(3);
    int[] offsets = new int[TEXTS + 1];
    for (int text = 0; text < TEXTS; text++) {
      offsets[text + 1] = offsets[text] + 1 + text % 3;
    }
    var demand = pooling.demand(LAYERS);
    float[][] layers = new float[LAYERS + 1][];
    for (int layer = 0; layer <= LAYERS; layer++) {
      if (demand.at(layer) == Tokens.NONE) {
        continue;
      }
      layers[layer] = new float[demand.at(layer) == Tokens.ALL ? offsets[TEXTS] * WIDTH : TEXTS * WIDTH];
      for (int i = 0; i < layers[layer].length; i++) {
        layers[layer][i] = (float) (3 * Math.cos(1 + i % WIDTH) + 0.3 * layer + (0.2 + 0.1 * (i % WIDTH)) * random.nextGaussian());
      }
    }
    return HiddenStates.of(offsets, WIDTH, demand, layers);
  }

  private static HeadNetwork network(Pooling pooling) {
    return new HeadNetwork(HeadConfig.of(pooling, HeadTask.regression()), LAYERS, WIDTH, new SplittableRandom(5));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"lstm(hidden=4)|lstm.weight_ih_l0 lstm.bias_ih_l0 lstm.weight_hh_l0",
      "lstm(hidden=4,layout=scrambled)|lstm.weight_ih_l0 lstm.bias_ih_l0", "attention(hidden=5)|attention.0.weight attention.0.bias",
      "attention(hidden=5)@1|attention.0.weight attention.0.bias", "weighted(start=1,of=cls)|layer_weights",
      "weighted(start=1,of=mean,norm=softmax)|layer_weights",
      "cls+lstm(hidden=4)+attention(hidden=5)|parts.1.lstm.weight_ih_l0 parts.2.attention.0.weight"})
  void gradientsAreOfWhatIsSeen(String spec, String checkedOf) {
    Pooling pooling = Pooling.parse(spec);
    HiddenStates states = states(pooling);
    HeadNetwork network = network(pooling);
    Coordinates coordinates = new Coordinates(network, () -> List.of(states));
    for (Param seen : coordinates.seen()) {
      if (seen.name().equals("layer_weights")) {
        seen.values()[0] += 2; // where all are equal, their gradients have a mean of 0 already
        coordinates.toHead();
      }
    }
    try (Compute compute = new Compute(1)) {
      HeadNetwork.Cache cache = network.newCache(compute, TEXTS, states.rows());
      Mat logits = new Mat(TEXTS, 1);
      Mat dLogits = new Mat(TEXTS, 1);
      Mat targets = new Mat(TEXTS, 1);
      network.infer(states, logits, cache);
      Grads ofHead = new Grads(network.params());
      Grads ofSeen = new Grads(coordinates.seen());
      for (int text = 0; text < TEXTS; text++) {
        targets.data()[text] = logits.data()[text] + text % 2;
      }
      network.forward(states, logits, cache);
      new MeanSquaredError().of(logits, targets, dLogits);
      network.backward(dLogits, cache, null, ofHead);
      coordinates.gradients(ofHead, ofSeen);
      Set<String> checked = new HashSet<>();
      for (Param seen : coordinates.seen()) {
        float[] gradient = ofSeen.of(seen);
        double square = 0;
        for (float g : gradient) {
          square += g * g;
        }
        if (square < 1e-6) {
          continue; // rounding, as of the bias of scores, which a softmax takes out; or too small for differences of floats
        }
        checked.add(seen.name());
        // Along the gradient itself the loss rises by its length.
        double step = 1e-2 / Math.sqrt(square);
        double[] losses = new double[2];
        for (int side = 0; side < 2; side++) {
          float[] before = seen.values().clone();
          for (int i = 0; i < gradient.length; i++) {
            seen.values()[i] += (float) ((side == 0 ? -step : step) * gradient[i]);
          }
          coordinates.toHead();
          network.forward(states, logits, cache);
          losses[side] = new MeanSquaredError().of(logits, targets, null);
          System.arraycopy(before, 0, seen.values(), 0, before.length);
        }
        coordinates.toHead();
        double slope = (losses[1] - losses[0]) / (2 * step);
        assertEquals(1, slope / square, 0.05, seen::toString);
      }
      assertTrue(checked.containsAll(List.of(checkedOf.split(" "))), checked::toString);
    }
  }

  @Test
  void layerWeightsSumToTheirNumberWhateverIsSeen() {
    Pooling pooling = Pooling.parse("mean@1+weighted(start=1,of=cls)");
    HiddenStates states = states(pooling);
    HeadNetwork network = network(pooling);
    Coordinates coordinates = new Coordinates(network, () -> List.of(states));
    float[] seen = coordinates.seen().getFirst().values();
    float[] weights = network.params().getFirst().values();
    assertEquals("parts.1.layer_weights", network.params().getFirst().name());
    for (float push : new float[] {0, 1, -5, 100}) {
      seen[0] = 1 + push;
      seen[1] = 1 - 3 * push;
      coordinates.toHead();
      assertEquals(LAYERS, weights[0] + weights[1] + weights[2], 1e-4 * (1 + Math.abs(push)));
      assertEquals(4 * push, weights[0] - weights[1], 1e-4 * (1 + Math.abs(push)));
    }
  }

  @Test
  void anLstmsOutputsAreLeftAsTheyAreAndItsNeighboursAreNot() {
    HeadConfig config = HeadConfig.of(Pooling.parse("cls+lstm(hidden=4)+cls@1"), HeadTask.regression()).withStandardize(true);
    HeadNetwork network = new HeadNetwork(config, LAYERS, WIDTH, new SplittableRandom(5));
    Arrays.fill(network.standardize().mean().values(), 3f);
    Arrays.fill(network.standardize().scale().values(), 2f);
    Coordinates.spareOutputs(network);
    for (int i = 0; i < 2 * WIDTH + 4; i++) {
      boolean lstm = i >= WIDTH && i < WIDTH + 4;
      assertEquals(lstm ? 0 : 3, network.standardize().mean().values()[i], "column " + i);
      assertEquals(lstm ? 1 : 2, network.standardize().scale().values()[i], "column " + i);
    }
  }

  /** What is seen through a map, or by its proportions, leads to the same head as before. */
  @Test
  void whatTheHeadHasLearntIsTakenOver() {
    Pooling pooling = Pooling.parse("lstm(hidden=4)+attention(hidden=5)+weighted(start=1,of=cls)");
    HiddenStates states = states(pooling);
    HeadNetwork network = network(pooling);
    Coordinates coordinates = new Coordinates(network, () -> List.of(states));
    Arrays.fill(network.output().weight().values(), 0.25f);
    List<float[]> values = network.params().stream().map(param -> param.values().clone()).toList();
    coordinates.fromHead();
    coordinates.toHead();
    for (int i = 0; i < values.size(); i++) {
      assertArrayEquals(values.get(i), network.params().get(i).values(), network.params().get(i).name());
    }
  }

  /** Seen weights of usual size give gates of usual size: the means of what is read do not come through. */
  @Test
  void whatAnLstmReadsIsSeenStandardized() {
    Pooling pooling = Pooling.parse("lstm(hidden=4)");
    HiddenStates states = states(pooling);
    HeadNetwork network = network(pooling);
    float[] raw = network.params().getFirst().values().clone();
    Coordinates coordinates = new Coordinates(network, () -> List.of(states));
    Param weight = network.params().getFirst();
    Param bias = network.params().get(2);
    assertEquals("lstm.bias_ih_l0", bias.name());
    assertNotEquals(raw[0], weight.values()[0]);
    double squares = 0;
    double means = 0;
    for (int gate = 0; gate < weight.rows(); gate++) {
      double mean = 0;
      double square = 0;
      for (int text = 0; text < TEXTS; text++) {
        double sum = bias.values()[gate] - coordinates.seen().get(2).values()[gate];
        for (int k = 0; k < WIDTH; k++) {
          sum += weight.values()[gate * WIDTH + k] * states.array(2)[states.start(2, text, Tokens.FIRST) + k];
        }
        mean += sum / TEXTS;
        square += sum * sum / TEXTS;
      }
      means += mean * mean / weight.rows();
      squares += (square - mean * mean) / weight.rows();
    }
    double expected = 0; // of sums of independent inputs of deviation 1
    for (float value : coordinates.seen().getFirst().values()) {
      expected += value * value / weight.rows();
    }
    assertTrue(squares > expected / 3 && squares < expected * 3, squares + ", expected about " + expected);
    assertTrue(means < 1, "layer 2's mean lies between those of 1 and 3: " + means);
  }

  /** W' = W s and b' = b + W m, with the mean m of all that is read and the deviation s from each step's own mean. */
  @ParameterizedTest
  @ValueSource(strings = {"lstm(hidden=4)", "lstm(hidden=4,layout=scrambled)", "attention(hidden=5)", "attention(hidden=5)@1"})
  void theScaleIsThatOfWhatIsRead(String spec) {
    Pooling pooling = Pooling.parse(spec);
    HiddenStates states = states(pooling);
    HeadNetwork network = network(pooling);
    Coordinates coordinates = new Coordinates(network, () -> List.of(states));
    List<float[][]> steps = steps(spec, states); // each of them (rows, C)
    boolean lstm = spec.startsWith("lstm");
    Param weight = network.params().getFirst();
    float[] bias = network.params().get(lstm ? 2 : 1).values();
    float[] seenBias = coordinates.seen().get(lstm ? 2 : 1).values();
    double[] means = new double[WIDTH];
    for (int k = 0; k < WIDTH; k++) {
      int column = k;
      double variance = 0;
      for (float[][] rows : steps) {
        double mean = Arrays.stream(rows).mapToDouble(row -> row[column]).average().orElseThrow();
        variance += Arrays.stream(rows).mapToDouble(row -> Math.pow(row[column] - mean, 2)).average().orElseThrow() / steps.size();
        means[k] += mean / steps.size();
      }
      double seen = coordinates.seen().getFirst().values()[k];
      assertEquals(seen, weight.values()[k] * Math.sqrt(variance), 1e-5, "column " + k);
    }
    for (int row = 0; row < bias.length; row++) {
      double sum = bias[row];
      for (int k = 0; k < WIDTH; k++) {
        sum += weight.values()[row * WIDTH + k] * means[k];
      }
      assertEquals(seenBias[row], sum, 1e-4, "row " + row);
    }
  }

  /** What the weights read of all texts: an LSTM layer by layer, or in the order of the scrambled layout; an attention each token. */
  private static List<float[][]> steps(String spec, HiddenStates states) {
    List<float[][]> steps = new ArrayList<>();
    if (spec.startsWith("attention")) {
      float[] rows = states.array(spec.endsWith("@1") ? 1 : LAYERS);
      steps.add(IntStream.range(0, states.rows()).mapToObj(row -> Arrays.copyOfRange(rows, row * WIDTH, (row + 1) * WIDTH))
          .toArray(float[][]::new));
      return steps;
    }
    for (int step = 0; step < LAYERS; step++) {
      float[][] rows = new float[TEXTS][WIDTH];
      for (int text = 0; text < TEXTS; text++) {
        for (int k = 0; k < WIDTH; k++) {
          int at = step * WIDTH + k; // of (C, L) in one
          int layer = 1 + (spec.contains("scrambled") ? at % LAYERS : step);
          rows[text][k] = states.array(layer)[states.start(layer, text, Tokens.FIRST) + (spec.contains("scrambled") ? at / LAYERS : k)];
        }
      }
      steps.add(rows);
    }
    return steps;
  }
}
