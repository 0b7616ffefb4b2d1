package dev.lanepool.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The byte-level alphabet of GPT-2: each byte has a visible character, so that tokens can be written as text. Printable Latin-1
 * characters stand for themselves, the other 68 bytes for U+0100 onwards, in order.
 */
final class ByteLevel {
  /** The character of the space, a capital G with a dot above. */
  private static final char SPACE = '\u0120';

  private static final char[] CHARS = new char[256];
  private static final short[] BYTES = new short[0x100 + 68]; // by character, -1 where it is none of the alphabet's

  static {
    Arrays.fill(BYTES, (short) -1);
    char next = 0x100;
    for (int b = 0; b < 256; b++) {
      boolean printable = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
      CHARS[b] = printable ? (char) b : next++;
      BYTES[CHARS[b]] = (short) b;
    }
  }

  private ByteLevel() {}

  /** The character that stands for a byte, 0 to 255. */
  static char charOf(int b) {
    return CHARS[b];
  }

  /** Whether the character is a space to the trimming of offsets: the alphabet's, or white space, as an added token may hold. */
  static boolean isSpace(char c) {
    return c == SPACE || PreTokenizer.isWhiteSpace(c);
  }

  /** Appends the bytes a token stands for. A token with a character outside the alphabet, as an added one may be, stands for itself. */
  static void appendBytes(String token, ByteArrayOutputStream out) {
    for (int i = 0; i < token.length(); i++) {
      char c = token.charAt(i);
      if (c >= BYTES.length || BYTES[c] < 0) {
        out.writeBytes(token.getBytes(StandardCharsets.UTF_8));
        return;
      }
    }
    for (int i = 0; i < token.length(); i++) {
      out.write(BYTES[token.charAt(i)]);
    }
  }

  /**
   * The text of bytes that should be UTF-8. Each longest piece that could have begun a character, or else each byte, becomes one
   * U+FFFD: Unicode's recommended practice. Java's own decoder differs from it where surrogates are encoded.
   */
  static String decodeUtf8(byte[] bytes) {
    StringBuilder text = new StringBuilder(bytes.length);
    for (int i = 0; i < bytes.length; ) {
      int lead = bytes[i++] & 0xFF;
      if (lead < 0x80) {
        text.append((char) lead);
        continue;
      }
      int more = lead < 0xC2 || lead > 0xF4 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
      int least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80; // below it, a shorter form exists
      int most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF; // above it, a surrogate, or beyond Unicode
      int codePoint = lead & 0x3F >> more;
      boolean whole = more > 0;
      for (; whole && more > 0; more--) {
        int next = i < bytes.length ? bytes[i] & 0xFF : 0;
        whole = next >= least && next <= most;
        if (whole) {
          codePoint = codePoint << 6 | next & 0x3F;
          i++;
        }
        least = 0x80;
        most = 0xBF;
      }
      text.appendCodePoint(whole ? codePoint : 0xFFFD);
    }
    return text.toString();
  }
}
