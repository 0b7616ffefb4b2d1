package dev.lanepool.encoder;

/** Which rows of a layer's hidden states are needed, the same for every text of a batch. */
public enum Tokens {
  /** No row. */
  NONE,
  /** The row of each text's first token, {@code <s>}. */
  FIRST,
  /** The row of each text's last token, {@code </s>}. */
  LAST,
  /** The row of every token. */
  ALL;

  /** The least that serves both. First and last together are served by all rows. */
  public Tokens union(Tokens other) {
    if (this == other || other == NONE) {
      return this;
    }
    return this == NONE ? other : ALL;
  }
}
