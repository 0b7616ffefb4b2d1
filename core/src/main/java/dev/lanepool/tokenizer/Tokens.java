package dev.lanepool.tokenizer;

import java.util.Arrays;

/** The tokens of one text so far, without the special tokens around it. */
final class Tokens {
  int size;
  int[] ids;
  int[] starts;
  int[] ends;
  final Symbols symbols = new Symbols(); // scratch for the word at hand

  private final int limit;
  private int sizeAtLimit = -1;

  /** @param limit the most tokens that can be kept */
  Tokens(int capacity, int limit) {
    this.limit = limit;
    ids = new int[capacity];
    starts = new int[capacity];
    ends = new int[capacity];
  }

  void add(int id, int start, int end) {
    if (size == ids.length) {
      int capacity = size * 2;
      ids = Arrays.copyOf(ids, capacity);
      starts = Arrays.copyOf(starts, capacity);
      ends = Arrays.copyOf(ends, capacity);
    }
    ids[size] = id;
    starts[size] = start;
    ends[size++] = end;
  }

  /** To be called after each word; the reference does not look at its limit after an added token. */
  void endWord() {
    if (sizeAtLimit < 0 && size >= limit) {
      sizeAtLimit = size;
    }
  }

  /** The size after the word that reached the limit, where the reference stops reading; else the size. */
  int sizeAtLimit() {
    return sizeAtLimit < 0 ? size : sizeAtLimit;
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
}
