package dev.lanepool;

/** What to do with a text of more tokens than the model may read. */
public enum Overflow {
  /**
   * Cut off the end of the text, or its start where the tokenizer's files say {@code left}, keep the special tokens, and say so in
   * {@link Embedding#truncated}.
   */
  TRUNCATE,
  /** Refuse the text: an {@link IllegalArgumentException} that names it and its length. */
  ERROR,
  /**
   * Read the text in pieces without overlap, each between the special tokens, and take the mean of the pieces' vectors, weighted by the
   * number of tokens read for each, before normalising.
   */
  WINDOW
}
