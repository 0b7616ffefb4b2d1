package dev.lanepool.encoder;

import java.util.Objects;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * The hidden states of a batch: for each layer that was demanded, the rows that were demanded. Layer 0 is the embedding output after
 * its layer norm, layer L the last hidden state.
 *
 * <p>Closing lets go of the memory; use after it is an {@link IllegalStateException}. A {@link Layer} or {@link Rows} that was taken before
 * stays readable, and keeps its layer's memory as long as it is referred to. Any number of threads may read; {@link #close} must wait for
 * them.
 */
public final class HiddenStates implements AutoCloseable {
  private final int[] offsets; // (B + 1), of the packed tokens
  private final int width;
  private final Demand demand;
  private final @Nullable Pooler pooler;
  private final float @Nullable [] pooled; // (B, C), where the pooler's outputs were kept
  private float @Nullable [] @Nullable [] byLayer; // (L + 1): (R, C) for ALL, (B, C) for FIRST and LAST, null for NONE

  /** tanh(W.row + b) with the checkpoint's pooler weights: C floats at {@code from} to C floats at {@code to}. */
  interface Pooler {
    void apply(float[] row, int from, float[] out, int to);
  }

  /** @param pooler null where the checkpoint has no pooler weights */
  HiddenStates(int[] offsets, int width, Demand demand, float @Nullable [][] byLayer, @Nullable Pooler pooler) {
    this(offsets, width, demand, byLayer, pooler, null);
  }

  private HiddenStates(int[] offsets, int width, Demand demand, float @Nullable [][] byLayer, @Nullable Pooler pooler,
      float @Nullable [] pooled) {
    this.offsets = offsets;
    this.width = width;
    this.demand = demand;
    this.byLayer = byLayer;
    this.pooler = pooler;
    this.pooled = pooled;
  }

  /**
   * Hidden states that were kept elsewhere, such as a cache of features: a view, nothing is copied. They have no pooler.
   *
   * @param offsets where each text starts, then R: (B + 1)
   * @param width C
   * @param demand what {@code byLayer} holds
   * @param byLayer (L + 1): (R, C) for {@link Tokens#ALL}, (B, C) for {@link Tokens#FIRST} and {@link Tokens#LAST}, null for
   *     {@link Tokens#NONE}; arrays may be longer
   * @throws IllegalArgumentException where a layer is missing or too short
   */
  public static HiddenStates of(int[] offsets, int width, Demand demand, float @Nullable [][] byLayer) {
    return of(offsets, width, demand, byLayer, null);
  }

  /**
   * The same with the checkpoint's pooler outputs, which were kept too. {@link #pooler} reads them, and no row.
   *
   * @param offsets where each text starts, then R: (B + 1)
   * @param width C
   * @param demand what {@code byLayer} holds
   * @param byLayer (L + 1): (R, C) for {@link Tokens#ALL}, (B, C) for {@link Tokens#FIRST} and {@link Tokens#LAST}, null for
   *     {@link Tokens#NONE}; arrays may be longer
   * @param pooled (B, C); null where none were kept
   * @throws IllegalArgumentException where a layer, or what was pooled, is missing or too short
   */
  public static HiddenStates of(int[] offsets, int width, Demand demand, float @Nullable [][] byLayer, float @Nullable [] pooled) {
    int texts = offsets.length - 1;
    for (int layer = 0; layer <= demand.layers(); layer++) {
      Tokens tokens = demand.at(layer);
      long rows = tokens == Tokens.NONE ? 0 : tokens == Tokens.ALL ? offsets[texts] : texts;
      int found = layer < byLayer.length && byLayer[layer] != null ? byLayer[layer].length : 0;
      if (found < rows * width) {
        throw new IllegalArgumentException("layer " + layer + ": " + found + " floats, expected " + rows + " rows of " + width);
      }
    }
    if (pooled != null && pooled.length < (long) texts * width) {
      throw new IllegalArgumentException("pooled: " + pooled.length + " floats, expected " + texts + " rows of " + width);
    }
    return new HiddenStates(offsets, width, demand, byLayer, null, pooled);
  }

  /** R, the number of all texts' tokens. */
  public int rows() {
    return offsets[texts()];
  }

  /** Zeros of the same layers and rows. */
  HiddenStates zeros() {
    float[][] zeros = new float[layers() + 1][];
    for (int layer = 0; layer <= layers(); layer++) {
      if (demand.at(layer) != Tokens.NONE) {
        zeros[layer] = new float[layer(layer).rows.length];
      }
    }
    return new HiddenStates(offsets, width, demand, zeros, null);
  }

  /** B, the number of texts. */
  public int texts() {
    return offsets.length - 1;
  }

  /** L, the number of the model's layers. */
  public int layers() {
    return demand.layers();
  }

