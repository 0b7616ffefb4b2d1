package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.kernels.Epilogue;
import dev.lanepool.kernels.Gemm;
import dev.lanepool.kernels.PackedMatrix;
import dev.lanepool.kernels.ReducedRows;
import dev.lanepool.kernels.Storage;
import dev.lanepool.kernels.ThreadTeam;
import dev.lanepool.kernels.Workspace;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Matrices kept in 16 and 8 bits: what packing keeps, and that a product is the one by the widened elements, bit for bit. */
class StorageReferenceTest {
  private static final int[][] SHAPES = {{1, 1}, {5, 7}, {33, 255}, {67, 256}, {130, 257}, {32, 513}, {256, 64}, {3, 0}}; // N, K

  @Test
  void bf16KeepsEveryValueOfItsOwn() {
    float[] all = new float[1 << 16];
    for (int i = 0; i < all.length; i++) {
      all[i] = Float.intBitsToFloat(i << 16);
    }
    PackedMatrix packed = new PackedMatrix(256, 256, Storage.BF16);
    packed.pack(0, 256, all, 0);
    float[] kept = packed.widened(0, 256);
    for (int i = 0; i < all.length; i++) {
      if (all[i] == all[i]) {
        assertEquals(Float.floatToRawIntBits(all[i]), Float.floatToRawIntBits(kept[i]), Integer.toHexString(i));
      } else {
        assertTrue(Float.isNaN(kept[i]), Integer.toHexString(i));
      }
    }
  }

  @Test
  void bf16TakesTheNearestAndOfTwoTheEvenOne() {
    Repeat.seeds(3, random -> {
      float[] b = KernelReferenceTest.gaussian(random, 37 * 53, Math.pow(10, random.nextInt(-20, 20)));
      for (int i = 0; i < b.length; i += 5) {
        b[i] = Float.intBitsToFloat(Float.floatToIntBits(b[i]) & 0xffff0000 | 0x8000); // in the middle
      }
      b[0] = Float.intBitsToFloat(0x7f800001); // a NaN whose upper half is infinity
      b[1] = Float.MAX_VALUE;
      b[2] = Float.MIN_VALUE;
      PackedMatrix packed = new PackedMatrix(37, 53, Storage.BF16);
      packed.pack(0, 20, b, 0);
      packed.pack(20, 17, b, 20 * 53);
      float[] kept = packed.widened(0, 37);
      short[] rows = new short[b.length];
      ReducedRows.bf16(b, 0, b.length, rows, 0);
      assertTrue(Float.isNaN(kept[0]));
      assertEquals(Float.POSITIVE_INFINITY, kept[1]);
      for (int i = 2; i < b.length; i++) {
        int bits = Float.floatToRawIntBits(b[i]);
        float below = Float.intBitsToFloat(bits & 0xffff0000); // towards zero
        float above = Float.intBitsToFloat((bits & 0xffff0000) + 0x10000);
        double toBelow = Math.abs((double) b[i] - below);
        double toAbove = Math.abs((double) above - b[i]);
        boolean belowIsEven = (bits & 0x10000) == 0;
        assertEquals(toBelow < toAbove || toBelow == toAbove && belowIsEven ? below : above, kept[i], "of " + b[i]);
        assertEquals(kept[i], Float.intBitsToFloat(rows[i] << 16));
      }
    });
  }

  @Test
  void int8IsWithinHalfAScaleAndExactAtZeroAndTheLargest() {
    Repeat.seeds(3, random -> {
      int n = 67;
      int k = 259;
      float[] b = KernelReferenceTest.gaussian(random, n * k, 1);
      double[] sizes = new double[n];
      for (int row = 0; row < n; row++) {
        sizes[row] = row == 3 ? 0 : row == 4 ? 1e37 : row == 5 ? 1e-30 : Math.exp(random.nextGaussian() * 4);
        for (int i = 0; i < k; i++) {
          b[row * k + i] *= (float) sizes[row];
        }
      }
      PackedMatrix packed = new PackedMatrix(n, k, Storage.INT8);
      packed.pack(0, 40, b, 0);
      packed.pack(40, 27, b, 40 * k);
      float[] kept = packed.widened(0, n);
      byte[] bytes = new byte[n * k];
      float[] scales = new float[n];
      ReducedRows.int8(b, n, k, bytes, scales, 0);
      for (int row = 0; row < n; row++) {
        double largest = 0;
        for (int i = row * k; i < (row + 1) * k; i++) {
          largest = Math.max(largest, Math.abs((double) b[i]));
        }
        double scale = largest / 127;
        for (int i = row * k; i < (row + 1) * k; i++) {
          assertTrue(Math.abs((double) b[i] - kept[i]) <= scale * (0.5 + 1e-4), "row " + row + ": " + b[i] + " is kept as " + kept[i]);
          assertEquals(kept[i], bytes[i] * scales[row]);
          if (Math.abs(b[i]) == largest) {
            assertEquals(b[i], kept[i], Math.abs(b[i]) * 1e-6);
          }
        }
      }
    });
  }

