package dev.lanepool.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.nn.Mat;
import dev.lanepool.pooling.Pooling;
import dev.lanepool.training.features.FeaturePlan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What does not fit into an array is refused by its sizes, and what just fits is not. On roberta-base's 12 layers of 768. */
class FitSizesTest {
  private static final FitSettings DEFAULTS = FitSettings.defaults();

  private static FitSizes sizes(String spec, int outputs, FitSettings settings) {
    return new FitSizes(FeaturePlan.of(Pooling.parse(spec), 12, 768), outputs, settings);
  }

  private static void refused(String message, Executable check) {
    assertEquals(message + ", since one array holds at most 2147483639 numbers",
        assertThrows(IllegalArgumentException.class, check).getMessage());
  }

  @Test
  void vectorsOfAllRows() {
    FitSizes sizes = sizes("concat(layers=-1..-4,of=cls)", 2, DEFAULTS);
    sizes.checkRows(699_050);
    refused("pooling \"concat(layers=-1..-4,of=cls)\": found 699051 rows of dimension 3072, expected at most 699050",
        () -> sizes.checkRows(699_051));
    sizes("weighted(start=4,of=mean)", 2, DEFAULTS).checkRows(2_796_202);
    assertThrows(IllegalArgumentException.class, () -> sizes("weighted(start=4,of=mean)", 2, DEFAULTS).checkRows(2_796_203));
  }

  @Test
  void logitsOfAllRows() {
    refused("a head of 30000 outputs: found 80000 rows of dimension 30000, expected at most 71582",
        () -> sizes("mean", 30_000, DEFAULTS).checkRows(80_000));
  }

  @Test
  void weights() {
    sizes("cls+lstm(hidden=20000)+attention(hidden=100000)", 2, DEFAULTS).checkWeights();
    assertEquals("pooling \"lstm(hidden=40000)\": hidden: found 40000, expected at most 23170 for a model of hidden size 768, since one"
        + " array holds at most 2147483639 values",
        assertThrows(IllegalArgumentException.class, () -> sizes("lstm(hidden=40000)", 2, DEFAULTS)).getMessage());
    assertThrows(IllegalArgumentException.class, () -> sizes("lstm(hidden=2147483647)", 2, DEFAULTS));
    assertThrows(IllegalArgumentException.class, () -> sizes("mean+attention(hidden=3000000)", 2, DEFAULTS));
    refused("the weights of a hidden layer: found 3000000 rows of dimension 768, expected at most 2796202",
        () -> sizes("mean", 2, DEFAULTS.withHidden(3_000_000)).checkWeights());
    assertThrows(IllegalArgumentException.class, () -> sizes("mean", 3_000, DEFAULTS.withHidden(2_000_000)).checkWeights());
    sizes("mean", 3_000, DEFAULTS).checkWeights();
  }

  @Test
  void batches() {
    sizes("lstm(hidden=256)", 2, DEFAULTS).checkTexts();
    refused("batches for pooling \"lstm(hidden=256)\": found 1000000 texts of dimension 12288, expected at most 174762",
        () -> sizes("lstm(hidden=256)", 2, DEFAULTS.withBatchSize(1_000_000)).checkTexts());
    refused("batches for pooling \"weighted(start=4,of=cls)\": found 400000 texts of dimension 6912, expected at most 310689",
        () -> sizes("weighted(start=4,of=cls)", 2, DEFAULTS.withBatchSize(400_000)).checkTexts()); // of 9 layers
    sizes("weighted(start=4,of=cls)", 2, DEFAULTS.withBatchSize(300_000)).checkTexts();
    FitSizes attention = sizes("attention(hidden=1024)", 2, DEFAULTS.withBatchSize(4096));
    attention.checkTexts();
    attention.checkTokens(511);
    refused("batches of 4096 texts for pooling \"attention(hidden=1024)\": found 2097152 tokens of dimension 1024,"
        + " expected at most 2097151", () -> attention.checkTokens(512));
    assertTrue(Mat.MOST < Integer.MAX_VALUE);
  }

  /** Whatever is the largest that a batch has of each text: its inputs, a hidden layer, or the outputs. */
  @Test
  void theLargestPartOfABatchCounts() {
    refused("batches for pooling \"mean\": found 512 texts of dimension 4194304, expected at most 511",
        () -> sizes("mean", 4_194_304, DEFAULTS).checkTexts());
    refused("batches for pooling \"mean\": found 512 texts of dimension 4194304, expected at most 511",
        () -> sizes("mean", 2, DEFAULTS.withHidden(4_194_304)).checkTexts());
    refused("batches for pooling \"mean\": found 3000000 texts of dimension 768, expected at most 2796202",
        () -> sizes("mean", 2, DEFAULTS.withBatchSize(3_000_000)).checkTexts());
    refused("batches for pooling \"lstm(hidden=1)\": found 300000 texts of dimension 9216, expected at most 233016",
        () -> sizes("lstm(hidden=1)", 2, DEFAULTS.withBatchSize(300_000)).checkTexts());
    FitSizes narrow = sizes("attention(hidden=8)", 2, DEFAULTS.withBatchSize(10_000_000));
    refused("batches of 10000000 texts for pooling \"attention(hidden=8)\": found 5120000000 tokens of dimension 768,"
        + " expected at most 2796202", () -> narrow.checkTokens(512));
  }
}
