package dev.lanepool.tokenizer;

import dev.lanepool.weights.Json;
import dev.lanepool.weights.ModelFileException;
import java.util.Arrays;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Tokens and their ids. Ids may have gaps. Tokens lie one behind the other in one array and are found by a hash table of numbers, as
 * 50,000 strings and their map would take most of the time that a small model takes to load.
 */
final class Vocabulary {
  /** Bounds what a wrong id in a file can make us allocate; the largest vocabularies in use have some 1,000,000 tokens. */
  private static final int MAX_SIZE = 1 << 21;

  /** How far from its place a token may lie in the table; roberta-base's lie up to 15 away. Bounds what colliding tokens cost. */
  private static final int MOST_PROBES = 1 << 10;

  private final String file;
  private char[] chars = new char[1 << 17];
  private int[] ends = new int[1 << 14]; // where entry e, which starts at the end of e - 1, ends in chars
  private int[] ids = new int[1 << 14]; // by entry
  private int count;
  private int[] entries = new int[1 << 14]; // by id: entry + 1, or 0
  private int size;
  private int[] table = new int[1 << 16]; // open addressing, at most half full: entry + 1, or 0

  /** @param file how errors name the vocabulary */
  Vocabulary(String file) {
    this.file = file;
  }

  /** How errors name the vocabulary. */
  String file() {
    return file;
  }

  /** Adds a token while the tokenizer is loaded; never called afterwards. */
  void add(char[] text, int from, int to, int id) {
    int slot = slot(text, from, to);
    if (table[slot] != 0) {
      throw new ModelFileException(file + ": the token " + quote(text, from, to) + " is there twice, with the ids "
          + ids[table[slot] - 1] + " and " + id);
    }
    if ((slot - home(text, from, to) & table.length - 1) > MOST_PROBES) {
      throw new ModelFileException(file + ": the token " + quote(text, from, to) + " has the hash of more than " + MOST_PROBES
          + " tokens before it: no vocabulary, but made to take long");
    }
    if (id < 0 || id >= MAX_SIZE) {
      throw new ModelFileException(file + ": the token " + quote(text, from, to) + " has the id " + id
          + ", expected 0 to " + (MAX_SIZE - 1));
    }
    String other = find(id);
    if (other != null) {
      throw new ModelFileException(
          file + ": the tokens " + Json.quote(other) + " and " + quote(text, from, to) + " have the same id " + id);
    }
    int start = count == 0 ? 0 : ends[count - 1];
    int end = Math.addExact(start, to - from);
    chars = room(chars, end);
    System.arraycopy(text, from, chars, start, to - from);
    ends = room(ends, count + 1);
    ids = room(ids, count + 1);
    entries = room(entries, id + 1);
    ends[count] = end;
    ids[count] = id;
    table[slot] = ++count;
    entries[id] = count;
    size = Math.max(size, id + 1);
    if (2 * count > table.length) {
      table = new int[2 * table.length];
      for (int entry = 0; entry < count; entry++) {
        table[slot(chars, start(entry), ends[entry])] = entry + 1;
      }
    }
  }

  private static String quote(char[] text, int from, int to) {
    return Json.quote(new String(text, from, to - from));
  }

  private static char[] room(char[] array, int length) {
    return length <= array.length ? array : Arrays.copyOf(array, Math.max(length, 2 * array.length));
  }

  private static int[] room(int[] array, int length) {
    return length <= array.length ? array : Arrays.copyOf(array, Math.max(length, 2 * array.length));
  }

  private int start(int entry) {
    return entry == 0 ? 0 : ends[entry - 1];
  }

  /** The place in the table where the search for the token begins. */
  private int home(char[] text, int from, int to) {
    int hash = 0;
    for (int i = from; i < to; i++) {
      hash = 31 * hash + text[i];
    }
    hash *= 0x9E3779B9;
    return (hash ^ hash >>> 15) & table.length - 1;
  }

  /** Where the token is in the table, or the free place where it belongs. */
  private int slot(char[] text, int from, int to) {
    int mask = table.length - 1;
    for (int slot = home(text, from, to); ; slot = slot + 1 & mask) {
      int entry = table[slot] - 1;
      if (entry < 0 || Arrays.equals(chars, start(entry), ends[entry], text, from, to)) {
        return slot;
      }
    }
  }

  /** The highest id plus one. */
  int size() {
    return size;
  }

  /** @throws IllegalArgumentException where no token has this id */
  String token(int id) {
    String token = find(id);
    if (token == null) {
      throw new IllegalArgumentException("token id " + id + " is not in the vocabulary, whose highest id is " + (size - 1));
    }
    return token;
  }

  /** The token, or null where none has this id. */
  @Nullable String find(int id) {
    int entry = id >= 0 && id < size ? entries[id] - 1 : -1;
    return entry < 0 ? null : new String(chars, start(entry), ends[entry] - start(entry));
  }

  /** The id of the token, or -1. */
  int id(char[] text, int from, int to) {
    int entry = table[slot(text, from, to)] - 1;
    return entry < 0 ? -1 : ids[entry];
  }

  OptionalInt id(String token) {
    int id = id(token.toCharArray(), 0, token.length());
    return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** How many spaces, or white space, the token starts with; 0 where no token has this id. */
  int leadingSpaces(int id) {
    int entry = entries[id] - 1;
    int i = entry < 0 ? 0 : start(entry);
    int from = i;
    while (entry >= 0 && i < ends[entry] && ByteLevel.isSpace(chars[i])) {
      i++;
    }
    return i - from;
  }

  /** How many spaces, or white space, the token ends with; 0 where no token has this id. */
  int trailingSpaces(int id) {
    int entry = entries[id] - 1;
    int i = entry < 0 ? 0 : ends[entry];
    int to = i;
    while (entry >= 0 && i > start(entry) && ByteLevel.isSpace(chars[i - 1])) {
      i--;
    }
    return to - i;
  }
}
