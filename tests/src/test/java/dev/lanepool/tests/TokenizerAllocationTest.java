package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.tokenizer.Tokenizer;
import org.junit.jupiter.api.Test;

/** Once a tokenizer has met a text's words, encoding it allocates the result and nothing else, whatever the number of tokens. */
class TokenizerAllocationTest {
  /** An encoding's own fields, and the headers and padding of its three arrays: ids, starts and ends. */
  private static final long HEADER_BYTES = 40 + 3 * 24;

  private final Tokenizer tokenizer = Tokenizer.load(EmbeddingModel.builtInSource());

  @Test
  void isTheResultAlone() {
    check("this is a string");
    check("A quiet, moving film about the keeper's log; it doesn't mention fog, 1871 or http://a.b/c?d=e.");
    check("caf\u00e9 na\u00efve \u4f60\u597d \ud83d\ude00 <s> x <mask>");
    check("Hello world, ".repeat(400)); // 5,200 characters
    check("x".repeat(1000) + " " + "\u00e9".repeat(300)); // words too long to be kept
  }

  private void check(String text) {
    int length = tokenizer.encode(text).length();
    long allowed = 12L * length + HEADER_BYTES;
    long bytes = Allocation.fewest(() -> tokenizer.encode(text), allowed);
    assertTrue(bytes <= allowed, () -> bytes + " bytes for " + length + " tokens, allowed " + allowed + ": " + text);
  }
}
