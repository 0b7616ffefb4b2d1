package dev.lanepool.training.features;

import dev.lanepool.encoder.HiddenStates;
import java.lang.foreign.Arena;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Some columns of some texts, in mapped files. Any number of threads may read. {@link #close} must wait for them. */
public final class Features implements AutoCloseable {
  private final Arena arena; // of all the files
  private final int[] lengths; // (N), tokens
  private final Map<String, ColumnFile> columns; // by name

  Features(Arena arena, int[] lengths, Map<String, ColumnFile> columns) {
    this.arena = arena;
    this.lengths = lengths;
    this.columns = columns;
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
    @Nullable ColumnFile file = columns.get(column.name());
    if (file == null) {
      throw new IllegalArgumentException("these features have no column " + column.name() + ", only " + columns.keySet());
    }
    int count = offsets.length - 1;
    float[] rows = new float[Math.multiplyExact(column.perToken() ? offsets[count] : count, column.width())];
    for (int i = 0, at = 0; i < count; i++) {
      int text = texts[from + i];
      file.read(text, rows, at);
      at += column.floats(lengths[text]);
    }
    return rows;
  }

  /** Lets go of the files. */
  @Override
  public void close() {
    arena.close();
  }
}
