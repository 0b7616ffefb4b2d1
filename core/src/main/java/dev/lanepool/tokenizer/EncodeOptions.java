package dev.lanepool.tokenizer;

/**
 * How to encode a text.
 *
 * @param maxLength the most tokens to give, special tokens included; what is beyond is cut
 * @param addSpecialTokens whether to add the special tokens around the text, such as {@code <s>} and {@code </s>}
 * @param plainSpecials whether special tokens inside the text are plain text. Say so for untrusted text: otherwise a {@code </s>}
 *     that a user types is the real one.
 */
public record EncodeOptions(int maxLength, boolean addSpecialTokens, boolean plainSpecials) {

  /** No truncation, special tokens added, special tokens in the text recognised. */
  public static final EncodeOptions DEFAULT = new EncodeOptions(Integer.MAX_VALUE, true, false);

  /** @throws IllegalArgumentException where {@code maxLength} is negative */
  public EncodeOptions {
    if (maxLength < 0) {
      throw new IllegalArgumentException("maxLength is " + maxLength + ", expected 0 or more");
    }
  }

  /** @throws IllegalArgumentException where {@code maxLength} is negative */
  public EncodeOptions withMaxLength(int maxLength) {
    return new EncodeOptions(maxLength, addSpecialTokens, plainSpecials);
  }

  /** With special tokens around the text, or without. */
  public EncodeOptions withAddSpecialTokens(boolean addSpecialTokens) {
    return new EncodeOptions(maxLength, addSpecialTokens, plainSpecials);
  }

  /** With {@code </s>} and the like in the text as plain text, or as special tokens. */
  public EncodeOptions withPlainSpecials(boolean plainSpecials) {
    return new EncodeOptions(maxLength, addSpecialTokens, plainSpecials);
  }
}
