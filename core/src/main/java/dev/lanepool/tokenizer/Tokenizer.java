package dev.lanepool.tokenizer;

import dev.lanepool.weights.ModelFileException;
import dev.lanepool.weights.ModelSource;
import java.util.OptionalInt;

/**
 * Text to token ids and back. Immutable, and safe for any number of threads.
 *
 * <p>An unpaired surrogate in a text is read as U+FFFD, as it has no UTF-8 form.
 */
public interface Tokenizer {

  /**
   * The tokenizer of a model: {@code tokenizer.json} where there is one, else {@code vocab.json} and {@code merges.txt} with what
   * {@code tokenizer_config.json}, {@code special_tokens_map.json} and {@code added_tokens.json} say, RoBERTa's defaults where they
   * are silent or absent. A truncation or padding stored in {@code tokenizer.json} is not applied: the caller says what to cut. At which
   * end is what the files say: {@code truncation_side}, else the stored truncation's direction, else the right.
   *
   * @throws ModelFileException where no tokenizer is found, a file is malformed, or it asks for a part that is not supported
   */
  static Tokenizer load(ModelSource source) {
    return TokenizerFiles.load(source);
  }

  /** {@link #encode(String, EncodeOptions)} with the special tokens around the text and no truncation. */
  default Encoding encode(String text) {
    return encode(text, EncodeOptions.DEFAULT);
  }

  /**
   * The tokens of a text.
   *
   * @throws IllegalArgumentException where {@code options.maxLength()} has no room for the special tokens
   */
  Encoding encode(String text, EncodeOptions options);

  /**
   * The tokens of two texts that form one input. Where both together are too long, the longer is cut first, until they are equal.
   * Offsets count from the start of the text the token belongs to.
   *
   * @throws IllegalArgumentException where {@code options.maxLength()} has no room for the special tokens
   */
  Encoding encode(String text, String pair, EncodeOptions options);

  /**
   * The ids of a text's tokens between the special tokens that stand around one text, as {@link #encode(String)} puts them. Without ids,
   * the special tokens alone.
   */
  int[] withSpecialTokens(int[] ids);

  /** How many tokens {@link #encode(String)} gives, special tokens included. */
  default int countTokens(String text) {
    return encode(text).length();
  }

  /**
   * The text of token ids. Bytes that are not UTF-8, as half a character is, become U+FFFD.
   * The same where {@code tokenizer.json} names no decoder, for which the reference joins the tokens' spellings with spaces.
   *
   * @param skipSpecialTokens whether to leave out the special tokens, such as {@code <s>}
   * @throws IllegalArgumentException where an id is not in the vocabulary
   */
  String decode(int[] ids, boolean skipSpecialTokens);

  /** The highest token id plus one. */
  int vocabularySize();

  /**
   * The token as the vocabulary spells it, such as {@code Ġworld}.
   *
   * @throws IllegalArgumentException where the id is not in the vocabulary
   */
  String token(int id);

  /** The id of a token as the vocabulary spells it, or empty where the vocabulary has none. */
  OptionalInt id(String token);

  /** Whether the token is a special one, such as {@code <s>}. */
  boolean isSpecial(int id);

  /** The id of the padding token, or empty where the tokenizer has none. */
  OptionalInt padId();
}
