package dev.lanepool.tokenizer;

import org.jspecify.annotations.Nullable;

/**
 * The words met last, and their tokens. Bounded: a new word takes the place of an older one. At most some 12 MB, usually 5.
 *
 * <p>Threads share it without locks or fences. That is sound because a {@link Word} is published whole whatever the order of writes
 * (its fields are final), and because any word found is right: which ones are found decides speed alone.
 */
final class WordCache {
  /** Longer words are rare and seldom come again. */
  static final int MAX_LENGTH = 40;
  static final int MAX_TOKENS = 16;

  private static final int SLOTS = 1 << 15;

  /**
   * A word's tokens.
   *
   * @param tokens three numbers a token: id, start and end within the word in UTF-16 units
   */
  record Word(String text, int[] tokens) {}

  private final @Nullable Word[] slots = new Word[SLOTS];

  static int hash(String text, int from, int to) {
    int hash = to - from;
    for (int i = from; i < to; i++) {
      hash = hash * 31 + text.charAt(i);
    }
    hash *= 0x9E3779B9;
    return hash >>> 32 - 15;
  }

  /** The tokens of the word at {@code from} to {@code to}, or null; {@code hash} is that of {@link #hash}. */
  int @Nullable [] find(String text, int from, int to, int hash) {
    int[] tokens = tokens(slots[hash], text, from, to);
    return tokens != null ? tokens : tokens(slots[hash ^ 1], text, from, to);
  }

  private static int @Nullable [] tokens(@Nullable Word word, String text, int from, int to) {
    return word != null && word.text.length() == to - from && text.startsWith(word.text, from) ? word.tokens : null;
  }

  /** Two slots to a pair of hashes: the word that was there moves to the other, and the other's goes. */
  void put(Word word, int hash) {
    slots[hash ^ 1] = slots[hash];
    slots[hash] = word;
  }
}
