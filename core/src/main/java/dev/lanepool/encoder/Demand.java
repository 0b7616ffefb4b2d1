package dev.lanepool.encoder;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Which layers' hidden states are needed, and which rows of each. The encoder runs no layer above the highest one demanded, keeps no
 * layer that is not demanded, and computes no other rows of the highest one.
 *
 * <p>Layer 0 is the embedding output, layer L the last. Immutable.
 */
public final class Demand {
  private final Tokens[] byLayer; // (L + 1)

  private Demand(Tokens[] byLayer) {
    this.byLayer = byLayer;
  }

  /** Nothing of a model of {@code layers} layers. */
  public static Demand none(int layers) {
    return filled(layers, Tokens.NONE);
  }

  /** Every row of every layer of a model of {@code layers} layers, the embedding output included. */
  public static Demand all(int layers) {
    return filled(layers, Tokens.ALL);
  }

  private static Demand filled(int layers, Tokens tokens) {
    Tokens[] byLayer = new Tokens[layers + 1];
    Arrays.fill(byLayer, tokens);
    return new Demand(byLayer);
  }

  /**
   * This demand and these rows of one more layer.
   *
   * @param layer 0 to L; negative counts from the end, -1 is L
   * @throws IllegalArgumentException where the model has no such layer
   */
  public Demand with(int layer, Tokens tokens) {
    Tokens[] more = byLayer.clone();
    int index = index(layer, layers());
    more[index] = more[index].union(tokens);
    return new Demand(more);
  }

  /**
   * What serves both demands.
   *
   * @throws IllegalArgumentException where they are of models of different depth
   */
  public Demand union(Demand other) {
    if (other.layers() != layers()) {
      throw new IllegalArgumentException("a demand for " + other.layers() + " layers, expected " + layers());
    }
    Tokens[] more = byLayer.clone();
    for (int i = 0; i < more.length; i++) {
      more[i] = more[i].union(other.byLayer[i]);
    }
    return new Demand(more);
  }

  /**
   * The rows demanded of a layer, 0 to L.
   *
   * @throws IndexOutOfBoundsException where there is no such layer
   */
  public Tokens at(int layer) {
    return byLayer[layer];
  }

  /** L, the number of the model's layers. */
  public int layers() {
    return byLayer.length - 1;
  }

  /** The highest layer demanded, or -1 where nothing is. */
  public int highest() {
    for (int layer = layers(); layer >= 0; layer--) {
      if (byLayer[layer] != Tokens.NONE) {
        return layer;
      }
    }
    return -1;
  }

  /**
   * The layer's index from 0, for a layer that may count from the end.
   *
   * @throws IllegalArgumentException where a model of {@code layers} layers has no such layer
   */
  public static int index(int layer, int layers) {
    int index = layer < 0 ? layers + 1 + layer : layer;
    if (index < 0 || index > layers) {
      throw new IllegalArgumentException(
          "layer " + layer + ": the model has layers 0 to " + layers + " (-" + (layers + 1) + " to -1 from the end)");
    }
    return index;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Demand demand && Arrays.equals(byLayer, demand.byLayer);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(byLayer);
  }

  /** The layers demanded and the rows of each, as in {@code 2 (ALL), 6 (FIRST)}, or {@code none}. */
  @Override
  public String toString() {
    return highest() < 0 ? "none" : IntStream.rangeClosed(0, highest()).filter(layer -> byLayer[layer] != Tokens.NONE)
        .mapToObj(layer -> layer + " (" + byLayer[layer] + ")").collect(Collectors.joining(", "));
  }
}
