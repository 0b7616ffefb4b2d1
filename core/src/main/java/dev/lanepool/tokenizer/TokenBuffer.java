package dev.lanepool.tokenizer;

import java.util.Arrays;

/** The tokens of one text so far, without the special tokens around it, and scratch to make them. Reused from text to text. */
final class TokenBuffer {
  /** Where in {@link #text} a text starts: a space may be put before it. */
  static final int FIRST = 1;

  /** Characters, symbols or tokens beyond which scratch is not kept. */
  private static final int SMALL = 1 << 16;

  int size;
  int[] ids = new int[128]; // ~id where an added token was found in the text, until it is finished: BPE may make the same id
  int[] starts = new int[128];
  int[] ends = new int[128];
  char[] text = new char[512]; // from FIRST on, as arrays are faster to read than strings
  final Symbols symbols = new Symbols(); // scratch for the word at hand

  private int words;
  private int[] wordEnds = new int[128]; // in tokens

  /** Makes ready for a text. */
  void begin(String text) {
    size = 0;
    words = 0;
    if (this.text.length < text.length() + FIRST) {
      this.text = new char[text.length() + FIRST + (text.length() < SMALL ? text.length() / 4 : 0)];
    }
    text.getChars(0, text.length(), this.text, FIRST);
  }

  void add(int id, int start, int end) {
    if (size == ids.length) {
      int capacity = size * 2;
      starts = Arrays.copyOf(starts, capacity);
      ends = Arrays.copyOf(ends, capacity);
      ids = Arrays.copyOf(ids, capacity); // last: it shows the room
    }
    ids[size] = id;
    starts[size] = start;
    ends[size++] = end;
  }

  /** To be called after each word. */
  void endWord() {
    if (words == wordEnds.length) {
      wordEnds = Arrays.copyOf(wordEnds, words * 2);
    }
    wordEnds[words++] = size;
  }

  /**
   * How many tokens the reference reads of a text: up to the word that reaches the limit, from the text's end where it loses its start.
   * After an added token it does not look at its limit.
   *
   * @param limit the most tokens that can be kept
   */
  int read(int limit, boolean fromEnd) {
    if (!fromEnd) {
      return Arrays.stream(wordEnds, 0, words).filter(end -> end >= limit).findFirst().orElse(size);
    }
    for (int word = words - 1; word >= 0; word--) {
      int start = word == 0 ? 0 : wordEnds[word - 1];
      while (start < wordEnds[word] && ids[start] < 0) { // an added token between two words
        start++;
      }
      if (size - start >= limit) {
        return size - start;
      }
    }
    return size;
  }

  /** The tokens from {@code first} on as {@link WordCache.Word} keeps them, of a word that starts at {@code offset}. */
  int[] since(int first, int offset) {
    int[] tokens = new int[3 * (size - first)];
    for (int i = first, at = 0; i < size; i++) {
      tokens[at++] = ids[i];
      tokens[at++] = starts[i] - offset;
      tokens[at++] = ends[i] - offset;
    }
    return tokens;
  }

  /** Whether it has not grown so much that it should rather be let go. */
  boolean isSmall() {
    return text.length <= SMALL && ids.length <= SMALL && symbols.isSmall(SMALL);
  }
}
