package dev.lanepool.weights;

import static dev.lanepool.weights.Fixtures.f32;
import static dev.lanepool.weights.Fixtures.little;
import static dev.lanepool.weights.Fixtures.refused;
import static dev.lanepool.weights.Fixtures.safetensors;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DecodingTest {
  private static final int PATTERNS = 1 << 16;

  private static Weights one(String dtype, int elements, byte[] data) {
    return Weights.of("here", safetensors("{\"a\":{\"dtype\":\"" + dtype + "\",\"shape\":[" + elements + "],\"data_offsets\":[0,"
        + data.length + "]}}", data));
  }

  private static Weights allPatterns(String dtype) {
    ByteBuffer bytes = little(2 * PATTERNS);
    for (int i = 0; i < PATTERNS; i++) {
      bytes.putShort((short) i);
    }
    return one(dtype, PATTERNS, bytes.array());
  }

  /** IEEE 754 by its definition: sign, exponent of {@code exponentBits}, fraction of the rest of 16 bits. */
  private static double defined(int pattern, int exponentBits) {
    int fractionBits = 15 - exponentBits;
    int bias = (1 << exponentBits - 1) - 1;
    int exponent = pattern >> fractionBits & (1 << exponentBits) - 1;
    double fraction = (pattern & (1 << fractionBits) - 1) / (double) (1 << fractionBits);
    double sign = pattern >> 15 == 0 ? 1 : -1;
    if (exponent == (1 << exponentBits) - 1) {
      return fraction == 0 ? sign / 0.0 : Double.NaN;
    }
    return exponent == 0 ? sign * fraction * Math.pow(2, 1 - bias) : sign * (1 + fraction) * Math.pow(2, exponent - bias);
  }

  private static void assertAllPatterns(String dtype, int exponentBits) {
    try (Weights weights = allPatterns(dtype)) {
      float[] floats = weights.floats("a");
      double[] doubles = weights.doubles("a");
      short[] bits = new short[PATTERNS];
      weights.halfBits("a", 0, bits, 0, PATTERNS);
      assertEquals(PATTERNS, floats.length);
      for (int i = 0; i < PATTERNS; i++) {
        double expected = defined(i, exponentBits);
        // Double.compare: -0 differs from 0, NaN equals NaN.
        if (Double.compare(floats[i], expected) != 0 || Double.compare(doubles[i], expected) != 0 || bits[i] != (short) i) {
          throw new AssertionError(dtype + " pattern " + i + ": expected " + expected + ", got " + floats[i] + " and " + doubles[i]);
        }
      }
    }
  }

  @Test
  void everyF16PatternIsDecoded() {
    assertAllPatterns("F16", 5);
  }

  @Test
  void everyBF16PatternIsDecoded() {
    assertAllPatterns("BF16", 8);
  }

  @Test
  void f64IsRoundedToFloatAndExactAsDouble() {
    byte[] data = little(32).putDouble(0.1).putDouble(1e300).putDouble(Double.NaN).putDouble(-0.0).array();
    try (Weights weights = one("F64", 4, data)) {
      assertArrayEquals(new float[] {0.1f, Float.POSITIVE_INFINITY, Float.NaN, -0f}, weights.floats("a"));
      assertArrayEquals(new double[] {0.1, 1e300, Double.NaN, -0.0}, weights.doubles("a"));
    }
  }

  @Test
  void f32IsExactAsDouble() {
    try (Weights weights = one("F32", 2, f32(0.1f, -Float.MIN_VALUE))) {
      assertArrayEquals(new double[] {0.1f, -Float.MIN_VALUE}, weights.doubles("a"));
    }
  }

  @Test
  void integersAreLongs() {
    try (Weights weights = one("I64", 2, little(16).putLong(Long.MIN_VALUE).putLong(31414).array())) {
      assertArrayEquals(new long[] {Long.MIN_VALUE, 31414}, weights.longs("a"));
      refused(() -> weights.floats("a"), "here: tensor \"a\": found dtype I64, expected F32, F16, BF16 or F64");
      refused(() -> weights.halfBits("a", 0, new short[2], 0, 2), "found dtype I64, expected F16 or BF16");
    }
    try (Weights weights = one("I32", 2, little(8).putInt(-5).putInt(Integer.MAX_VALUE).array())) {
      assertArrayEquals(new long[] {-5, Integer.MAX_VALUE}, weights.longs("a"));
      refused(() -> weights.doubles("a"), "found dtype I32, expected F64, F32, F16 or BF16");
    }
  }

  @Test
  void whatIsNotDecodedIsRefusedByName() {
    int visited = 0;
    for (StoredDtype type : StoredDtype.values()) {
      try (Weights weights = one(type.name(), 8, new byte[type.bits()])) {
        switch (type) {
          case F32, F16, BF16, F64 -> refused(() -> weights.longs("a"), "found dtype " + type, "expected I64 or I32");
          default -> {
            refused(() -> weights.floats("a"), "found dtype " + type);
            visited++;
          }
        }
      }
    }
    assertEquals(18, visited);
  }

  @Test
  void aRangeIsReadIntoItsPlace() {
    try (Weights weights = one("F32", 5, f32(1, 2, 3, 4, 5))) {
      float[] dst = {9, 9, 9, 9};
      weights.floats("a", 2, dst, 1, 2);
      assertArrayEquals(new float[] {9, 3, 4, 9}, dst);
      weights.floats("a", 5, dst, 4, 0);
      long[][] wrong = {{-1, 0, 1}, {0, 0, -1}, {4, 0, 2}, {0, -1, 1}, {0, 3, 2}, {Long.MAX_VALUE, 0, 2}, {6, 0, 0}};
      for (long[] range : wrong) {
        assertThrows(IllegalArgumentException.class, () -> weights.floats("a", range[0], dst, (int) range[1], (int) range[2]));
      }
      assertArrayEquals(new float[] {9, 3, 4, 9}, dst);
    }
  }

  /** Larger than a mapping window, at an odd address in the file, in each width. */
  @Test
  void aTensorLargerThanAWindowIsWhole(@TempDir Path folder) {
    int n = 5_000_003;
    ByteBuffer data = little(1 + 2 * n + 4 * n);
    data.put((byte) 0);
    for (int i = 0; i < n; i++) {
      data.putShort((short) i);
    }
    for (int i = 0; i < n; i++) {
      data.putFloat(i);
    }
    String header = "{\"odd\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},\"half\":{\"dtype\":\"BF16\",\"shape\":[" + n
        + "],\"data_offsets\":[1," + (1 + 2 * n) + "]},\"full\":{\"dtype\":\"F32\",\"shape\":[" + n + "],\"data_offsets\":["
        + (1 + 2 * n) + "," + (1 + 6 * n) + "]}}";
    byte[] bytes = safetensors(header, data.array());
    assertLargeTensors(Weights.open(Fixtures.write(folder, "large.safetensors", bytes)), n);
    assertLargeTensors(Weights.of("in memory", bytes), n);
  }

  private static void assertLargeTensors(Weights opened, int n) {
    try (Weights weights = opened) {
      short[] half = new short[n];
      weights.halfBits("half", 0, half, 0, n);
      float[] full = weights.floats("full");
      for (int i = 0; i < n; i++) {
        if (half[i] != (short) i || full[i] != i) {
          throw new AssertionError("element " + i + ": " + half[i] + ", " + full[i]);
        }
      }
      float[] across = new float[4];
      weights.floats("full", (8 << 20) / 4 - 2, across, 0, 4);
      assertArrayEquals(new float[] {2097150, 2097151, 2097152, 2097153}, across);
    }
  }

  @Test
  void aFileOverTwoGigabytesIsRead(@TempDir Path folder) throws IOException {
    long big = 3L << 30;
    long end = 4 * big + 8;
    String header = "{\"big\":{\"dtype\":\"F32\",\"shape\":[3," + (1 << 30) + "],\"data_offsets\":[0," + 4 * big
        + "]},\"tail\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[" + 4 * big + "," + end + "]}}";
    Path file = folder.resolve("sparse.safetensors");
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    try (FileChannel channel = FileChannel.open(file,
        StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
      channel.write(ByteBuffer.wrap(safetensors(header)));
      channel.write(ByteBuffer.wrap(f32(42)), 8 + json.length + 4L * (big - 1));
      channel.write(ByteBuffer.wrap(f32(1, 2)), 8 + json.length + 4 * big);
    }
    try (Weights weights = Weights.open(file)) {
      assertEquals(big, weights.info("big").elements());
      assertArrayEquals(new float[] {1, 2}, weights.floats("tail"));
      float[] last = new float[3];
      weights.floats("big", big - 3, last, 0, 3);
      assertArrayEquals(new float[] {0, 0, 42}, last);
      String message = assertThrows(IllegalArgumentException.class, () -> weights.floats("big")).getMessage();
      assertTrue(message.contains("3221225472 elements, more than one array holds"), message);
    }
  }
}
