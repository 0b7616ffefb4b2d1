package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The first link of the chain of trust: the reference itself against Hugging Face in float64. */
class DoubleRobertaTest {
  static List<EncoderGolden> goldens() {
    return EncoderGolden.all();
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void everyHiddenStateAndPoolerOutputEqualsHuggingFaces(EncoderGolden golden) {
    DoubleRoberta reference = new DoubleRoberta(golden.source());
    assertEquals(golden.layers(), reference.layers());
    for (EncoderGolden.Text text : golden.texts()) {
      double[][][] states = reference.hiddenStates(text.ids());
      for (int layer = 0; layer <= golden.layers(); layer++) {
        Compare.close(text.hiddenStates()[layer], states[layer], Tolerances.REFERENCE_TO_GOLDEN,
            golden + ", " + text.ids().length + " tokens, layer " + layer);
      }
      double[] pooled = text.pooled();
      assertEquals(pooled != null, reference.hasPooler());
      if (pooled != null) {
        Compare.close(new double[][] {pooled}, new double[][] {reference.pool(states[golden.layers()])},
            Tolerances.REFERENCE_TO_GOLDEN, golden + ", " + text.ids().length + " tokens, pooler");
      }
    }
  }

  @Test
  void theGoldensCoverWhatTheyAreFor() {
    List<EncoderGolden> goldens = goldens();
    assertEquals(6, goldens.size());
    assertEquals(32, goldens.stream().mapToInt(golden -> golden.texts().size()).sum());
    assertEquals(3, goldens.stream().filter(golden -> golden.texts().getFirst().pooled() != null).count());
    assertEquals(12, goldens.stream().mapToInt(EncoderGolden::layers).max().orElseThrow());
  }

  @Test
  void erfEqualsTabulatedValuesAndIsOdd() {
    // mpmath: [nstr(erf(mpf(x)), 20) for x in ("1e-9", "0.5", "1", "2", "3.5", "5")]
    double[][] table = {
      {1e-9, 1.1283791670955125735e-9}, {0.5, 0.52049987781304653768}, {1, 0.84270079294971486934}, {2, 0.99532226501895273416},
      {3.5, 0.99999925690162765859}, {5, 0.99999999999846254021}, {7, 1}
    };
    for (double[] row : table) {
      assertEquals(row[1], DoubleRoberta.erf(row[0]), 4e-15 * row[1]);
      assertEquals(-DoubleRoberta.erf(row[0]), DoubleRoberta.erf(-row[0]));
    }
    assertEquals(0, DoubleRoberta.erf(0));
    assertTrue(DoubleRoberta.erf(6) <= 1 + 1e-14);
  }
}
