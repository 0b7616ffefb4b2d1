package dev.lanepool.tokenizer;

import dev.lanepool.weights.Json;
import dev.lanepool.weights.ModelFileException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Gathers what a {@link BytePairTokenizer} is made of, whichever files it comes from, and checks that it fits together. */
final class BytePairBuilder {
  /** Of all added tokens together: each takes a node where they are looked up, and thousands of tokens have no more. */
  private static final int MAX_ADDED_CHARACTERS = 1 << 18;

  private final Vocabulary vocabulary;
  private final Map<String, AddedToken> added = new LinkedHashMap<>();
  private final Merges merges = new Merges();
  private int mergeCount;
  private int addedCharacters;

  BytePairBuilder(Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
  }

  Vocabulary vocabulary() {
    return vocabulary;
  }

  /** Adds a token to those looked for in the text, and to the vocabulary where that has it not. The first of several counts. */
  void addUnlessPresent(AddedToken token) {
    String content = token.content();
    if (content.isEmpty()) {
      throw new ModelFileException(vocabulary.file() + ": the added token with the id " + token.id() + " has no characters");
    }
    int id = vocabulary.id(content).orElse(-1);
    if (id < 0) {
      vocabulary.add(content.toCharArray(), 0, content.length(), token.id());
    } else if (id != token.id()) {
      throw new ModelFileException(vocabulary.file() + ": the added token " + Json.quote(content) + " has the id " + token.id()
          + ", expected " + id + " as in the vocabulary");
    }
    if (added.putIfAbsent(content, token) == null) {
      addedCharacters += content.length();
      if (addedCharacters > MAX_ADDED_CHARACTERS) {
        throw new ModelFileException(vocabulary.file() + ": found added tokens of more than " + MAX_ADDED_CHARACTERS
            + " characters together, expected at most so many");
      }
    }
  }

  /**
   * Adds the merge of the next rank.
   *
   * @param pair two tokens, one behind the other: {@code from} to {@code middle} to {@code to}
   * @param where how errors name the merge
   */
  void addMerge(char[] pair, int from, int middle, int to, Supplier<String> where) {
    int left = idInMerge(pair, from, middle, where);
    int right = idInMerge(pair, middle, to, where);
    merges.add(left, right, mergeCount++, idInMerge(pair, from, to, where));
  }

  private int idInMerge(char[] text, int from, int to, Supplier<String> where) {
    int id = vocabulary.id(text, from, to);
    if (id < 0) {
      throw new ModelFileException(
          where.get() + ": the token " + Json.quote(new String(text, from, to - from)) + " is not in the vocabulary");
    }
    return id;
  }

  /** Where the only space is that parts two tokens, in characters {@code from} to {@code to}. */
  static int space(char[] text, int from, int to, Supplier<String> where) {
    int space = -1;
    int spaces = 0;
    for (int i = from; i < to; i++) {
      if (text[i] == ' ') {
        space = i;
        spaces++;
      }
    }
    if (spaces != 1 || space == from || space == to - 1) {
      throw new ModelFileException(
          where.get() + ": found " + Json.quote(new String(text, from, to - from)) + ", expected two tokens with one space between them");
    }
    return space;
  }

  /**
   * The tokenizer.
   *
   * @param unknown the token for bytes that have none of their own, or null where there is none
   * @param cutsLeft whether tokens that are too many are left out at a text's start
   * @param padToken the padding token; no error where it is null or the vocabulary has none such
   * @throws ModelFileException where the vocabulary cannot spell every text
   */
  Tokenizer build(
      @Nullable String unknown, boolean addPrefixSpace, PostProcessor post, boolean cutsLeft, @Nullable String padToken) {
    OptionalInt padId = padToken == null ? OptionalInt.empty() : vocabulary.id(padToken);
    return new BytePairTokenizer(
        vocabulary, byteIds(unknown), merges, List.copyOf(added.values()), addPrefixSpace, post, cutsLeft, padId);
  }

  private int[] byteIds(@Nullable String unknown) {
    int unknownId = unknown == null ? -1 : vocabulary.id(unknown).orElse(-1);
    int[] byteIds = new int[256];
    for (int b = 0; b < 256; b++) {
      byteIds[b] = vocabulary.id(String.valueOf(ByteLevel.charOf(b))).orElse(unknownId);
      boolean inUtf8 = b < 0xC0 || b > 0xC1 && b < 0xF5;
      if (byteIds[b] < 0 && inUtf8) {
        throw new ModelFileException(vocabulary.file() + ": there is no token \"" + ByteLevel.charOf(b) + "\" for the byte " + b
            + " and no unknown token, expected a byte-level vocabulary");
      }
    }
    return byteIds;
  }
}
