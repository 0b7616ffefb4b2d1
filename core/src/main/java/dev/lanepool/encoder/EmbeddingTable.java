package dev.lanepool.encoder;

import dev.lanepool.weights.DType;
import dev.lanepool.weights.ModelFileException;
import dev.lanepool.weights.Weights;

/** An embedding table, (rows, C), kept in the type it is stored in: 16-bit tables take half the memory of float ones. */
sealed interface EmbeddingTable {

  /** Writes row {@code index}, C floats, to {@code to} from {@code offset} on. */
  void copyRow(int index, float[] to, int offset);

  /** The bytes held. */
  long bytes();

  /** @throws ModelFileException where the table is too large for an array, or of a type that cannot be decoded */
  static EmbeddingTable read(Weights weights, String name, int width) {
    long elements = weights.info(name).elements();
    if (elements > Integer.MAX_VALUE - 8) {
      throw new ModelFileException(weights.describe(name) + ": found " + elements + " elements, expected fewer than 2^31");
    }
    return switch (weights.info(name).dtype()) {
      case F16, BF16 -> {
        short[] bits = new short[(int) elements];
        weights.halfBits(name, 0, bits, 0, bits.length);
        yield weights.info(name).dtype() == DType.F16 ? new Float16(bits, width) : new BFloat16(bits, width);
      }
      default -> new Float32(weights.floats(name), width);
    };
  }

  /** F32, or what was stored wider. */
  record Float32(float[] values, int width) implements EmbeddingTable {
    @Override
    public void copyRow(int index, float[] to, int offset) {
      System.arraycopy(values, index * width, to, offset, width);
    }

    @Override
    public long bytes() {
      return 4L * values.length;
    }
  }

  /** IEEE half precision. */
  record Float16(short[] bits, int width) implements EmbeddingTable {
    @Override
    public void copyRow(int index, float[] to, int offset) {
      for (int i = 0, from = index * width; i < width; i++) {
        to[offset + i] = Float.float16ToFloat(bits[from + i]);
      }
    }

    @Override
    public long bytes() {
      return 2L * bits.length;
    }
  }

  /** The upper half of a float. */
  record BFloat16(short[] bits, int width) implements EmbeddingTable {
    @Override
    public void copyRow(int index, float[] to, int offset) {
      for (int i = 0, from = index * width; i < width; i++) {
        to[offset + i] = Float.intBitsToFloat(bits[from + i] << 16);
      }
    }

    @Override
    public long bytes() {
      return 2L * bits.length;
    }
  }
}
