package dev.lanepool.training.features;

import dev.lanepool.kernels.ReducedRows;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** A column of some texts in a mapped file: a header, one text's rows after the other's, a checksum. Any number of threads may read. */
final class ColumnFile {
  /** Says what the file is and of which version; what it holds is known by its name. */
  private static final byte[] MAGIC = "lanepool features 3\n\0\0\0\0\0\0\0\0\0\0\0\0".getBytes(StandardCharsets.UTF_8);

  private static final int HEADER = 32;

  /** The checksum at the end: CRC-32C of all before it, in the lower half of a long. */
  private static final int TRAILER = Long.BYTES;

  /** What is checked in one go: a byte buffer holds at most 2 GB. */
  private static final long CHUNK = 1 << 26;

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final MemorySegment data;
  private final FeatureStorage storage;
  private final long[] starts; // (N + 1), floats before each text's rows

  private ColumnFile(MemorySegment data, FeatureStorage storage, long[] starts) {
    this.data = data;
    this.storage = storage;
    this.starts = starts;
  }

  /** Maps a file that was written for this column of texts of these lengths, as long as {@code arena} lives; null where it is not whole. */
  static @Nullable ColumnFile ifWhole(FileChannel channel, Column column, FeatureStorage storage, int[] lengths, Arena arena)
      throws IOException {
    long[] starts = new long[lengths.length + 1];
    for (int i = 0; i < lengths.length; i++) {
      starts[i + 1] = starts[i] + column.floats(lengths[i]);
    }
    long bytes = starts[lengths.length] * storage.bytes();
    if (channel.size() != HEADER + bytes + TRAILER) {
      return null;
    }
    MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
    return isWhole(file) ? new ColumnFile(file.asSlice(HEADER, bytes), storage, starts) : null;
  }

  /** Whether a file has this header and the checksum of what it holds. */
  private static boolean isWhole(MemorySegment file) {
    long end = file.byteSize() - TRAILER;
    if (file.asSlice(0, HEADER).mismatch(MemorySegment.ofArray(MAGIC).asSlice(0, HEADER)) >= 0) {
      return false;
    }
    CRC32C crc = new CRC32C();
    for (long at = 0; at < end; at += CHUNK) {
      crc.update(file.asSlice(at, Math.min(CHUNK, end - at)).asByteBuffer());
    }
    return crc.getValue() == file.get(LONG, end);
  }

  /** Writes a text's rows to {@code out} from {@code at} on. */
  void read(int text, float[] out, int at) {
    long from = starts[text];
    int count = (int) (starts[text + 1] - from);
    if (storage == FeatureStorage.F32) {
      MemorySegment.copy(data, FLOAT, from * Float.BYTES, out, at, count);
    } else {
      for (int i = 0; i < count; i++) {
        out[at + i] = Float.intBitsToFloat(data.get(SHORT, (from + i) * Short.BYTES) << 16);
      }
    }
  }

  /** A file in writing. */
  static final class Writer {
    private final OutputStream out;
    private final FeatureStorage storage;
    private final CRC32C crc = new CRC32C();
    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 18).order(ByteOrder.LITTLE_ENDIAN);

    Writer(OutputStream out, FeatureStorage storage) {
      this.out = out;
      this.storage = storage;
      buffer.put(MAGIC, 0, HEADER);
    }

    /** Appends a text's rows. */
    void write(float[] rows) throws IOException {
      for (float value : rows) {
        if (buffer.remaining() < storage.bytes()) {
          flush();
        }
        if (storage == FeatureStorage.F32) {
          buffer.putFloat(value);
        } else {
          buffer.putShort(ReducedRows.bf16(value));
        }
      }
    }

    private void flush() throws IOException {
      crc.update(buffer.array(), 0, buffer.position());
      out.write(buffer.array(), 0, buffer.position());
      buffer.clear();
    }

    /** After the last text. */
    void finish() throws IOException {
      flush();
      out.write(buffer.putLong(crc.getValue()).array(), 0, TRAILER);
    }
  }
}
