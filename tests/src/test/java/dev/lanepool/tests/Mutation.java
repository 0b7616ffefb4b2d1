package dev.lanepool.tests;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** Small damage to JSON texts and to bytes. */
final class Mutation {
  private static final List<String> TOKENS = List.of("{", "}", "[", "]", "\"", ",", ":", "-", "-1", "0", "1", "2", "1e9", "1.5", "1e999",
      "null", "true", "false", "NaN", "9223372036854775807", "18446744073709551616", "2147483648", "\\ud800", "\\u0000", "\\", "\u0000",
      "\"\"", "{}", "[]", "\u00e9", "\ufeff", "\ud83d\ude00", "..", "/", "\n", "[[[[[[[[", "99999999999999999999999999999999");

  private Mutation() {}

  /** Changes of a text: one, half as often two, and so on. */
  static String of(String text, RandomGenerator random) {
    StringBuilder changed = new StringBuilder(text);
    do {
      int at = random.nextInt(changed.length() + 1);
      int end = Math.min(changed.length(), at + random.nextInt(1, 12));
      switch (random.nextInt(8)) {
        case 0 -> changed.insert(at, TOKENS.get(random.nextInt(TOKENS.size())));
        case 1 -> changed.replace(at, Math.min(changed.length(), at + 1), TOKENS.get(random.nextInt(TOKENS.size())));
        case 2 -> changed.delete(at, end);
        case 3 -> changed.insert(random.nextInt(changed.length() + 1), changed.substring(at, end));
        case 4 -> number(changed, at, random);
        case 5 -> value(changed, at, random);
        case 6 -> changed.insert(at, "\n");
        default -> changed.insert(Math.max(0, changed.lastIndexOf("\"", at)), (char) random.nextInt('a', 'z' + 1));
      }
    } while (random.nextBoolean());
    return changed.toString();
  }

  /** Another number in the place of the next one: keeps the JSON valid, so that what reads it is reached. */
  private static void number(StringBuilder text, int at, RandomGenerator random) {
    int start = at;
    while (start < text.length() && !Character.isDigit(text.charAt(start))) {
      start++;
    }
    int end = start;
    while (end < text.length() && Character.isDigit(text.charAt(end))) {
      end++;
    }
    text.replace(start, end, String.valueOf(random.nextBoolean() ? random.nextInt(40) : random.nextLong() >>> random.nextInt(64)));
  }

  /** Another value after the next colon. */
  private static void value(StringBuilder text, int at, RandomGenerator random) {
    int start = text.indexOf(":", at) + 1;
    int end = start;
    while (start > 0 && end < text.length() && ",}]".indexOf(text.charAt(end)) < 0) {
      end++;
    }
    text.replace(start, end, TOKENS.get(random.nextInt(TOKENS.size())));
  }

  /** One to four changes of bytes. */
  static byte[] of(byte[] bytes, RandomGenerator random) {
    byte[] changed = bytes.clone();
    for (int n = random.nextInt(1, 5); n > 0 && changed.length > 0; n--) {
      int at = random.nextInt(changed.length);
      switch (random.nextInt(4)) {
        case 0 -> changed = Arrays.copyOf(changed, at);
        case 1 -> changed = Arrays.copyOf(changed, changed.length + random.nextInt(1, 9));
        case 2 -> changed[at] ^= (byte) (1 << random.nextInt(8));
        default -> changed[at] = (byte) random.nextInt(256);
      }
    }
    return changed;
  }

  /** Damages a JSON document, now and then below the level of characters. */
  static byte[] ofJson(byte[] json, RandomGenerator random) {
    return random.nextInt(8) == 0 ? of(json, random)
        : of(new String(json, StandardCharsets.UTF_8), random).getBytes(StandardCharsets.UTF_8);
  }
}
