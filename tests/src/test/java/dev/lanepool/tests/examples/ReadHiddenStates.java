package dev.lanepool.tests.examples;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.Layers;
import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.Rows;
import java.util.List;

/** Texts to the hidden states of chosen layers. */
public final class ReadHiddenStates {
  private ReadHiddenStates() {}

  public static void main(String[] args) {
    try (EmbeddingModel model = EmbeddingModel.builtIn();
        HiddenStates states = model.encode(List.of("this is a string", "another"), Layers.of(2, -1))) {
      Rows rows = states.layer(-1).text(0);                        // a view, (T, C); only layers 2 and 6 were computed and kept
      System.out.println(rows.count() + " tokens, " + rows.width() + " dimensions, first value " + rows.get(0, 0));
    }
  }
}
