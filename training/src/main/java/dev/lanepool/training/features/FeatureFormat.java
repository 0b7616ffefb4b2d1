package dev.lanepool.training.features;

import dev.lanepool.kernels.ReducedRows;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * How a text's record is laid out: the columns with one row, then those with a row for each token, each group by name.
 *
 * @param columns in that order
 * @param storage of every element
 */
record FeatureFormat(List<Column> columns, FeatureStorage storage) {
  /** Says what the file is and of which version; what it holds is known by its name. */
  private static final byte[] MAGIC = "lanepool features 2\n\0\0\0\0\0\0\0\0\0\0\0\0".getBytes(StandardCharsets.UTF_8);

  static final int HEADER = 32;

  /** What is checked in one go: a byte buffer holds at most 2 GB. */
  private static final long CHUNK = 1 << 26;

  /** All that the plans need, each once. */
  static FeatureFormat of(Collection<FeaturePlan> plans, FeatureStorage storage) {
    Map<String, Column> byName = new LinkedHashMap<>();
    for (FeaturePlan plan : plans) {
      plan.columns().forEach(column -> byName.put(column.name(), column));
    }
    List<Column> columns = new ArrayList<>(byName.values());
    columns.sort(Comparator.comparing(Column::perToken).thenComparing(Column::name));
    return new FeatureFormat(List.copyOf(columns), storage);
  }

  /** The floats in the record of a text of {@code tokens} tokens. */
  int floats(int tokens) {
    return offset(columns.size(), tokens);
  }

  /** The floats before a column in that record. */
  int offset(int column, int tokens) {
    int floats = 0;
    for (int i = 0; i < column; i++) {
      floats = Math.addExact(floats, columns.get(i).floats(tokens));
    }
    return floats;
  }

  /** The checksum at the end: CRC-32C of all before it, in the lower half of a long. */
  static final int TRAILER = Long.BYTES;

  /** A file in writing: the header, then what is written, then the checksum. */
  static final class Checked extends OutputStream {
    private final OutputStream out;
    private final CRC32C crc = new CRC32C();

    Checked(OutputStream out) throws IOException {
      this.out = out;
      write(MAGIC, 0, HEADER);
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      crc.update(bytes, offset, length);
      out.write(bytes, offset, length);
    }

    void finish() throws IOException {
      out.write(ByteBuffer.allocate(TRAILER).order(ByteOrder.LITTLE_ENDIAN).putLong(crc.getValue()).array());
    }
  }

  /** Whether a file has this header and the checksum of what it holds. */
  static boolean isWhole(MemorySegment file) {
    long end = file.byteSize() - TRAILER;
    if (end < HEADER || file.asSlice(0, HEADER).mismatch(MemorySegment.ofArray(MAGIC).asSlice(0, HEADER)) >= 0) {
      return false;
    }
    CRC32C crc = new CRC32C();
    for (long at = 0; at < end; at += CHUNK) {
      crc.update(file.asSlice(at, Math.min(CHUNK, end - at)).asByteBuffer());
    }
    return crc.getValue() == file.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), end);
  }

  /** Appends a record. */
  void write(float[] record, int count, ByteBuffer buffer, OutputStream out) throws IOException {
    buffer.order(ByteOrder.LITTLE_ENDIAN);
    int chunk = buffer.capacity() / storage.bytes();
    for (int at = 0; at < count; at += chunk) {
      int some = Math.min(chunk, count - at);
      buffer.clear();
      for (int i = at; i < at + some; i++) {
        if (storage == FeatureStorage.F32) {
          buffer.putFloat(record[i]);
        } else {
          buffer.putShort(ReducedRows.bf16(record[i]));
        }
      }
      out.write(buffer.array(), 0, some * storage.bytes());
    }
  }
}
