package dev.lanepool.tests.examples;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.EncodedTexts;
import dev.lanepool.Layers;
import dev.lanepool.encoder.Rows;
import java.util.List;

/** Texts to the hidden states of chosen layers. */
public final class ReadHiddenStates {
  private ReadHiddenStates() {}

  public static void main(String[] args) {
    try (EmbeddingModel model = EmbeddingModel.builtIn();
        EncodedTexts encoded = model.encode(List.of("this is a string", "another"), Layers.of(2, -1))) {
      Rows rows = encoded.layer(-1).text(0);                       // a view, (T, C); only layers 2 and 6 are kept
      int start = encoded.tokens(0).start(1);                      // where token 1 begins in the text, in UTF-16 units
      System.out.println(rows.count() + " x " + rows.width() + ", token 1 from " + start + ": " + rows.get(1, 0));
    }
  }
}
