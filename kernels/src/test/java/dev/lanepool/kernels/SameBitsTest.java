package dev.lanepool.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A row's result has the same bits whatever rows stand beside it and however many threads share the work. */
class SameBitsTest {

  @Test
  void theTwinThatRunsIsTheOneDemanded() {
    assertTrue(Kernels.active().name().startsWith(System.getProperty("lanepool.kernels")), Kernels.active().name());
  }

  @Test
  void aRowOfAProductAloneAndInAnyBlock() {
    int n = 203;
    int k = 600;
    Random random = new Random(5);
    float[] a = gaussian(random, 110 * k);
    float[] weights = gaussian(random, n * k);
    float[] bias = gaussian(random, n);
    int[] counts = IntStream.concat(IntStream.rangeClosed(1, 33), IntStream.of(48, 49, 97)).toArray(); // all that tiles can make up
    for (Storage storage : Storage.values()) {
      PackedMatrix b = new PackedMatrix(n, k, storage);
      b.pack(0, n, weights, 0);
      b.packBias(0, bias);
      float[] all = product(a, 110, b, 1);
      for (int rows : counts) {
        for (int threads = 1; threads <= 2; threads++) {
          float[] some = product(Arrays.copyOfRange(a, (110 - rows) * k, 110 * k), rows, b, threads);
          assertArrayEquals(Arrays.copyOfRange(all, (110 - rows) * n, 110 * n), some, 0f,
              storage + ", " + rows + " rows, " + threads + " threads");
        }
      }
    }
  }

  private static float[] product(float[] a, int m, PackedMatrix b, int threads) {
    float[] c = new float[m * b.outputs()];
    try (ThreadTeam team = new ThreadTeam(threads)) {
      new Gemm(team, Workspace.forTeam(team)).nt(a, m, b, c, Epilogue.BIAS_GELU_ERF, null);
    }
    return c;
  }

  /** Sums of products too small for a float are -0, and stay so where an odd number of keys is rounded up. */
  @Test
  void anOddNumberOfKeysLeavesMinusZero() {
    int t = 9;
    int d = 32;
    float[] qkv = new float[t * 3 * d];
    for (int row = 0; row < t; row++) {
      qkv[row * 3 * d] = 6;
      Arrays.fill(qkv, row * 3 * d + 2 * d, (row + 1) * 3 * d, row == 0 ? 0 : -1e-30f);
    }
    qkv[d] = 60; // the first key has all attention but e^-60 of it
    float[] out = new float[t * d];
    try (ThreadTeam team = new ThreadTeam(1)) {
      Attention attention = new Attention(team, Workspace.forTeam(team));
      attention.attend(qkv, 3 * d, qkv, 3 * d, d, 2 * d, new int[] {0, t}, Attention.Queries.ALL, 1, d, out, d);
    }
    float[] minus = new float[t * d];
    Arrays.fill(minus, -0f);
    assertArrayEquals(minus, out);
  }

  /** The last text is long and odd: all of its queries pack its keys and values, one query does not. */
  @Test
  void aQueryOfAttentionAloneAndAmongAll() {
    int heads = 3;
    int[] offsets = {0, 37, 38, 167};
    for (int d : new int[] {20, 32}) {
      int c = heads * d;
      float[] qkv = gaussian(new Random(6), offsets[3] * 3 * c);
      float[] all = new float[offsets[3] * c];
      float[] ones = new float[3 * c];
      float[] firsts = new float[3 * c];
      for (int text = 0; text < 3; text++) {
        System.arraycopy(qkv, offsets[text] * 3 * c, firsts, text * c, c);
      }
      try (ThreadTeam team = new ThreadTeam(2)) {
        Attention attention = new Attention(team, Workspace.forTeam(team));
        attention.attend(qkv, 3 * c, qkv, 3 * c, c, 2 * c, offsets, Attention.Queries.ALL, heads, d, all, c);
        attention.attend(firsts, c, qkv, 3 * c, c, 2 * c, offsets, Attention.Queries.ONE_PER_TEXT, heads, d, ones, c);
      }
      for (int text = 0; text < 3; text++) {
        float[] expected = Arrays.copyOfRange(all, offsets[text] * c, (offsets[text] + 1) * c);
        assertArrayEquals(expected, Arrays.copyOfRange(ones, text * c, text * c + c), 0f, "text " + text);
      }
    }
  }

  /** Heads that are one piece, and the last ones, cut into parts of their queries. One text is empty, some have keys or values packed. */
  @Test
  void attentionOnAnyNumberOfThreads() {
    int heads = 3;
    int[] offsets = {0, 37, 37, 168, 468 + 4 * Kernels.active().panelWidth()};
    for (int d : new int[] {20, 64}) {
      int c = heads * d;
      float[] qkv = gaussian(new Random(8), offsets[4] * 3 * c);
      float[] expected = attended(1, qkv, offsets, heads, d, 12);
      assertArrayEquals(expected, attended(2, qkv, offsets, heads, d, 10), 0f);
      assertArrayEquals(expected, attended(5, qkv, offsets, heads, d, 7), 0f);
      assertArrayEquals(expected, attended(16, qkv, offsets, heads, d, 0), 0f);
    }
  }

  private static float[] attended(int threads, float[] qkv, int[] offsets, int heads, int d, int whole) {
    int c = heads * d;
    float[] out = new float[qkv.length / 3];
    try (ThreadTeam team = new ThreadTeam(threads)) {
      Attention attention = new Attention(team, Workspace.forTeam(team));
      attention.attend(qkv, 3 * c, qkv, 3 * c, c, 2 * c, offsets, Attention.Queries.ALL, heads, d, out, c);
      assertEquals(whole, attention.whole, "heads that one thread takes whole, of 12 on " + threads);
    }
    return out;
  }

  @Test
  void arraysThatAreTooShortAreRefused() {
    try (ThreadTeam team = new ThreadTeam(1)) {
      Gemm gemm = new Gemm(team, Workspace.forTeam(team));
      PackedMatrix b = new PackedMatrix(4, 3);
      IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
          () -> gemm.nt(new float[5], 2, b, new float[8], Epilogue.BIAS, null));
      assertEquals("A of 5 floats or C of 8 is too short for M = 2, N = 4, K = 3", e.getMessage());
      assertThrows(IllegalArgumentException.class, () -> gemm.nt(new float[6], 2, b, new float[8], Epilogue.BIAS_RESIDUAL, null));
      assertThrows(IndexOutOfBoundsException.class,
          () -> gemm.ntColumns(new float[6], 0, 3, 2, b, 3, 2, new float[8], 0, 2, Epilogue.BIAS, null, 0));
    }
  }

  private static float[] gaussian(Random random, int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
