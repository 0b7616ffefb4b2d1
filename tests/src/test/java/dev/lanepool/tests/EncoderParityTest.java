package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

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

/** The encoder's hidden states of every layer against Hugging Face in float64, and against the reference where no golden is stored. */
class EncoderParityTest {
  static List<EncoderGolden> goldens() {
    return EncoderGolden.all();
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void everyLayerOfEveryTextOfAMixedBatchEqualsHuggingFaces(EncoderGolden golden) {
    try (RobertaEncoder encoder = RobertaEncoder.load(golden.source(), 2)) {
      assertEquals(golden.layers(), encoder.layers());
      try (HiddenStates states = encoder.encode(TokenBatch.of(golden.ids()), Demand.all(encoder.layers()))) {
        assertEquals(golden.texts().size(), states.texts());
        for (int text = 0; text < states.texts(); text++) {
          assertClose(golden.texts().get(text).hiddenStates(), states, text, golden.name());
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void everyLayerOfATextAloneEqualsHuggingFaces(EncoderGolden golden) {
    try (RobertaEncoder encoder = RobertaEncoder.load(golden.source(), 1)) {
      for (EncoderGolden.Text text : golden.texts()) {
        try (HiddenStates states = encoder.encode(TokenBatch.of(List.of(text.ids())), Demand.all(encoder.layers()))) {
          assertClose(text.hiddenStates(), states, 0, golden.name());
        }
      }
    }
  }

  private static void refusesWrongPlaces(RobertaEncoder encoder, HiddenStates states, float[] row) {
    float[] out = new float[row.length];
    assertThrows(IllegalArgumentException.class, () -> states.pooler(0, out, 1));
    assertThrows(IllegalArgumentException.class, () -> encoder.pooler(row, 0, out, 1));
    assertThrows(IllegalArgumentException.class, () -> encoder.pooler(row, 1, out, 0));
    assertThrows(IndexOutOfBoundsException.class, () -> states.pooler(0, out, -1));
    assertThrows(IndexOutOfBoundsException.class, () -> states.pooler(1, out, 0));
    assertThrows(IndexOutOfBoundsException.class, () -> encoder.pooler(row, 0, out, -1));
    assertThrows(IndexOutOfBoundsException.class, () -> encoder.pooler(row, -1, out, 0));
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void poolerOutputEqualsHuggingFacesWhereTheCheckpointHasOneAndIsRefusedElsewhere(EncoderGolden golden) {
    try (RobertaEncoder encoder = RobertaEncoder.load(golden.source(), 1)) {
      float[] pooled = new float[encoder.hiddenSize()];
      for (EncoderGolden.Text text : golden.texts()) {
        Demand demand = Demand.none(encoder.layers()).with(-1, Tokens.FIRST);
        try (HiddenStates states = encoder.encode(TokenBatch.of(List.of(text.ids())), demand)) {
          float[] first = states.layer(-1).first(0).toArray();
          double[] expected = text.pooled();
          assertEquals(expected != null, encoder.hasPooler());
          if (expected == null) {
            assertThrows(IllegalArgumentException.class, () -> encoder.pooler(first, 0, pooled, 0));
          } else {
            encoder.pooler(first, 0, pooled, 0);
            Compare.close(new double[][] {expected}, new Rows(pooled, 0, 1, pooled.length), Tolerances.ENCODER_TO_DOUBLE,
                golden + ", " + text.ids().length + " tokens, pooler");
            refusesWrongPlaces(encoder, states, first);
          }
        }
      }
    }
  }

  @Test
  void textsOfSeveralKeyBlocksEqualTheReference(@TempDir Path folder) throws IOException {
    RandomGenerator random = Repeat.random(1);
    ModelSource source = RandomCheckpoint.write(folder, random, 48, 3, 100, 2, 300, 514);
    List<int[]> texts = new ArrayList<>();
    for (int tokens : new int[] {1, 64, 65, 130, 512}) {
      texts.add(RandomCheckpoint.text(random, tokens, 300));
    }
    assertEqualsReference(source, texts);
  }

  @Test
  void randomShapesEqualTheReference(@TempDir Path folder) {
    Repeat.seeds(4, random -> {
      int heads = random.nextInt(1, 6);
      ModelSource source = RandomCheckpoint.write(
          folder, random, heads * random.nextInt(1, 40), heads, random.nextInt(1, 260), random.nextInt(1, 4), 60, 140);
      List<int[]> texts = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        texts.add(RandomCheckpoint.text(random, random.nextInt(1, 139), 60));
      }
      assertEqualsReference(source, texts);
    });
  }

  static void assertEqualsReference(ModelSource source, List<int[]> texts) {
    DoubleRoberta reference = new DoubleRoberta(source);
    try (RobertaEncoder encoder = RobertaEncoder.load(source, 2);
        HiddenStates states = encoder.encode(TokenBatch.of(texts), Demand.all(encoder.layers()))) {
      for (int text = 0; text < texts.size(); text++) {
        assertClose(reference.hiddenStates(texts.get(text)), states, text, "random");
      }
    }
  }

  private static void assertClose(double[][][] expected, HiddenStates found, int text, String name) {
    for (int layer = 0; layer < expected.length; layer++) {
      Compare.close(expected[layer], found.layer(layer).text(text), Tolerances.ENCODER_TO_DOUBLE,
          name + ", text " + text + " of " + found.length(text) + " tokens, layer " + layer);
    }
  }
}
