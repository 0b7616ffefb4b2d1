package dev.lanepool.tokenizer;

import java.util.Arrays;

/**
 * The merges of a BPE vocabulary, and their application: of all neighbours that a merge joins, those of the lowest rank first, the
 * leftmost of these first, until none is left.
 */
final class Merges {
  /** No merge joins the pair. Larger than any merge, so that the lowest rank is the least value. */
  private static final long NONE = Long.MAX_VALUE;

  /** Up to this many symbols, looking at all of them for each merge is faster than keeping a queue. */
  static final int SHORT_WORD = 100;

  // Open addressing with linear probing, at most half full: key at 2i, value at 2i + 1. A key is left id << 32 | right id, a value is
  // rank << 32 | merged id.
  private long[] table = emptyTable(1 << 12);
  private int count;

  /** Adds a merge while the tokenizer is loaded; never called afterwards. A pair that comes twice keeps the later rank. */
  void add(int left, int right, int rank, int merged) {
    if (4 * count >= table.length) {
      long[] old = table;
      table = emptyTable(old.length);
      for (int i = 0; i < old.length; i += 2) {
        if (old[i] != -1L) {
          put(old[i], old[i + 1]);
        }
      }
    }
    count += put(key(left, right), (long) rank << 32 | merged);
  }

  /** How many keys came new to the table. */
  private int put(long key, long value) {
    int slot = slot(key);
    int added = table[slot] == -1L ? 1 : 0;
    table[slot] = key;
    table[slot + 1] = value;
    return added;
  }

  private static long[] emptyTable(int slots) {
    long[] table = new long[2 * slots];
    Arrays.fill(table, -1L);
    return table;
  }

  private static long key(int left, int right) {
    return (long) left << 32 | right;
  }

  /** The place of the key in the table, or the free place where it belongs. */
  private int slot(long key) {
    long hash = key * 0x9E3779B97F4A7C15L;
    int mask = table.length / 2 - 1;
    int slot = (int) (hash >>> 32) & mask;
    while (table[2 * slot] != key && table[2 * slot] != -1L) {
      slot = slot + 1 & mask;
    }
    return 2 * slot;
  }

  private long find(int left, int right) {
    int slot = slot(key(left, right));
    return table[slot] == -1L ? NONE : table[slot + 1];
  }

  /** Merges the symbols of a word in place. Near-linear in their number. */
  void apply(Symbols symbols) {
    if (symbols.size <= SHORT_WORD) {
      applyByScan(symbols);
    } else {
      applyByQueue(symbols);
    }
  }

  private void applyByScan(Symbols symbols) {
    int[] ids = symbols.ids;
    int[] ends = symbols.ends;
    int size = symbols.size;
    long[] merges = symbols.merges; // (size): the merge of symbol i with its right neighbour
    for (int i = 0; i + 1 < size; i++) {
      merges[i] = find(ids[i], ids[i + 1]);
    }
    while (size > 1) {
      int best = 0;
      for (int i = 1; i + 1 < size; i++) {
        if (merges[i] < merges[best]) {
          best = i;
        }
      }
      if (merges[best] == NONE) {
        break;
      }
      ids[best] = (int) merges[best];
      ends[best] = ends[best + 1];
      size--;
      for (int i = best + 1; i < size; i++) {
        ids[i] = ids[i + 1];
        ends[i] = ends[i + 1];
        merges[i] = merges[i + 1];
      }
      if (best + 1 < size) {
        merges[best] = find(ids[best], ids[best + 1]);
      }
      if (best > 0) {
        merges[best - 1] = find(ids[best - 1], ids[best]);
      }
    }
    symbols.size = size;
  }

  /** Symbols stay at their first byte's place and form a linked list; the queue holds {@code rank << 32 | place} of possible merges. */
  private void applyByQueue(Symbols symbols) {
    int size = symbols.size;
    int[] ids = symbols.ids;
    int[] next = symbols.ends; // a symbol's end is where the next one starts; 0 once the symbol is merged into another
    if (symbols.previous.length <= size) {
      symbols.previous = new int[size + 1];
    }
    int[] previous = symbols.previous;
    LongQueue queue = symbols.queue;
    queue.clear(size);
    for (int i = 0; i < size; i++) {
      previous[i + 1] = i;
      if (i + 1 < size) {
        queue.append(find(ids[i], ids[i + 1]), i);
      }
    }
    queue.order();
    while (!queue.isEmpty()) {
      long entry = queue.poll();
      int left = (int) entry;
      int right = next[left];
      if (right == 0 || right == size) {
        continue;
      }
      long merge = find(ids[left], ids[right]);
      if (merge == NONE || merge >>> 32 != entry >>> 32) {
        continue; // a neighbour has changed since
      }
      int after = next[right];
      ids[left] = (int) merge;
      next[left] = after;
      next[right] = 0;
      previous[after] = left;
      if (after < size) {
        queue.add(find(ids[left], ids[after]), left);
      }
      if (left > 0) {
        queue.add(find(ids[previous[left]], ids[left]), previous[left]);
      }
    }
    int count = 0;
    for (int i = 0; i < size; ) {
      int end = next[i];
      ids[count] = ids[i];
      next[count++] = end;
      i = end;
    }
    symbols.size = count;
  }

  /** A binary heap of merges to try. */
  static final class LongQueue {
    private long[] heap = {};
    private int size;

    /** Empties it, and makes room. */
    void clear(int capacity) {
      size = 0;
      heap = heap.length >= capacity ? heap : new long[capacity];
    }

    int capacity() {
      return heap.length;
    }

    boolean isEmpty() {
      return size == 0;
    }

    /** Adds at the end, out of order; {@link #order} must follow. */
    void append(long merge, int place) {
      if (merge != NONE) {
        if (size == heap.length) {
          heap = Arrays.copyOf(heap, size + size / 2);
        }
        heap[size++] = merge >>> 32 << 32 | place;
      }
    }

    void order() {
      for (int i = size / 2 - 1; i >= 0; i--) {
        siftDown(i, heap[i]);
      }
    }

    void add(long merge, int place) {
      int before = size;
      append(merge, place);
      for (int i = before; i > 0 && before < size; ) {
        int parent = (i - 1) / 2;
        if (heap[parent] <= heap[i]) {
          break;
        }
        long swap = heap[parent];
        heap[parent] = heap[i];
        heap[i] = swap;
        i = parent;
      }
    }

    long poll() {
      long least = heap[0];
      siftDown(0, heap[--size]);
      return least;
    }

    private void siftDown(int from, long value) {
      int i = from;
      while (2 * i + 1 < size) {
        int child = 2 * i + 1;
        if (child + 1 < size && heap[child + 1] < heap[child]) {
          child++;
        }
        if (heap[child] >= value) {
          break;
        }
        heap[i] = heap[child];
        i = child;
      }
      heap[i] = value;
    }
  }
}
