package dev.lanepool.training.features;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a text's record is laid out: the columns with one row, then those with a row for each token, each group by name.
 *
 * @param columns in that order
 * @param storage of every element
 */
record FeatureFormat(List<Column> columns, Storage storage) {
  /** Says what the file is and of which version; what it holds is known by its name. */
  private static final byte[] MAGIC = "lanepool features 1\n\0\0\0\0\0\0\0\0\0\0\0\0".getBytes(StandardCharsets.UTF_8);

  static final int HEADER = 32;

  /** All that the plans need, each once. */
  static FeatureFormat of(Collection<FeaturePlan> plans, Storage storage) {
    Map<String, Column> byName = new LinkedHashMap<>();
    for (FeaturePlan plan : plans) {
      plan.slots().forEach(slot -> byName.put(slot.column().name(), slot.column()));
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

  static void writeHeader(OutputStream out) throws IOException {
    out.write(MAGIC, 0, HEADER);
  }

  /** Appends a record. */
  void write(float[] record, int count, ByteBuffer buffer, OutputStream out) throws IOException {
    buffer.order(ByteOrder.LITTLE_ENDIAN);
    int chunk = buffer.capacity() / storage.bytes();
    for (int at = 0; at < count; at += chunk) {
      int some = Math.min(chunk, count - at);
      buffer.clear();
      for (int i = at; i < at + some; i++) {
        if (storage == Storage.F32) {
          buffer.putFloat(record[i]);
        } else {
          buffer.putShort(Storage.bf16(record[i]));
        }
      }
      out.write(buffer.array(), 0, some * storage.bytes());
    }
  }
}
