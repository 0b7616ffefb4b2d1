package dev.lanepool.tests;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.tokenizer.EncodeOptions;
import dev.lanepool.tokenizer.Encoding;
import dev.lanepool.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** Random strings through the built-in model's tokenizer: always a result, and one that keeps its promises. */
final class FuzzStrings {
  private static final List<String> PIECES = List.of(" ", "  ", " the", "ing", "'s", "'LL", "\n", "\r\n", "\t", "\u00a0", "\u2003",
      "\u3000", "\u0085", "\u200b", "<s>", "</s>", "<pad>", "<mask>", "  <mask>", "<unk>", "<mas", "0", "1871", "caf\u00e9", "e\u0301",
      "\ud83d\ude00", "\ud83c\uddeb\ud83c\uddf7", "\u0000", "\ufeff", "\uffff", "http://a.b/c?d=e&f", "\"\\/{}[]",
      "a".repeat(120), " ".repeat(60));
  private static final int[][] RANGES = {{'a', 'z'}, {' ', '~'}, {0, 0x2FF}, {0x300, 0x36F}, {0x370, 0x6FF}, {0x900, 0xE7F},
      {0x2000, 0x206F}, {0x3000, 0x30FF}, {0x4E00, 0x9FFF}, {0xAC00, 0xD7A3}, {0xE000, 0xFFFF}, {0x1F000, 0x1FAFF}, {0x20000, 0x10FFFF}};

  private final Tokenizer tokenizer = Tokenizer.load(EmbeddingModel.builtInSource());

  String run(RandomGenerator random) {
    boolean surrogates = random.nextInt(4) == 0;
    String text = text(random, surrogates);
    Encoding encoding = tokenizer.encode(text);
    int last = encoding.length() - 1;
    check(encoding.id(0) == 0 && encoding.id(last) == 2 && encoding.length() >= 2, "<s> and </s>", text);
    int previous = 0;
    for (int i = 1; i < last; i++) {
      check(previous <= encoding.start(i) && encoding.start(i) <= encoding.end(i) && encoding.end(i) <= text.length(), "offsets", text);
      check(encoding.id(i) >= 0 && encoding.id(i) < tokenizer.vocabularySize(), "ids", text);
      previous = encoding.start(i);
    }
    EncodeOptions plain = EncodeOptions.DEFAULT.withPlainSpecials(true).withAddSpecialTokens(false);
    check(tokenizer.decode(tokenizer.encode(text, plain).ids(), false).equals(wellFormed(text)), "decoding undoes encoding", text);
    int room = random.nextInt(2, 2 + encoding.length());
    Encoding cut = tokenizer.encode(text, EncodeOptions.DEFAULT.withMaxLength(room));
    check(cut.length() == Math.min(room, encoding.length()) && cut.fullLength() == encoding.length()
        && Arrays.equals(cut.ids(), 0, cut.length() - 1, encoding.ids(), 0, cut.length() - 1), "truncation cuts the end", text);
    Encoding pair = tokenizer.encode(text, PIECES.get(random.nextInt(PIECES.size())), EncodeOptions.DEFAULT);
    check(Arrays.equals(pair.ids(), 0, last, encoding.ids(), 0, last), "a pair begins as its first text", text);
    return surrogates ? "unpaired surrogates" : "well-formed";
  }

  private static void check(boolean holds, String what, String text) {
    if (!holds) {
      throw new AssertionError(what + ": \"" + text + "\" " + text.chars().mapToObj(Integer::toHexString).toList());
    }
  }

  private static String wellFormed(String text) {
    StringBuilder replaced = new StringBuilder();
    text.codePoints().forEach(c -> replaced.appendCodePoint(c >= 0xD800 && c <= 0xDFFF ? 0xFFFD : c));
    return replaced.toString();
  }

  private static String text(RandomGenerator random, boolean surrogates) {
    StringBuilder text = new StringBuilder();
    for (int n = random.nextInt(9); n > 0; n--) {
      if (random.nextBoolean()) {
        text.append(PIECES.get(random.nextInt(PIECES.size())));
        continue;
      }
      int[] range = RANGES[random.nextInt(RANGES.length)];
      for (int count = random.nextInt(1, 12); count > 0; count--) {
        text.appendCodePoint(random.nextInt(range[0], range[1] + 1));
      }
    }
    for (int n = surrogates ? random.nextInt(1, 6) : 0; n > 0; n--) {
      text.insert(random.nextInt(text.length() + 1), (char) random.nextInt(0xD800, 0xE000));
    }
    return text.toString();
  }
}
