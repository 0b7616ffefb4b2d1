package dev.lanepool.tests;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** Numbers that need no file: the same bits here and in {@code training-goldens/generate.py}. */
final class ClosedForm {
  private ClosedForm() {}

  /**
   * Between -scale and scale: element i is scale times a fraction, the upper 24 bits of murmur3's finaliser of (crc32(name) + i) over 2^23,
   * minus 1.
   */
  static float[] values(String name, int count, float scale) {
    CRC32 crc = new CRC32();
    crc.update(name.getBytes(StandardCharsets.UTF_8));
    int seed = (int) crc.getValue();
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      int x = seed + i;
      x ^= x >>> 16;
      x *= 0x85EBCA6B;
      x ^= x >>> 13;
      x *= 0xC2B2AE35;
      x ^= x >>> 16;
      values[i] = ((x >>> 8) / (float) (1 << 23) - 1) * scale;
    }
    return values;
  }
}