  /** C, the hidden size. */
  public int width() {
    return width;
  }

  /**
   * T, the number of a text's tokens.
   *
   * @throws IndexOutOfBoundsException where there is no such text
   */
  public int length(int text) {
    Objects.checkIndex(text, texts());
    return offsets[text + 1] - offsets[text];
  }

  /**
   * The rows kept of a layer.
   *
   * @param layer 0 to L; negative counts from the end, -1 is L
   * @throws IllegalArgumentException where the model has no such layer, or it was not demanded
   * @throws IllegalStateException after {@link #close}
   */
  public Layer layer(int layer) {
    return new Layer(array(layer), demand.at(Demand.index(layer, layers())));
  }

  /**
   * The array that holds a layer's rows, for who reads many of them and makes no objects; see {@link #start}. Reading only.
   *
   * @throws IllegalArgumentException where the model has no such layer, or it was not demanded
   * @throws IllegalStateException after {@link #close}
   */
  public float[] array(int layer) {
    int index = Demand.index(layer, layers());
    if (byLayer == null) {
      throw closed();
    }
    float[] rows = byLayer[index];
    if (rows == null) {
      throw new IllegalArgumentException("layer " + layer + " was not demanded; demanded: " + demand);
    }
    return rows;
  }

  /**
   * Where in {@link #array} the rows of a text that are wanted start, in floats: all of them, or its first or last.
   *
   * @throws IllegalArgumentException where the model has no such layer, or those rows were not demanded
   * @throws IndexOutOfBoundsException where there is no such text
   */
  public int start(int layer, int text, Tokens wanted) {
    return start(demand.at(Demand.index(layer, layers())), text, wanted);
  }

  private int start(Tokens kept, int text, Tokens wanted) {
    Objects.checkIndex(text, texts());
    if (kept == Tokens.ALL) {
      return Math.multiplyExact(wanted == Tokens.LAST ? offsets[text + 1] - 1 : offsets[text], width);
    }
    if (kept != wanted) {
      throw new IllegalArgumentException("rows " + wanted + " were not demanded, only " + kept);
    }
    return text * width;
  }

  /**
   * The checkpoint's pooler output for a text, tanh(W.row0 + b) of the last layer: C floats, written to {@code out} from {@code offset} on.
   *
   * @throws IllegalArgumentException where the checkpoint has no pooler weights, or the last layer's first rows were not demanded and the
   *     output was not kept, or {@code out} has no room
   * @throws IndexOutOfBoundsException where there is no such text, or {@code offset} is negative or beyond {@code out}
   * @throws CancellationException where the calling thread is interrupted and the output was not kept; its interrupt status stays set
   * @throws IllegalStateException after {@link #close}, or that of the encoder
   */
  public void pooler(int text, float[] out, int offset) {
    if (pooled != null) {
      if (byLayer == null) {
        throw closed();
      }
      if (width > out.length - Objects.checkIndex(offset, out.length + 1)) {
        throw new IllegalArgumentException("found room for " + (out.length - offset) + " floats, expected " + width);
      }
      System.arraycopy(pooled, Objects.checkIndex(text, texts()) * width, out, offset, width);
      return;
    }
    int first = start(layers(), text, Tokens.FIRST);
    if (pooler == null) {
      throw new IllegalArgumentException("this checkpoint has no pooler weights");
    }
    pooler.apply(array(layers()), first, out, offset);
  }

  private static IllegalStateException closed() {
    return new IllegalStateException("these hidden states are closed");
  }

  @Override
  public void close() {
    byLayer = null;
  }

  /** One layer of a batch. */
  public final class Layer {
    private final float[] rows;
    private final Tokens tokens;

    private Layer(float[] rows, Tokens tokens) {
      this.rows = rows;
      this.tokens = tokens;
    }

    /** Which of each text's rows are here. */
    public Tokens tokens() {
      return tokens;
    }

    /**
     * A text's rows: all T of them, or the one that was demanded.
     *
     * @throws IndexOutOfBoundsException where there is no such text
     */
    public Rows text(int text) {
      return new Rows(rows, start(tokens, text, tokens), tokens == Tokens.ALL ? length(text) : 1, width);
    }

    /**
     * The row of a text's first token, (1, C).
     *
     * @throws IllegalArgumentException where that row was not demanded
     * @throws IndexOutOfBoundsException where there is no such text
     */
    public Rows first(int text) {
      return new Rows(rows, start(tokens, text, Tokens.FIRST), 1, width);
    }

    /**
     * The row of a text's last token, (1, C).
     *
     * @throws IllegalArgumentException where that row was not demanded
     * @throws IndexOutOfBoundsException where there is no such text
     */
    public Rows last(int text) {
      return new Rows(rows, start(tokens, text, Tokens.LAST), 1, width);
    }
  }
}
