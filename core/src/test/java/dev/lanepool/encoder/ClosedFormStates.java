package dev.lanepool.encoder;

import org.jspecify.annotations.Nullable;

/** Hidden states whose values are a cosine of their indices, holding no more than the rows demanded. */
public final class ClosedFormStates {
  private ClosedFormStates() {}

  public static float value(int layer, int token, int column) {
    return (float) Math.cos(1 + layer * 31 + token * 7 + column * 3);
  }

  /** Every text has the same value at the same token, so that texts of equal length must pool to equal bits. */
  public static HiddenStates of(Demand demand, int width, boolean pooler, int... lengths) {
    int[] offsets = new int[lengths.length + 1];
    for (int i = 0; i < lengths.length; i++) {
      offsets[i + 1] = offsets[i] + lengths[i];
    }
    float[][] byLayer = new float[demand.layers() + 1][];
    for (int layer = 0; layer < byLayer.length; layer++) {
      Tokens tokens = demand.at(layer);
      if (tokens == Tokens.NONE) {
        continue;
      }
      byLayer[layer] = new float[(tokens == Tokens.ALL ? offsets[lengths.length] : lengths.length) * width];
      int at = 0;
      for (int length : lengths) {
        int first = tokens == Tokens.LAST ? length - 1 : 0;
        int end = tokens == Tokens.FIRST ? 1 : length;
        for (int token = first; token < end; token++) {
          for (int column = 0; column < width; column++) {
            byLayer[layer][at++] = value(layer, token, column);
          }
        }
      }
    }
    HiddenStates.@Nullable Pooler dense = pooler ? (row, from, out, to) -> dense(row, from, out, to, width) : null;
    return new HiddenStates(offsets, width, demand, byLayer, dense);
  }

  private static void dense(float[] row, int from, float[] out, int to, int width) {
    for (int j = 0; j < width; j++) {
      double sum = value(10, 0, j);
      for (int k = 0; k < width; k++) {
        sum += (double) value(9, j, k) * row[from + k];
      }
      out[to + j] = (float) Math.tanh(sum);
    }
  }
}
