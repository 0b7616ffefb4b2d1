package dev.lanepool.tests.examples;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.Vectors;
import java.util.List;

/** Texts to vectors. */
public final class EmbedTexts {
  private EmbedTexts() {}

  public static void main(String[] args) {
    try (EmbeddingModel model = EmbeddingModel.builtIn()) {        // or EmbeddingModel.load(Path.of("roberta-base"))
      float[] vector = model.embed("this is a string");            // 256 floats, unit length
      List<float[]> vectors = model.embedAll(List.of("a cat", "a kitten", "tax law"));
      System.out.println(vector.length + " " + Vectors.cosine(vectors.get(0), vectors.get(1)));
    }
  }
}
