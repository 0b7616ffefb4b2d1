package dev.lanepool.encoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Hidden states that were kept elsewhere: two texts of 2 and 1 tokens, the first rows of layer 2 of 2, and what was pooled of them. */
class HiddenStatesTest {
  private static final int[] OFFSETS = {0, 2, 3};
  private static final Demand FIRST_OF_LAST = Demand.none(2).with(-1, Tokens.FIRST);
  private static final float[] ROWS = {1, 2, 3, 4};
  private static final float[] POOLED = {5, 6, 7, 8};

  private static HiddenStates of(float[] rows, float[] pooled) {
    return HiddenStates.of(OFFSETS, 2, FIRST_OF_LAST, new float[][] {null, null, rows}, pooled);
  }

  private static void refused(String message, Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }

  @Test
  void poolerOutputsThatWereKeptAreReadInsteadOfRows() {
    try (HiddenStates states = of(ROWS, POOLED)) {
      float[] out = new float[4];
      states.pooler(1, out, 1);
      assertArrayEquals(new float[] {0, 7, 8, 0}, out);
      assertArrayEquals(new float[] {3, 4}, states.layer(2).first(1).toArray());
      refused("found room for 1 floats, expected 2", () -> states.pooler(0, out, 3));
      assertThrows(IndexOutOfBoundsException.class, () -> states.pooler(0, out, -1));
      assertThrows(IndexOutOfBoundsException.class, () -> states.pooler(2, out, 0));
    }
    refused("this checkpoint has no pooler weights", () -> of(ROWS, null).pooler(0, new float[2], 0));
  }

  @Test
  void tooLittleIsRefused() {
    refused("layer 2: 3 floats, expected 2 rows of 2", () -> of(new float[3], POOLED));
    refused("layer 2: 0 floats, expected 2 rows of 2", () -> HiddenStates.of(OFFSETS, 2, FIRST_OF_LAST, new float[2][]));
    refused("pooled: 3 floats, expected 2 rows of 2", () -> of(ROWS, new float[3]));
  }

  @Test
  void useAfterCloseSaysSo() {
    HiddenStates states = of(ROWS, POOLED);
    states.close();
    for (Executable call : new Executable[] {() -> states.pooler(0, new float[2], 0), () -> states.layer(2), () -> states.array(2)}) {
      assertEquals("these hidden states are closed", assertThrows(IllegalStateException.class, call).getMessage());
    }
  }
}
