package dev.lanepool.tokenizer;

import java.util.Arrays;

/**
 * What happens to the tokens of a text, or of two, once they are made.
 *
 * @param single the special tokens around one text: ids, and {@link #FIRST} where the text's tokens go
 * @param pair the same for two texts, with {@link #SECOND} for the second's
 * @param trimOffsets whether a token's span leaves out the white space at its ends
 * @param addPrefixSpace whether the space of a text's first token may be one that was added, and is not trimmed
 */
record PostProcessor(int[] single, int[] pair, boolean trimOffsets, boolean addPrefixSpace) {
  static final int FIRST = -1;
  static final int SECOND = -2;

  /** No special tokens. */
  static PostProcessor plain(boolean trimOffsets, boolean addPrefixSpace) {
    return new PostProcessor(new int[] {FIRST}, new int[] {FIRST, SECOND}, trimOffsets, addPrefixSpace);
  }

  /** {@code <s> A </s>} and {@code <s> A </s></s> B </s>}. */
  static PostProcessor roberta(int cls, int sep, boolean trimOffsets, boolean addPrefixSpace) {
    return new PostProcessor(
        new int[] {cls, FIRST, sep}, new int[] {cls, FIRST, sep, sep, SECOND, sep}, trimOffsets, addPrefixSpace);
  }

  /** How many special tokens a template adds. */
  static int added(int[] template) {
    return (int) Arrays.stream(template).filter(piece -> piece >= 0).count();
  }

  /**
   * How many tokens to keep of {@code first}, of two texts' tokens of which {@code room} may stay: the longer is cut until both are
   * equal, then both; the odd token goes to the longer, the second where they are equal. The lengths are those that the
   * reference {@linkplain TokenBuffer#read reads}: to it, texts that both go beyond the limit have just those.
   */
  static int keptOfFirst(int first, int second, int room) {
    if (first + (long) second <= room) {
      return first;
    }
    int shorter = Math.min(Math.min(first, second), room / 2);
    return first <= second ? shorter : room - shorter;
  }
}
