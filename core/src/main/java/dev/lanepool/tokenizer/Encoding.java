package dev.lanepool.tokenizer;

import java.util.AbstractList;
import java.util.List;
import java.util.Objects;

/** The tokens of a text, each with its id and its place in the text. Immutable. */
public final class Encoding {
  private final Vocabulary vocabulary;
  private final int[] ids;
  private final int[] starts;
  private final int[] ends;
  private final int fullLength;

  Encoding(Vocabulary vocabulary, int[] ids, int[] starts, int[] ends, int fullLength) {
    this.vocabulary = vocabulary;
    this.ids = ids;
    this.starts = starts;
    this.ends = ends;
    this.fullLength = fullLength;
  }

  /** The number of tokens, special tokens included. */
  public int length() {
    return ids.length;
  }

  /** The token ids; a copy. */
  public int[] ids() {
    return ids.clone();
  }

  /** @throws IndexOutOfBoundsException where there is no token {@code i} */
  public int id(int i) {
    return ids[Objects.checkIndex(i, ids.length)];
  }

  /** The tokens as the vocabulary spells them. */
  public List<String> tokens() {
    return new AbstractList<>() {
      @Override
      public String get(int i) {
        return vocabulary.token(id(i));
      }

      @Override
      public int size() {
        return length();
      }
    };
  }

  /**
   * Where token {@code i} starts in its text, in UTF-16 units; 0 for the special tokens that were added around it. Tokens that share
   * a character each have the whole character's span.
   *
   * @throws IndexOutOfBoundsException where there is no token {@code i}
   */
  public int start(int i) {
    return starts[Objects.checkIndex(i, starts.length)];
  }

  /**
   * Where token {@code i} ends in its text, exclusive, in UTF-16 units; 0 for the special tokens that were added around it.
   *
   * @throws IndexOutOfBoundsException where there is no token {@code i}
   */
  public int end(int i) {
    return ends[Objects.checkIndex(i, ends.length)];
  }

  /** The number of tokens before truncation, special tokens included. */
  public int fullLength() {
    return fullLength;
  }

  /** Whether tokens were cut to keep to the maximal length. */
  public boolean truncated() {
    return fullLength > ids.length;
  }
}
