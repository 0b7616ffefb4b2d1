package dev.lanepool.training.features;

import dev.lanepool.encoder.HiddenStates;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Some columns of some texts, in a mapped file: a text's record holds its columns one after the other, those with one row first. Any number
 * of threads may read. {@link #close} must wait for them.
 */
public final class Features implements AutoCloseable {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Arena arena;
  private final MemorySegment data;
  private final FeatureFormat format;
  private final int[] lengths; // (N), tokens
  private final long[] starts; // (N), floats before each text's record
  private final Map<String, Integer> columnIndex = new HashMap<>();

  private Features(Arena arena, MemorySegment data, FeatureFormat format, int[] lengths, long[] starts) {
    this.arena = arena;
    this.data = data;
    this.format = format;
    this.lengths = lengths;
    this.starts = starts;
    for (int i = 0; i < format.columns().size(); i++) {
      columnIndex.put(format.columns().get(i).name(), i);
    }
  }

  /** Maps a file that was written with this format for texts of these lengths; null where it is not whole. */
  static @Nullable Features ifWhole(FileChannel channel, FeatureFormat format, int[] lengths) throws IOException {
    long[] starts = new long[lengths.length];
    long floats = 0;
    for (int i = 0; i < lengths.length; i++) {
      starts[i] = floats;
      floats += format.floats(lengths[i]);
    }
    long bytes = floats * format.storage().bytes();
    Arena arena = Arena.ofShared();
    try {
      if (channel.size() == FeatureFormat.HEADER + bytes + FeatureFormat.TRAILER) {
        MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        if (FeatureFormat.isWhole(file)) {
          return new Features(arena, file.asSlice(FeatureFormat.HEADER, bytes), format, lengths, starts);
        }
      }
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
    arena.close();
    return null;
  }

  /** N, the number of texts. */
  public int texts() {
    return lengths.length;
  }

  /**
   * T, the number of a text's tokens.
   *
   * @throws IndexOutOfBoundsException where there is no such text
   */
  public int length(int text) {
    return lengths[text];
  }

  /**
   * What a head learns from, of some texts: hidden states of {@link FeaturePlan#layers} layers.
   *
   * @param plan one of those that these features were made for
   * @param texts their indices
   * @param from the first of them that is read
   * @param count how many
   * @throws IllegalArgumentException where a column of the plan is not here
   * @throws IndexOutOfBoundsException where there is no such text
   */
  public HiddenStates states(FeaturePlan plan, int[] texts, int from, int count) {
    int[] offsets = new int[count + 1];
    boolean perToken = plan.perToken();
    for (int i = 0; i < count; i++) {
      offsets[i + 1] = Math.addExact(offsets[i], perToken ? lengths[texts[from + i]] : 1);
    }
    float[][] byLayer = new float[plan.layers() + 1][];
    for (FeaturePlan.Slot slot : plan.slots()) {
      byLayer[slot.layer()] = rows(slot.column(), texts, from, offsets);
    }
    Column pooler = plan.pooler();
    float[] pooled = pooler == null ? null : rows(pooler, texts, from, offsets);
    return HiddenStates.of(offsets, plan.width(), plan.demand(), byLayer, pooled);
  }

  /** A column's rows of some texts, one text after the other. */
  private float[] rows(Column column, int[] texts, int from, int[] offsets) {
    Integer index = columnIndex.get(column.name());
    if (index == null) {
      throw new IllegalArgumentException("these features have no column " + column.name() + ", only " + columnIndex.keySet());
    }
    int count = offsets.length - 1;
    float[] rows = new float[Math.multiplyExact(column.perToken() ? offsets[count] : count, column.width())];
    for (int i = 0, at = 0; i < count; i++) {
      int text = texts[from + i];
      int floats = column.floats(lengths[text]);
      read(starts[text] + format.offset(index, lengths[text]), rows, at, floats);
      at += floats;
    }
    return rows;
  }

  private void read(long from, float[] out, int at, int count) {
    if (format.storage() == FeatureStorage.F32) {
      MemorySegment.copy(data, FLOAT, from * Float.BYTES, out, at, count);
    } else {
      for (int i = 0; i < count; i++) {
        out[at + i] = Float.intBitsToFloat(data.get(SHORT, (from + i) * Short.BYTES) << 16);
      }
    }
  }

  /** The columns, for reports. */
  List<String> columns() {
    return format.columns().stream().map(Column::name).toList();
  }

  /** Lets go of the file. */
  @Override
  public void close() {
    arena.close();
  }
}
