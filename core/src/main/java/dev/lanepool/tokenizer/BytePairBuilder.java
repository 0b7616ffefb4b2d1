package dev.lanepool.tokenizer;

import dev.lanepool.weights.Json;
import dev.lanepool.weights.ModelFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Gathers what a {@link BytePairTokenizer} is made of, whichever files it comes from, and checks that it fits together. */
final class BytePairBuilder {
  private final String file;
  private final Map<String, Integer> ids;
  private final Map<String, AddedToken> added = new LinkedHashMap<>();
  private final Merges merges;
  private int mergeCount;

  /**
   * @param vocab an object of tokens and their ids
   * @param merges how many merges will be added
   */
  BytePairBuilder(Json vocab, int merges) {
    file = vocab.file();
    ids = HashMap.newHashMap(vocab.names().size());
    for (String token : vocab.names()) {
      ids.put(token, vocab.get(token).asInt());
    }
    this.merges = new Merges(merges);
  }

  /** How errors name the vocabulary. */
  String file() {
    return file;
  }

  OptionalInt id(String token) {
    Integer id = ids.get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** @throws ModelFileException where the vocabulary has the token with another id */
  void addUnlessPresent(AddedToken token) {
    Integer id = ids.putIfAbsent(token.content(), token.id());
    if (id != null && id != token.id()) {
      throw new ModelFileException(
          file + ": the added token \"" + token.content() + "\" has the id " + token.id() + ", expected " + id + " as in the vocabulary");
    }
    added.putIfAbsent(token.content(), token);
  }

  /**
   * Adds the merge of the next rank.
   *
   * @param merge two tokens with one space between
   * @param where how errors name the merge
   */
  void addMerge(String merge, Supplier<String> where) {
    int space = merge.indexOf(' ');
    if (space <= 0 || space == merge.length() - 1 || merge.indexOf(' ', space + 1) >= 0) {
      throw new ModelFileException(where.get() + ": found \"" + merge + "\", expected two tokens with one space between them");
    }
    addMerge(merge.substring(0, space), merge.substring(space + 1), where);
  }

  void addMerge(String left, String right, Supplier<String> where) {
    merges.add(idInMerge(left, where), idInMerge(right, where), mergeCount++, idInMerge(left.concat(right), where));
  }

  private int idInMerge(String token, Supplier<String> where) {
    Integer id = ids.get(token);
    if (id == null) {
      throw new ModelFileException(where.get() + ": the token \"" + token + "\" is not in the vocabulary");
    }
    return id;
  }

  /**
   * The tokenizer.
   *
   * @param unknown the token for bytes that have none of their own, or null where there is none
   * @param padToken the padding token; no error where the vocabulary has none such
   * @throws ModelFileException where the vocabulary cannot spell every text
   */
  Tokenizer build(@Nullable String unknown, boolean addPrefixSpace, PostProcessor post, @Nullable String padToken) {
    Vocabulary vocabulary = new Vocabulary(file, ids);
    OptionalInt padId = padToken == null ? OptionalInt.empty() : id(padToken);
    List<AddedToken> tokens = new ArrayList<>(added.values());
    return new BytePairTokenizer(vocabulary, byteIds(unknown), merges, tokens, addPrefixSpace, post, padId);
  }

  private int[] byteIds(@Nullable String unknown) {
    int[] byteIds = new int[256];
    for (int b = 0; b < 256; b++) {
      Integer id = ids.get(String.valueOf(ByteLevel.charOf(b)));
      if (id == null && unknown != null) {
        id = ids.get(unknown);
      }
      boolean inUtf8 = b < 0xC0 || b > 0xC1 && b < 0xF5;
      if (id == null && inUtf8) {
        throw new ModelFileException(file + ": there is no token \"" + ByteLevel.charOf(b) + "\" for the byte " + b
            + " and no unknown token, expected a byte-level vocabulary");
      }
      byteIds[b] = id == null ? -1 : id;
    }
    return byteIds;
  }
}
