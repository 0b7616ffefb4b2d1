package dev.lanepool.tokenizer;

import java.util.Arrays;
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

  private final @Nullable Word[] slots = new Word[SLOTS];

  /** A word's tokens. */
  static final class Word {
    private final char[] text;

    /** The id of the token that is the whole word, or -1 where it is more than one token. */
    final int whole;

    /** Three numbers a token: id, start and end within the word in UTF-16 units. */
    final int[] tokens;

    Word(char[] text, int[] tokens) {
      this.text = text;
      this.tokens = tokens;
      whole = tokens.length == 3 && tokens[1] == 0 && tokens[2] == text.length ? tokens[0] : -1;
    }

    private boolean is(char[] other, int from, int to) {
      char[] own = text;
      if (own.length != to - from) {
        return false;
      }
      for (int i = 0; i < own.length; i++) { // a few characters: less than it takes to call what compares arrays
        if (own[i] != other[from + i]) {
          return false;
        }
      }
      return true;
    }
  }

  static int hash(char[] text, int from, int to) {
    int hash = to - from;
    for (int i = from; i < to; i++) {
      hash = hash * 31 + text[i];
    }
    hash *= 0x9E3779B9;
    return hash >>> 32 - 15;
  }

  /** The word at {@code from} to {@code to}, or null; {@code hash} is that of {@link #hash}. */
  @Nullable Word find(char[] text, int from, int to, int hash) {
    Word word = slots[hash];
    if (word != null && word.is(text, from, to)) {
      return word;
    }
    word = slots[hash ^ 1];
    return word != null && word.is(text, from, to) ? word : null;
  }

  /** Two slots to a pair of hashes: the word that was there moves to the other, and the other's goes. */
  void put(char[] text, int from, int to, int[] tokens, int hash) {
    slots[hash ^ 1] = slots[hash];
    slots[hash] = new Word(Arrays.copyOfRange(text, from, to), tokens);
  }
}
