package dev.lanepool.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * The byte-level alphabet of GPT-2: each byte has a visible character, so that tokens can be written as text. Printable Latin-1
 * characters stand for themselves, the other 68 bytes for U+0100 onwards, in order.
 */
final class ByteLevel {
  /** The character of the space, a capital G with a dot above. */
  static final char SPACE = '\u0120';

  private static final char[] CHARS = new char[256];
  private static final short[] BYTES = new short[0x100 + 68]; // by character, -1 where it is none of the alphabet's

  static {
    java.util.Arrays.fill(BYTES, (short) -1);
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
}
