package dev.lanepool.tests.examples;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.pooling.Pooling;
import dev.lanepool.training.Comparison;
import dev.lanepool.training.LabelledTask;
import dev.lanepool.training.data.Dataset;
import dev.lanepool.training.report.ComparisonResult;
import dev.lanepool.training.report.TableReport;
import java.util.List;
import java.util.stream.IntStream;

/** Poolings compared on labelled texts. */
public final class ComparePoolings {
  private ComparePoolings() {}

  public static void main(String[] args) {
    List<String> texts = IntStream.range(0, 60).mapToObj(i -> (i % 2 == 0 ? "the brakes squeak, " : "a fine ride, ") + i).toList();
    List<String> labels = IntStream.range(0, 60).mapToObj(i -> i % 2 == 0 ? "complaint" : "praise").toList();
    Dataset data = Dataset.of(texts, labels);                        // or Dataset.csv(path, "text", "label")
    List<Pooling> poolings = List.of(Pooling.parse("mean"), Pooling.parse("cls+max@3"));   // or Comparison.usual(model)
    try (EmbeddingModel model = EmbeddingModel.builtIn()) {
      ComparisonResult result = Comparison.on(model).crossValidate("bicycles", data, LabelledTask.classification(data), poolings, 5);
      System.out.println(TableReport.text(result));                  // HtmlReport and JsonReport have every number
    }
  }
}
