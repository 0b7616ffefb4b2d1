package dev.lanepool.tests.examples;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.Head;
import dev.lanepool.Prediction;
import dev.lanepool.training.FitSettings;
import dev.lanepool.training.HeadTrainer;
import dev.lanepool.training.data.Dataset;
import java.util.ArrayList;
import java.util.List;

/** A head trained on labelled texts. */
public final class TrainHead {
  private TrainHead() {}

  public static void main(String[] args) {
    List<String> texts = new ArrayList<>();
    List<String> labels = new ArrayList<>();
    for (int i = 1; i <= 20; i++) {
      texts.add("the brakes squeak for the " + i + "th time");
      labels.add("complaint");
      texts.add("many thanks, bicycle " + i + " rides like new");
      labels.add("praise");
    }
    try (EmbeddingModel model = EmbeddingModel.builtIn()) {
      Head head = HeadTrainer.on(model)
          .pooling("cls+mean")
          .classification(Dataset.of(texts, labels))                 // or Dataset.csv(path, "text", "label")
          .settings(FitSettings.defaults().withSeed(7))
          .fit();
      Prediction p = head.predict("thank you, it rides well");       // head.save(folder), Head.load(folder, model)
      System.out.println(p.label() + " " + p.score("praise") + " " + head.metrics());
    }
  }
}
