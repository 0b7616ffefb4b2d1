package dev.lanepool.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What a panel's values are read ahead by: within bounds, every 64 bytes of each quarter, and only where they are far away. */
class PrefetchTest {
  private static final int FROM = 5;

  @Test
  void readsOneElementOfEachLine() {
    for (int n = 0; n <= 4 * 200; n++) {
      float[] floats = new float[FROM + n];
      short[] shorts = new short[FROM + n];
      byte[] bytes = new byte[FROM + n];
      for (int i = 0; i < FROM; i++) { // what lies before is not read
        floats[i] = 1000;
        shorts[i] = 1000;
        bytes[i] = 100;
      }
      for (int i = FROM; i < FROM + n; i++) {
        floats[i] = 1;
        shorts[i] = 1;
        bytes[i] = 1;
      }
      assertEquals(4 * lines(n / 4, 16), Prefetch.read(floats, FROM, n), n + " floats");
      assertEquals(4 * lines(n / 4, 32), Prefetch.read(shorts, FROM, n), n + " shorts");
      assertEquals(4 * lines(n / 4, 64), Prefetch.read(bytes, FROM, n), n + " bytes");
    }
  }

  @Test
  void aPieceFromTheCacheIsQuickAndOneFromMemoryIsNot() {
    for (int panelWidth : new int[] {8, 16, 32}) {
      Prefetch prefetch = new Prefetch(panelWidth);
      assertTrue(prefetch.quick(98_304, panelWidth == 32 ? 1_300 : 3_000));
      assertTrue(prefetch.quick(24_576, 0)); // a coarse clock
      assertFalse(prefetch.quick(98_304, panelWidth == 32 ? 3_300 : 8_000));
      assertFalse(prefetch.quick(0, 0));
    }
  }

  private static int lines(int elements, int perLine) {
    return (elements + perLine - 1) / perLine;
  }
}
