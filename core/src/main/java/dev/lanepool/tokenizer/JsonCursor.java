package dev.lanepool.tokenizer;

import dev.lanepool.weights.ModelFileException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads the large and simple parts of a JSON document, the vocabulary and the merges, as strictly as
 * {@link dev.lanepool.weights.Json} reads the rest, but without an object for each value.
 */
final class JsonCursor {
  private final String file;
  private final char[] text; // the document and zeros, which no JSON string may hold
  private final int length;
  private int at;
  private char[] unescaped = new char[64];

  // The string read last: characters from to to of chars, until the next is read.
  char[] chars;
  int from;
  int to;

  /** @throws ModelFileException where the bytes are not UTF-8 */
  JsonCursor(byte[] bytes, String file) {
    this.file = file;
    CharBuffer decoded = CharBuffer.allocate(bytes.length + 1); // UTF-8 has no more characters than bytes
    if (StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes), decoded, true).isError()) {
      throw new ModelFileException(file + ": not valid UTF-8, expected JSON");
    }
    text = decoded.array();
    length = decoded.position();
    chars = text;
  }

  int place() {
    return at;
  }

  void moveTo(int place) {
    at = place;
  }

  /** A piece of the document. */
  String text(int start, int end) {
    return new String(text, start, end - start);
  }

  /** The document's length. */
  int length() {
    return length;
  }

  /** The next character that is no white space; the cursor stays before it. */
  char peek() {
    while (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t') {
      at++;
    }
    return text[at];
  }

  void expect(char c) {
    if (peek() != c) {
      throw wrong("'" + c + "'");
    }
    at++;
  }

  void expectEnd() {
    peek();
    if (at < length) {
      throw wrong("the end of the file");
    }
  }

  /** Enters an object or array; whether it has a first element. */
  boolean open(char open, char close) {
    expect(open);
    if (peek() == close) {
      at++;
      return false;
    }
    return true;
  }

  /** After an element: whether there is another. */
  boolean more(char close) {
    if (peek() == close) {
      at++;
      return false;
    }
    if (text[at] != ',') {
      throw wrong("',' or '" + close + "'");
    }
    at++;
    return true;
  }

  /** Reads a string into {@link #chars}. */
  void string() {
    expect('"');
    chars = text;
    from = at;
    while (text[at] != '"') {
      if (text[at] == '\\') {
        unescape();
        return;
      }
      if (text[at] < 0x20) {
        throw wrong("a character of a string, or '\"'");
      }
      at++;
    }
    to = at++;
  }

  private void unescape() {
    int count = 0;
    at = from;
    while (text[at] != '"') {
      char c = text[at++];
      if (c < 0x20) {
        at--;
        throw wrong("a character of a string, or '\"'");
      }
      if (count == unescaped.length) {
        unescaped = Arrays.copyOf(unescaped, 2 * count);
      }
      unescaped[count++] = c == '\\' ? escape() : c;
    }
    at++;
    chars = unescaped;
    from = 0;
    to = count;
  }

  private char escape() {
    char c = text[at++];
    switch (c) {
      case '"', '\\', '/':
        return c;
      case 'b':
        return '\b';
      case 'f':
        return '\f';
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 't':
        return '\t';
      case 'u':
        int value = 0;
        for (int digits = 0; digits < 4; digits++) {
          int digit = text[at] < 128 ? Character.digit(text[at], 16) : -1;
          if (digit < 0) {
            throw wrong("four hexadecimal digits");
          }
          value = value << 4 | digit;
          at++;
        }
        return (char) value;
      default:
        at--;
        throw wrong("an escape sequence of JSON");
    }
  }

  /** Reads an integer that an int holds. */
  int integer() {
    peek();
    int start = at;
    long value = 0;
    boolean negative = text[at] == '-';
    at += negative ? 1 : 0;
    int digits = at;
    while (text[at] >= '0' && text[at] <= '9' && at - digits < 10) {
      value = 10 * value + text[at++] - '0';
    }
    boolean leadingZero = at - digits > 1 && text[digits] == '0';
    boolean goesOn = text[at] == '.' || text[at] == 'e' || text[at] == 'E' || text[at] >= '0' && text[at] <= '9';
    value = negative ? -value : value;
    if (at == digits || leadingZero || goesOn || value != (int) value) {
      at = start;
      throw wrong("a 32-bit integer");
    }
    return (int) value;
  }

  /** Passes over a value. Brackets need only balance in number: what is passed over is read by others. */
  void skipValue() {
    int depth = 0;
    do {
      switch (peek()) {
        case '"' -> string();
        case '{', '[' -> {
          depth++;
          at++;
        }
        case '}', ']' -> {
          if (--depth < 0) {
            throw wrong("a value");
          }
          at++;
        }
        case 0 -> throw wrong("a value");
        case ',', ':' -> {
          if (depth == 0) {
            throw wrong("a value");
          }
          at++;
        }
        default -> {
          if (text[at] < ' ') {
            throw wrong("a value");
          }
          while (text[at] > ' ' && ",:]}[{\"".indexOf(text[at]) < 0) {
            at++;
          }
        }
      }
    } while (depth > 0);
  }

  /** How errors name the place of the cursor. */
  String where() {
    int line = 1;
    int column = 1;
    for (int i = 0; i < at; i++) {
      column = text[i] == '\n' ? 1 : column + 1;
      line += text[i] == '\n' ? 1 : 0;
    }
    return file + ": line " + line + ", column " + column;
  }

  ModelFileException wrong(String expected) {
    String found = at == length ? "the end of the file" : text[at] < 0x20 ? "control character " + (int) text[at]
        : "'" + text[at] + "'";
    return new ModelFileException(where() + ": found " + found + ", expected " + expected);
  }
}
