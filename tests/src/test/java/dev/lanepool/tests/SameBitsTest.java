package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.RobertaEncoder;
import dev.lanepool.encoder.Rows;
import dev.lanepool.encoder.TokenBatch;
import dev.lanepool.encoder.Tokens;
import dev.lanepool.weights.ModelSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A text's hidden states have the same bits alone, in any batch, at any place, with one thread or two, and whether or not other rows and
 * layers were left out on demand.
 */
class SameBitsTest {
  static List<EncoderGolden> goldens() {
    return EncoderGolden.all();
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void ofTheGoldenCheckpoints(EncoderGolden golden) {
    assertSameBits(golden.source(), golden.ids(), 4);
  }

  @Test
  void ofTextsOfSeveralKeyBlocks(@TempDir Path folder) throws IOException {
    RandomGenerator random = Repeat.random(1);
    ModelSource source = RandomCheckpoint.write(folder, random, 48, 3, 100, 2, 300, 514);
    List<int[]> texts = new ArrayList<>();
    for (int tokens : new int[] {1, 2, 5, 31, 64, 65, 129, 257, 512}) {
      texts.add(RandomCheckpoint.text(random, tokens, 300));
    }
    assertSameBits(source, texts, 4);
  }

  @Test
  void ofOddShapes(@TempDir Path folder) throws IOException {
    RandomGenerator random = Repeat.random(2);
    ModelSource source = RandomCheckpoint.write(folder, random, 67, 1, 131, 2, 60, 100);
    List<int[]> texts = new ArrayList<>();
    for (int tokens : new int[] {1, 3, 7, 16, 17, 47, 98}) {
      texts.add(RandomCheckpoint.text(random, tokens, 60));
    }
    assertSameBits(source, texts, 4);
  }

  /** Each text alone with one thread and every row demanded is the measure; every other way must give its bits. */
  private static void assertSameBits(ModelSource source, List<int[]> texts, int seeds) {
    try (RobertaEncoder one = RobertaEncoder.load(source, 1);
        RobertaEncoder two = RobertaEncoder.load(source, 2)) {
      int layers = one.layers();
      float[][][] alone = new float[texts.size()][][];
      for (int i = 0; i < alone.length; i++) {
        alone[i] = statesAlone(one, texts.get(i));
      }
      for (RobertaEncoder encoder : List.of(one, two)) {
        assertSameBits(encoder, Demand.all(layers), texts, inOrder(texts.size()), alone);
        for (Tokens single : List.of(Tokens.FIRST, Tokens.LAST)) {
          for (int layer = 0; layer <= layers; layer++) {
            assertSameBits(encoder, Demand.none(layers).with(layer, single), texts, inOrder(texts.size()), alone);
          }
        }
      }
      Repeat.seeds(seeds, random -> {
        RobertaEncoder encoder = random.nextBoolean() ? one : two;
        assertSameBits(encoder, randomDemand(random, layers), texts, randomBatch(random, texts.size()), alone);
      });
    }
  }

  private static float[][] statesAlone(RobertaEncoder encoder, int[] ids) {
    try (HiddenStates states = encoder.encode(TokenBatch.of(List.of(ids)), Demand.all(encoder.layers()))) {
      float[][] byLayer = new float[encoder.layers() + 1][];
      for (int layer = 0; layer < byLayer.length; layer++) {
        byLayer[layer] = states.layer(layer).text(0).toArray();
      }
      return byLayer;
    }
  }

  private static void assertSameBits(RobertaEncoder encoder, Demand demand, List<int[]> texts, List<Integer> batch, float[][][] alone) {
    int compared = 0;
    try (HiddenStates states = encoder.encode(TokenBatch.of(batch.stream().map(texts::get).toList()), demand)) {
      for (int layer = 0; layer <= demand.layers(); layer++) {
        Tokens tokens = demand.at(layer);
        for (int place = 0; tokens != Tokens.NONE && place < batch.size(); place++) {
          int text = batch.get(place);
          Rows rows = states.layer(layer).text(place);
          int first = tokens == Tokens.LAST ? texts.get(text).length - 1 : 0;
          Compare.sameBits(alone[text][layer], first, rows, "demand " + demand + ", batch of texts " + batch + ", place " + place
              + " (text " + text + ", " + texts.get(text).length + " tokens), layer " + layer);
          compared += rows.count();
        }
      }
    }
    assertTrue(compared >= batch.size(), "compared only " + compared + " rows");
  }

  private static List<Integer> inOrder(int count) {
    List<Integer> batch = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      batch.add(i);
    }
    return batch;
  }

  /** One to twice as many texts as there are, in any order, some more than once. */
  private static List<Integer> randomBatch(RandomGenerator random, int texts) {
    return random.ints(random.nextInt(1, 2 * texts), 0, texts).boxed().toList();
  }

  private static Demand randomDemand(RandomGenerator random, int layers) {
    Demand demand = Demand.none(layers).with(random.nextInt(layers + 1), Tokens.values()[random.nextInt(1, 4)]);
    for (int layer = 0; layer <= layers; layer++) {
      demand = demand.with(layer, Tokens.values()[random.nextInt(4)]);
    }
    return demand;
  }
}