  @Test
  void int8RefusesWhatHasNoScale() {
    for (float wrong : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 2e38f}) {
      float[] b = new float[12];
      b[7] = wrong;
      String message = assertThrows(IllegalArgumentException.class, () -> new PackedMatrix(3, 4, Storage.INT8).pack(0, 3, b, 0))
          .getMessage();
      assertTrue(message.contains(wrong + " in column 3"), message);
      assertThrows(IllegalArgumentException.class, () -> ReducedRows.int8(b, 3, 4, new byte[12], new float[3], 0));
    }
  }

  @Test
  void bytesAreThoseOfTheStorage() {
    long floats = new PackedMatrix(768, 768).bytes() - 4 * 768;
    assertEquals(4L * 768 * 768, floats);
    assertEquals(2L * 768 * 768 + 4 * 768, new PackedMatrix(768, 768, Storage.BF16).bytes());
    assertEquals(768L * 768 + 4 * 768 + 4 * 768, new PackedMatrix(768, 768, Storage.INT8).bytes()); // and scales
  }

  @Test
  void aTransposeIsPackedInFloatsOnly() {
    try (ThreadTeam team = new ThreadTeam(1)) {
      Gemm gemm = new Gemm(team, Workspace.forTeam(team));
      assertThrows(IllegalStateException.class, () -> gemm.packTransposed(new PackedMatrix(4, 4, Storage.BF16), new float[16]));
    }
  }

  @ParameterizedTest
  @EnumSource(value = Storage.class, names = {"BF16", "INT8"})
  void productsOfAnyNumberOfRowsAreThoseByTheWidenedElements(Storage storage) {
    int compared = 0;
    for (int threads = 1; threads <= 2; threads++) {
      try (ThreadTeam team = new ThreadTeam(threads)) {
        Gemm gemm = new Gemm(team, Workspace.forTeam(team));
        for (int[] shape : SHAPES) {
          compared += products(gemm, storage, shape[0], shape[1]);
        }
      }
    }
    assertEquals(2 * SHAPES.length * 42, compared);
  }

  private static int products(Gemm gemm, Storage storage, int n, int k) {
    RandomGenerator random = Repeat.random(n * 1000L + k);
    float[] b = KernelReferenceTest.gaussian(random, n * k, 0.3);
    float[] bias = KernelReferenceTest.gaussian(random, n, 1);
    float[] a = KernelReferenceTest.gaussian(random, 203 * k, 1);
    float[] residual = KernelReferenceTest.gaussian(random, 203 * n, 1);
    PackedMatrix reduced = new PackedMatrix(n, k, storage);
    reduced.pack(0, n / 2, b, 0);
    reduced.pack(n / 2, n - n / 2, b, n / 2 * k);
    reduced.packBias(0, bias);
    PackedMatrix widened = KernelReferenceTest.packed(n, k, reduced.widened(0, n), bias);
    int compared = 0;
    for (int m = 1; m <= 203; m += m < 40 ? 1 : 81) {
      for (Epilogue epilogue : Epilogue.values()) {
        float[] with = epilogue == Epilogue.BIAS_RESIDUAL ? residual : null;
        float[] expected = new float[m * n];
        float[] found = new float[m * n];
        gemm.nt(a, m, widened, expected, epilogue, with);
        gemm.nt(a, m, reduced, found, epilogue, with);
        sameBits(expected, found, n, storage + " " + m + " x " + n + " x " + k + ", " + epilogue);
      }
      int first = n / 3;
      int columns = n - first - n / 4;
      float[] expected = new float[m * (n + 3)];
      float[] found = new float[m * (n + 3)];
      gemm.ntColumns(a, 0, k, m, widened, first, columns, expected, 2, n + 3, Epilogue.BIAS, null, 0);
      gemm.ntColumns(a, 0, k, m, reduced, first, columns, found, 2, n + 3, Epilogue.BIAS, null, 0);
      sameBits(expected, found, n + 3, storage + " " + m + " x " + columns + " of " + n + " x " + k);
      compared++;
    }
    return compared;
  }

  private static void sameBits(float[] expected, float[] found, int width, String what) {
    for (int i = 0; i < expected.length; i++) {
      if (Float.floatToRawIntBits(expected[i]) != Float.floatToRawIntBits(found[i])) {
        throw new AssertionError(what + " on " + Forked.describeThisJvm() + ": at [" + i / width + ", " + i % width
            + "] expected the bits of " + Float.toHexString(expected[i]) + ", found " + Float.toHexString(found[i]));
      }
    }
  }
}
