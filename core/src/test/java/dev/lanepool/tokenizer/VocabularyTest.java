package dev.lanepool.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.weights.ModelFileException;
import org.junit.jupiter.api.Test;

class VocabularyTest {

  /** "Aa" and "BB" have the same hash, and so have all words of eleven of them: 2,048 tokens for one place in the table. */
  private static char[] colliding(int i) {
    StringBuilder token = new StringBuilder();
    for (int bit = 0; bit < 11; bit++) {
      token.append((i >> bit & 1) == 0 ? "Aa" : "BB");
    }
    return token.toString().toCharArray();
  }

  @Test
  void tokensMadeToCollideAreFoundUpToABoundAndRefusedBeyond() {
    Vocabulary vocabulary = new Vocabulary("vocab.json");
    for (int i = 0; i <= 1024; i++) {
      vocabulary.add(colliding(i), 0, 22, i);
    }
    for (int i = 0; i <= 1024; i++) {
      assertEquals(i, vocabulary.id(colliding(i), 0, 22));
    }
    ModelFileException e = assertThrows(ModelFileException.class, () -> vocabulary.add(colliding(1025), 0, 22, 1025));
    assertTrue(e.getMessage().startsWith("vocab.json: the token \"BBAaAa"), e.getMessage());
  }
}
