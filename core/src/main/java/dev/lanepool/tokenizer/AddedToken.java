package dev.lanepool.tokenizer;

import dev.lanepool.weights.Json;

/**
 * A token that is looked for in the text before anything else, such as {@code <mask>}.
 *
 * @param content as it stands in the text
 * @param singleWord whether it counts only where no word character touches it
 * @param stripLeft whether it takes the white space before it
 * @param stripRight whether it takes the white space after it
 * @param normalized whether it is looked for after all tokens that are not: in the normalised text, were there a normaliser
 * @param special whether decoding may skip it and {@link EncodeOptions#plainSpecials()} turns it into plain text
 */
record AddedToken(
    int id, String content, boolean singleWord, boolean stripLeft, boolean stripRight, boolean normalized, boolean special) {

  /** A special token of which no more is said than its content. */
  static AddedToken special(int id, String content, boolean stripLeft) {
    return new AddedToken(id, content, false, stripLeft, false, false, true);
  }

  /** @param special whether the token is special even where the JSON does not say so */
  static AddedToken read(Json json, int id, boolean special) {
    Json content = json.get("content");
    if (content.asString().isEmpty()) {
      throw content.wrong("a token, which has at least one character");
    }
    boolean isSpecial = special || flag(json, "special", false);
    return new AddedToken(id, content.asString(), flag(json, "single_word", false), flag(json, "lstrip", false),
        flag(json, "rstrip", false), flag(json, "normalized", !isSpecial), isSpecial);
  }

  private static boolean flag(Json json, String name, boolean byDefault) {
    Json flag = json.find(name);
    return flag == null ? byDefault : flag.asBoolean();
  }
}
