package dev.lanepool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class EmbeddingTest {
  private static Embedding embedding(float last) {
    return new Embedding(7, "a text", 4, true, new float[] {0.5f, last});
  }

  @Test
  void embeddingsAreEqualWhereAllOfThemIs() {
    Embedding embedding = embedding(-1);
    assertEquals(embedding, embedding(-1));
    assertEquals(embedding.hashCode(), embedding(-1).hashCode());
    float[] vector = embedding.vector();
    for (Object other : List.of(embedding(1), new Embedding(8, "a text", 4, true, vector), new Embedding(7, "text", 4, true, vector),
        new Embedding(7, "a text", 5, true, vector), new Embedding(7, "a text", 4, false, vector), "a text")) {
      assertNotEquals(embedding, other);
    }
    assertEquals("Embedding[index=7, text=a text, tokens=4, truncated=true, vector=[0.5, -1.0]]", embedding.toString());
  }
}
