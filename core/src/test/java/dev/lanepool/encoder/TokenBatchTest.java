package dev.lanepool.encoder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/** Batches and demands that are none. */
class TokenBatchTest {
  private static void refused(String message, int[] ids, int... offsets) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, () -> new TokenBatch(ids, offsets)).getMessage());
  }

  @Test
  void offsetsMustAscendFromZeroToTheNumberOfIds() {
    int[] ids = {0, 5, 2};
    assertEquals(2, new TokenBatch(ids, new int[] {0, 1, 3}).length(1));
    refused("offsets must run from 0 to 3, the number of token ids", ids);
    refused("offsets must run from 0 to 3, the number of token ids", ids, 1, 3);
    refused("offsets must run from 0 to 3, the number of token ids", ids, 0, 2);
    refused("offsets descend at text 1: 2 to 1", ids, 0, 2, 1, 3);
  }

  @Test
  void demandsOfModelsOfDifferentDepthHaveNoUnion() {
    assertEquals("a demand for 3 layers, expected 2",
        assertThrows(IllegalArgumentException.class, () -> Demand.none(2).union(Demand.all(3))).getMessage());
    assertThrows(IllegalArgumentException.class, () -> Demand.none(3).union(Demand.all(2)));
  }
}
