package dev.lanepool.tokenizer;

/**
 * Cuts text into words as GPT-2's regular expression does, without a regular expression engine: linear in the text, and no stack.
 * The alternatives, in this order: {@code 's 't 're 've 'm 'll 'd}; letters, numbers, or anything else but white space, each with at
 * most one space before it; white space up to the last character before a word; white space.
 *
 * <p>Letters and numbers are Unicode's L and N as this Java knows them, white space is Unicode's White_Space. A code point that Unicode
 * assigned after the reference's tables were made may be classified differently there.
 */
final class PreTokenizer {
  private static final int SPACE = 0;
  private static final int LETTER = 1;
  private static final int NUMBER = 2;
  private static final int OTHER = 3;

  /** Classes of the ASCII characters, the ones met most. */
  private static final byte[] ASCII = new byte[128];

  static {
    for (int c = 0; c < ASCII.length; c++) {
      ASCII[c] = (byte) classOfCodePoint(c);
    }
  }

  private PreTokenizer() {}

  /** The end of the word that starts at {@code from < to}. What lies at or beyond {@code to} does not count. */
  static int wordEnd(char[] text, int from, int to) {
    char first = text[from];
    if (first == '\'') {
      int end = contractionEnd(text, from, to);
      if (end > 0) {
        return end;
      }
    }
    int run = from;
    if (first == ' ' && from + 1 < to && classAt(text, from + 1, to) != SPACE) {
      run = from + 1;
    }
    int kind = classAt(text, run, to);
    int end = runEnd(text, run, to, kind);
    // All white space is one UTF-16 unit wide, so one back is the last of it; it goes with the word that follows, or alone.
    return kind == SPACE && end < to && end - from > 1 ? end - 1 : end;
  }

  private static int runEnd(char[] text, int from, int to, int kind) {
    int i = from;
    while (i < to) {
      char c = text[i];
      if (c < 128) {
        if (ASCII[c] != kind) {
          return i;
        }
        i++;
      } else {
        int codePoint = codePointAt(text, i, to);
        if (classOfCodePoint(codePoint) != kind) {
          return i;
        }
        i += Character.charCount(codePoint);
      }
    }
    return i;
  }

  /** The end of a contraction at an apostrophe, or 0. */
  private static int contractionEnd(char[] text, int from, int to) {
    if (from + 1 >= to) {
      return 0;
    }
    char a = text[from + 1];
    if (a == 's' || a == 't' || a == 'm' || a == 'd') {
      return from + 2;
    }
    if (from + 2 >= to) {
      return 0;
    }
    char b = text[from + 2];
    return (a == 'r' || a == 'v') && b == 'e' || a == 'l' && b == 'l' ? from + 3 : 0;
  }

  private static int classAt(char[] text, int i, int to) {
    char c = text[i];
    return c < 128 ? ASCII[c] : classOfCodePoint(codePointAt(text, i, to));
  }

  /** The code point; an unpaired surrogate is itself, and of class OTHER like the U+FFFD it is read as. */
  static int codePointAt(char[] text, int i, int to) {
    char c = text[i];
    if (Character.isHighSurrogate(c) && i + 1 < to && Character.isLowSurrogate(text[i + 1])) {
      return Character.toCodePoint(c, text[i + 1]);
    }
    return c;
  }

  private static int classOfCodePoint(int codePoint) {
    if (isWhiteSpace(codePoint)) {
      return SPACE;
    }
    return switch (Character.getType(codePoint)) {
      case Character.UPPERCASE_LETTER, Character.LOWERCASE_LETTER, Character.TITLECASE_LETTER, Character.MODIFIER_LETTER,
          Character.OTHER_LETTER -> LETTER;
      case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> NUMBER;
      default -> OTHER;
    };
  }

  /** Unicode's White_Space property, which none of Java's own methods is. */
  static boolean isWhiteSpace(int codePoint) {
    return switch (codePoint) {
      case 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000 -> true;
      default -> codePoint >= 0x2000 && codePoint <= 0x200A;
    };
  }
}
