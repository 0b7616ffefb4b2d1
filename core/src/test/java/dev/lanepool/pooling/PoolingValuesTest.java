package dev.lanepool.pooling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.encoder.ClosedFormStates;
import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.HiddenStates;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every pooling without parameters to learn, against PyTorch 2.13 in float64 and, for the names it knows, sentence-transformers:
 *
 * <pre>{@code
 * def val(layer, t, c): return float(np.float32(np.cos(np.float64(1 + layer*31 + t*7 + c*3))))
 * H = torch.tensor([[[val(l, t, c) for c in range(3)] for t in range(4)] for l in range(5)], dtype=torch.float64)
 * h = H[-1]; w = torch.tensor([1., 2., -0.5]).double(); mix = (w[:,None,None] * H[2:]).sum(0) / w.sum()
 * Pooling(3, pooling_mode="weightedmean")({"token_embeddings": h[None], "attention_mask": torch.ones(1, 4).long()})
 * torch.cat([H[0].max(0)[0], H[3].max(0)[0], H[2].max(0)[0]])                  # concat(layers=0/3..2,of=max)
 * mix[0]; mix.max(0)[0]; (torch.softmax(w, 0)[:,None,None] * H[2:]).sum(0).mean(0)
 * W[i][j] = val(9, i, j); b[j] = val(10, 0, j); torch.tanh(W @ h[0] + b)        # pooler
 * }</pre>
 */
class PoolingValuesTest {
  private static final int LAYERS = 4;
  private static final int HIDDEN = 3;
  private static final float TOLERANCE = 1e-6f; // values are at most 1.5, sums have at most 4 terms

  @ParameterizedTest
  @CsvSource(delimiter = ';', value = {
      "cls; 0.78771454, -0.69289583, 0.58420885",
      "last; 0.08395944, -0.22374095, 0.35904428",
      "mean; 0.64705704, -0.68043363, 0.70019136",
      "max; 0.99859005, -0.22374095, 0.97364891",
      "mean-sqrt-len; 1.29411407, -1.36086727, 1.40038271",
      "weighted-mean; 0.52746247, -0.60070651, 0.6619274",
      "mean@1; -0.06239861, -0.03746621, 0.13658116",
      "cls@-2; 0.96945935, -0.92514753, 0.86231887",
      "mean-max; 0.64705704, -0.68043363, 0.70019136, 0.99859005, -0.22374095, 0.97364891",
      "concat; 0.78771454, -0.69289583, 0.58420885, 0.96945935, -0.92514753, 0.86231887, "
          + "0.98589659, -0.99964744, 0.99339038, 0.83422339, -0.90369219, 0.95507365",
      "concat(layers=0/3..2,of=max); 0.54030228, 0.99120283, 0.75390226, 0.96945935, 0.18912943, 0.98277956, "
          + "0.98589659, 0.56975031, 0.99339038",
      "weighted(start=2,weights=1/2/-0.5); 1.01238321, -1.00139784, 0.97036948",
      "weighted(start=-3,of=max,weights=1/2/-0.5); 1.01238321, 0.42395186, 0.97036948",
      "weighted(start=2,of=mean,norm=softmax,weights=1/2/-0.5); 0.42375749, -0.49629384, 0.55889686",
      "weighted(start=2,of=mean,norm=softmax,weights=1001/1002/999.5); 0.42375749, -0.49629384, 0.55889686",
      "cls+mean@2+max; 0.78771454, -0.69289583, 0.58420885, 0.22705432, -0.31911927, 0.40479705, 0.99859005, -0.22374095, 0.97364891",
      "pooler; -0.99481694, -0.14154532, -0.59285576",
      "mean@1+pooler; -0.06239861, -0.03746621, 0.13658116, -0.99481694, -0.14154532, -0.59285576",
  })
  void equalsPyTorchOnNoMoreRowsThanItDemands(String spec, String expected) {
    float[] want = floats(expected);
    assertArrayEquals(want, pool(spec, 1, 5, 4, 2), TOLERANCE);
  }

  /** Worked by hand: a text of one token is its own mean, maximum, first and last row. */
  @ParameterizedTest
  @ValueSource(strings = {"cls", "last", "mean", "max", "mean-sqrt-len", "weighted-mean", "weighted(start=9,weights=2)"})
  void oneTokenIsItsOwnPool(String spec) {
    float[] row = {ClosedFormStates.value(4, 0, 0), ClosedFormStates.value(4, 0, 1), ClosedFormStates.value(4, 0, 2)};
    assertArrayEquals(row, pool(spec, 0, 1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"mean", "max", "mean-sqrt-len", "weighted-mean", "weighted(start=0,of=mean,weights=1/2/3/4/5)", "concat"})
  void sameBitsWhereverTheTextStands(String spec) {
    float[] alone = pool(spec, 0, 7);
    assertArrayEquals(alone, pool(spec, 2, 3, 11, 7, 1));
    assertArrayEquals(alone, pool(spec, 0, 7, 20));
  }

  @Test
  void moreRowsThanDemandedGiveTheSameBits() {
    Pooling pooling = Pooling.parse("cls+last@2+pooler+concat(layers=1..4,of=cls)");
    float[] fromAll = new float[pooling.dimension(LAYERS, HIDDEN)];
    pooling.pool(ClosedFormStates.of(Demand.all(LAYERS), HIDDEN, true, 5, 6), 1, fromAll, 0);
    assertArrayEquals(fromAll, pool("cls+last@2+pooler+concat(layers=1..4,of=cls)", 1, 5, 6));
  }

  @Test
  void poolerWithoutWeightsSaysSo() {
    Pooling pooling = Pooling.parse("pooler");
    HiddenStates states = ClosedFormStates.of(pooling.demand(LAYERS), HIDDEN, false, 2);
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> pooling.pool(states, 0, new float[3], 0));
    assertEquals("this checkpoint has no pooler weights", e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"lstm(hidden=256)", "weighted(start=4,of=cls)", "attention(hidden=512)", "cls+attention(hidden=512)@2"})
  void whatLearnsSaysThatItNeedsATrainedHead(String spec) {
    Pooling pooling = Pooling.parse(spec);
    assertTrue(pooling.learns());
    IllegalStateException e = assertThrows(IllegalStateException.class, () -> pool(spec, 0, 3));
    assertTrue(e.getMessage().contains("trained head"), e.getMessage());
  }

  /** Pools one of several texts, from states that hold just what is demanded, into the middle of an array. */
  private static float[] pool(String spec, int text, int... lengths) {
    Pooling pooling = Pooling.parse(spec);
    int dimension = pooling.dimension(LAYERS, HIDDEN);
    float[] out = new float[dimension + 2];
    Arrays.fill(out, Float.NaN);
    pooling.pool(ClosedFormStates.of(pooling.demand(LAYERS), HIDDEN, true, lengths), text, out, 1);
    assertTrue(Float.isNaN(out[0]) && Float.isNaN(out[dimension + 1]), "wrote outside its range");
    return Arrays.copyOfRange(out, 1, dimension + 1);
  }

  private static float[] floats(String list) {
    String[] parts = list.split(",");
    float[] floats = new float[parts.length];
    for (int i = 0; i < parts.length; i++) {
      floats[i] = Float.parseFloat(parts[i].strip());
    }
    return floats;
  }
}
