package dev.lanepool.tokenizer;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds added tokens in text: the leftmost, and of those that start there the longest. */
final class AddedTokens {
  private static final class Node {
    final Map<Character, Node> children = new HashMap<>();
    @Nullable AddedToken token;
  }

  private final Node root = new Node();
  private final boolean[] startsAscii = new boolean[128]; // whether a token starts with the character
  private boolean startsBeyondAscii;

  AddedTokens(List<AddedToken> tokens) {
    for (AddedToken token : tokens) {
      Node node = root;
      for (char c : token.content().toCharArray()) {
        node = node.children.computeIfAbsent(c, key -> new Node());
      }
      node.token = token;
      char first = token.content().charAt(0);
      if (first < 128) {
        startsAscii[first] = true;
      } else {
        startsBeyondAscii = true;
      }
    }
  }

  /** The place of the next token that starts at {@code from} or later and ends at {@code to} or before, else {@code to}. */
  int next(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if ((c < 128 ? startsAscii[c] : startsBeyondAscii) && at(text, i, to) != null) {
        return i;
      }
    }
    return to;
  }

  /** The longest token that starts at this place, or null. */
  @Nullable AddedToken at(String text, int from, int to) {
    AddedToken longest = null;
    Node node = root;
    for (int i = from; i < to; i++) {
      node = node.children.get(text.charAt(i));
      if (node == null) {
        break;
      }
      if (node.token != null) {
        longest = node.token;
      }
    }
    return longest;
  }

  /** Whether no word character touches the token at {@code start} to {@code end} of the text {@code from} to {@code to}. */
  static boolean standsAlone(String text, int from, int start, int end, int to) {
    return (start == from || !isWordCharacter(text.codePointBefore(start)))
        && (end == to || !isWordCharacter(text.codePointAt(end)));
  }

  /** {@code \w} of Unicode TR 18, annex C. */
  private static boolean isWordCharacter(int codePoint) {
    return Character.isAlphabetic(codePoint) || codePoint == 0x200C || codePoint == 0x200D
        || switch (Character.getType(codePoint)) {
          case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.COMBINING_SPACING_MARK,
              Character.DECIMAL_DIGIT_NUMBER, Character.CONNECTOR_PUNCTUATION -> true;
          default -> false;
        };
  }
}
