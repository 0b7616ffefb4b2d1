package dev.lanepool.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import dev.lanepool.weights.ModelSource;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Time grows with the text, not with its square. The limits are far above what is needed, and far below what a square would take. */
class LongTextTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final Tokenizer tokenizer = Tokenizer.load(ModelSource.folder(Shared.mini()));

  @Test
  void aWordOfAMillionRandomLetters() {
    Random random = new Random(20261122);
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < 1_000_000; i++) {
      word.append((char) ('a' + random.nextInt(26)));
    }
    assertRoundTrip(word.toString());
  }

  @Test
  void aWordOfAMillionTimesTheSameLetter() {
    assertRoundTrip("a".repeat(1_000_000));
  }

  @Test
  void aMillionOtherThings() {
    assertRoundTrip(" ".repeat(1_000_000));
    assertRoundTrip("'".repeat(1_000_000));
    assertRoundTrip("\u6771".repeat(300_000));
    assertRoundTrip("\ud83d\ude00".repeat(300_000));
    assertRoundTrip("<".repeat(1_000_000));
    assertRoundTrip("<mask".repeat(200_000));
    assertRoundTrip("</s>".repeat(250_000));
  }

  @Test
  void whiteSpaceBeforeManyMasksIsReadOnce() {
    String text = " ".repeat(1_000_000) + "<mask> ".repeat(100_000);
    Encoding encoding = assertTimeout(LIMIT, () -> tokenizer.encode(text));
    assertEquals(100_000 + 1 + 2, encoding.length());
  }

  @Test
  void aTextOfTenMegabytes() {
    assertRoundTrip("The harbour master's log, kept since 1871, doesn't mention fog. ".repeat(10_000_000 / 64));
  }

  private void assertRoundTrip(String text) {
    EncodeOptions options = EncodeOptions.DEFAULT.withAddSpecialTokens(false);
    String decoded = assertTimeout(LIMIT, () -> tokenizer.decode(tokenizer.encode(text, options).ids(), false));
    assertEquals(text.length(), decoded.length());
    assertEquals(text, decoded);
  }
}
