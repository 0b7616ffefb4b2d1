package dev.lanepool.training.features;

import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.Tokens;
import dev.lanepool.pooling.Pooling;

/** Something that is kept of each text: a vector, or a row for each of its tokens. */
sealed interface Column {

  /** By which runs find it again: equal names are equal contents. */
  String name();

  /** The floats in a row. */
  int width();

  /** Whether it has a row for each token, rather than one. */
  boolean perToken();

  /** What must be computed for it, of a model of {@code layers} layers. */
  Demand demand(int layers);

  /** Writes one text's rows to the beginning of {@code out}. */
  void take(HiddenStates states, int text, float[] out);

  /** The floats of a text of {@code tokens} tokens. */
  default int floats(int tokens) {
    return Math.multiplyExact(perToken() ? tokens : 1, width());
  }

  /** The vector of a pooling that has nothing to learn. */
  record Pooled(Pooling pooling, int width) implements Column {
    @Override
    public String name() {
      return "pooled:" + pooling;
    }

    @Override
    public boolean perToken() {
      return false;
    }

    @Override
    public Demand demand(int layers) {
      return pooling.demand(layers);
    }

    @Override
    public void take(HiddenStates states, int text, float[] out) {
      pooling.pool(states, text, out, 0);
    }
  }

  /** The first, the last or all rows of a layer. */
  record LayerRows(int layer, Tokens tokens, int width) implements Column {
    @Override
    public String name() {
      return "rows:" + tokens + "@" + layer;
    }

    @Override
    public boolean perToken() {
      return tokens == Tokens.ALL;
    }

    @Override
    public Demand demand(int layers) {
      return Demand.none(layers).with(layer, tokens);
    }

    @Override
    public void take(HiddenStates states, int text, float[] out) {
      System.arraycopy(states.array(layer), states.start(layer, text, tokens), out, 0, floats(states.length(text)));
    }
  }
}
