package dev.lanepool.encoder;

import dev.lanepool.kernels.ReducedRows;
import dev.lanepool.kernels.Storage;
import dev.lanepool.weights.ModelFileException;
import dev.lanepool.weights.StoredDtype;
import dev.lanepool.weights.Weights;

/** An embedding table, (rows, C). Tables stored in 16 bits stay as they are unless 8 are asked for. */
sealed interface EmbeddingTable {
  /** Writes row {@code index}, C floats, to {@code to} from {@code offset} on. */
  void copyRow(int index, float[] to, int offset);

  /** The bytes held. */
  long held();

  /**
   * Reads a table.
   *
   * @param piece what a table is read into, piece by piece, on its way to fewer bits; at least a row
   * @throws ModelFileException where the table is too large for an array, of a type that cannot be decoded, or holds what 8 bits cannot
   */
  static EmbeddingTable read(Weights weights, String name, int width, Storage storage, float[] piece) {
    long elements = weights.info(name).elements();
    if (elements > Integer.MAX_VALUE - 8) {
      throw new ModelFileException(weights.describe(name) + ": found " + elements + " elements, expected fewer than 2^31");
    }
    StoredDtype stored = weights.info(name).dtype();
    if (storage != Storage.INT8 && (stored == StoredDtype.F16 || stored == StoredDtype.BF16)) {
      short[] bits = new short[(int) elements];
      weights.halfBits(name, 0, bits, 0, bits.length);
      return stored == StoredDtype.F16 ? new Float16(bits, width) : new BFloat16(bits, width);
    }
    return switch (storage) {
      case F32 -> new Float32(weights.floats(name), width);
      case BF16 -> {
        BFloat16 table = new BFloat16(new short[(int) elements], width);
        inPieces(weights, name, width, piece, (first, rows) -> ReducedRows.bf16(piece, 0, rows * width, table.bits, first * width));
        yield table;
      }
      case INT8 -> {
        Int8 table = new Int8(new byte[(int) elements], new float[(int) elements / width], width);
        inPieces(weights, name, width, piece, (first, rows) -> ReducedRows.int8(piece, rows, width, table.bytes, table.scales, first));
        yield table;
      }
    };
  }

  /** Rows {@code first ..} of a table are in the piece. */
  interface Sink {
    void accept(int first, int rows);
  }

  private static void inPieces(Weights weights, String name, int width, float[] piece, Sink sink) {
    int rows = (int) (weights.info(name).elements() / width);
    int most = piece.length / width;
    for (int first = 0; first < rows; first += most) {
      int some = Math.min(most, rows - first);
      weights.floats(name, (long) first * width, piece, 0, some * width);
      try {
        sink.accept(first, some);
      } catch (IllegalArgumentException e) {
        throw new ModelFileException(weights.describe(name) + ": " + e.getMessage(), e);
      }
    }
  }

  /** F32, or what was stored wider. */
  record Float32(float[] values, int width) implements EmbeddingTable {
    @Override
    public void copyRow(int index, float[] to, int offset) {
      System.arraycopy(values, index * width, to, offset, width);
    }

    @Override
    public long held() {
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
    public long held() {
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
    public long held() {
      return 2L * bits.length;
    }
  }

  /** Whole numbers from -127 to 127 and a scale for each row. */
  record Int8(byte[] bytes, float[] scales, int width) implements EmbeddingTable {
    @Override
    public void copyRow(int index, float[] to, int offset) {
      float scale = scales[index];
      for (int i = 0, from = index * width; i < width; i++) {
        to[offset + i] = bytes[from + i] * scale;
      }
    }

    @Override
    public long held() {
      return bytes.length + 4L * scales.length;
    }
  }
}
