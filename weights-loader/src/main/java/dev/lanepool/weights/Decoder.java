package dev.lanepool.weights;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * Stored elements to Java's. Safetensors is little-endian and promises no alignment. Each decoder reads {@code count} elements from the
 * start of {@code src} and writes them from {@code offset} of {@code dst} on.
 */
final class Decoder {
  private static final ValueLayout.OfShort I16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble F64 = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(LITTLE_ENDIAN);

  private Decoder() {}

  interface OfFloat {
    void decode(MemorySegment src, float[] dst, int offset, int count);
  }

  interface OfDouble {
    void decode(MemorySegment src, double[] dst, int offset, int count);
  }

  interface OfLong {
    void decode(MemorySegment src, long[] dst, int offset, int count);
  }

  /** The decoder of a floating dtype, or null for any other. */
  static @Nullable OfFloat floats(StoredDtype dtype) {
    return switch (dtype) {
      case F32 -> (src, dst, offset, count) -> MemorySegment.copy(src, F32, 0, dst, offset, count);
      case F16 -> (src, dst, offset, count) -> {
        for (int i = 0; i < count; i++) {
          dst[offset + i] = Float.float16ToFloat(src.get(I16, 2L * i));
        }
      };
      case BF16 -> (src, dst, offset, count) -> {
        for (int i = 0; i < count; i++) {
          dst[offset + i] = Float.intBitsToFloat(src.get(I16, 2L * i) << 16);
        }
      };
      case F64 -> (src, dst, offset, count) -> {
        for (int i = 0; i < count; i++) {
          dst[offset + i] = (float) src.get(F64, 8L * i);
        }
      };
      default -> null;
    };
  }

  /** The decoder of a floating dtype, or null for any other. */
  static @Nullable OfDouble doubles(StoredDtype dtype) {
    return switch (dtype) {
      case F64 -> (src, dst, offset, count) -> MemorySegment.copy(src, F64, 0, dst, offset, count);
      case F32 -> (src, dst, offset, count) -> {
        for (int i = 0; i < count; i++) {
          dst[offset + i] = src.get(F32, 4L * i);
        }
      };
      case F16 -> (src, dst, offset, count) -> {
        for (int i = 0; i < count; i++) {
          dst[offset + i] = Float.float16ToFloat(src.get(I16, 2L * i));
        }
      };
      case BF16 -> (src, dst, offset, count) -> {
        for (int i = 0; i < count; i++) {
          dst[offset + i] = Float.intBitsToFloat(src.get(I16, 2L * i) << 16);
        }
      };
      default -> null;
    };
  }

  /** The decoder of I64 or I32, or null for any other. */
  static @Nullable OfLong longs(StoredDtype dtype) {
    return switch (dtype) {
      case I64 -> (src, dst, offset, count) -> MemorySegment.copy(src, I64, 0, dst, offset, count);
      case I32 -> (src, dst, offset, count) -> {
        for (int i = 0; i < count; i++) {
          dst[offset + i] = src.get(I32, 4L * i);
        }
      };
      default -> null;
    };
  }

  static void shorts(MemorySegment src, short[] dst, int offset, int count) {
    MemorySegment.copy(src, I16, 0, dst, offset, count);
  }
}
