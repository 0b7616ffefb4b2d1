package dev.lanepool.tokenizer;

import java.util.Arrays;

/** The tokens of one word while they are made: first its bytes, then what they merge into. Reused from word to word. */
final class Symbols {
  int size;
  int[] ids = new int[64]; // (size)
  int[] ends = new int[64]; // (size): where the symbol ends, in bytes of the word
  final long[] merges = new long[Merges.SHORT_WORD]; // scratch of Merges

  // Scratch of Merges for long words.
  int[] previous = {};
  final Merges.LongQueue queue = new Merges.LongQueue();

  /** Appends one byte's token. */
  void add(int id) {
    if (size == ids.length) {
      ends = Arrays.copyOf(ends, size * 2);
      ids = Arrays.copyOf(ids, size * 2); // last: it shows the room
    }
    ids[size++] = id;
    ends[size - 1] = size;
  }

  /** Whether no array has grown beyond so many elements. */
  boolean isSmall(int elements) {
    return ids.length <= elements && previous.length <= elements && queue.capacity() <= elements;
  }
}
