package dev.lanepool.tokenizer;

import dev.lanepool.weights.ModelFileException;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Tokens and their ids. Ids may have gaps. */
final class Vocabulary {
  /** Bounds what a wrong id in a file can make us allocate; the largest vocabularies in use have some 300,000 tokens. */
  private static final int MAX_SIZE = 1 << 24;

  private final Map<String, Integer> ids;
  private final @Nullable String[] tokens;

  /**
   * @param file how errors name the vocabulary
   * @param ids token to id; kept, not copied
   */
  Vocabulary(String file, Map<String, Integer> ids) {
    this.ids = ids;
    int highest = -1;
    for (Map.Entry<String, Integer> entry : ids.entrySet()) {
      int id = entry.getValue();
      if (id < 0 || id >= MAX_SIZE) {
        throw new ModelFileException(
            file + ": token \"" + entry.getKey() + "\" has the id " + id + ", expected 0 to " + (MAX_SIZE - 1));
      }
      highest = Math.max(highest, id);
    }
    tokens = new String[highest + 1];
    for (Map.Entry<String, Integer> entry : ids.entrySet()) {
      int id = entry.getValue();
      if (tokens[id] != null) {
        throw new ModelFileException(
            file + ": the tokens \"" + tokens[id] + "\" and \"" + entry.getKey() + "\" have the same id " + id);
      }
      tokens[id] = entry.getKey();
    }
  }

  /** The highest id plus one. */
  int size() {
    return tokens.length;
  }

  /** @throws IllegalArgumentException where no token has this id */
  String token(int id) {
    String token = find(id);
    if (token == null) {
      throw new IllegalArgumentException("token id " + id + " is not in the vocabulary, whose highest id is " + (tokens.length - 1));
    }
    return token;
  }

  /** The token, or null where none has this id. */
  @Nullable String find(int id) {
    return id >= 0 && id < tokens.length ? tokens[id] : null;
  }

  OptionalInt id(String token) {
    Integer id = ids.get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }
}
