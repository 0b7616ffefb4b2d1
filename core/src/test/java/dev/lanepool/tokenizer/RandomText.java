package dev.lanepool.tokenizer;

import java.util.List;
import java.util.Random;

/** Strings from many alphabets, mixed: what people write, what programs write, and what neither does. */
final class RandomText {
  private static final int[][] RANGES = {{'a', 'z'}, {'a', 'z'}, {' ', '~'}, {0, 0xFF}, {0x300, 0x36F}, {0x370, 0x52F}, {0x590, 0x6FF},
      {0x900, 0xD7F}, {0xE00, 0xE7F}, {0x2000, 0x206F}, {0x2100, 0x218F}, {0x3000, 0x30FF}, {0x4E00, 0x9FFF}, {0xAC00, 0xD7A3},
      {0x1F300, 0x1FAFF}, {0x20000, 0x2A6DF}, {0xE000, 0xFFFF}, {0x10000, 0x10FFFF}};
  private static final List<String> PIECES = List.of(
      " ", " ", "  ", " the", " and", "'s", "'re", "'", "\n", "\r\n", "\u00a0", "\u2003", "\u3000", "\u0085", "<s>", "</s>", "<mask>",
      " <mask>", "<pad>", "<mask", "1871", "\ud83d\ude00\u200d\ud83d\ude00", "e\u0301", "http://a.b/c?d=e");

  private final Random random;

  RandomText(long seed) {
    random = new Random(seed);
  }

  /** Well-formed: no unpaired surrogates. */
  String next() {
    StringBuilder text = new StringBuilder();
    for (int pieces = random.nextInt(10); pieces > 0; pieces--) {
      if (random.nextBoolean()) {
        text.append(PIECES.get(random.nextInt(PIECES.size())));
      } else {
        int[] range = RANGES[random.nextInt(RANGES.length)];
        for (int count = random.nextInt(1, 12); count > 0; count--) {
          int codePoint = random.nextInt(range[0], range[1] + 1);
          text.appendCodePoint(Character.getType(codePoint) == Character.SURROGATE ? '?' : codePoint);
        }
      }
    }
    return text.toString();
  }

  /** Any UTF-16 units, most of them surrogates. */
  String malformed() {
    StringBuilder text = new StringBuilder(next());
    for (int count = random.nextInt(1, 8); count > 0; count--) {
      text.insert(random.nextInt(text.length() + 1), (char) random.nextInt(0xD800, 0xE000));
    }
    return text.toString();
  }
}
