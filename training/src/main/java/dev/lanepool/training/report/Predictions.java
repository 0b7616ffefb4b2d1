package dev.lanepool.training.report;

import java.util.List;

/** What one head, or one pooling's heads of all folds together, said of the rows that were tested on. */
public sealed interface Predictions {
  /**
   * Classification: how many rows of each class were given each label.
   *
   * @param labels the classes
   * @param counts (labels, labels): {@code counts.get(truth).get(prediction)}
   */
  record Confusion(List<String> labels, List<List<Integer>> counts) implements Predictions {
    /** @throws IllegalArgumentException where {@code counts} is not square with a row for each label, or a count is negative */
    public Confusion {
      labels = List.copyOf(labels);
      counts = counts.stream().map(List::copyOf).toList();
      int size = labels.size();
      if (counts.size() != size || counts.stream().anyMatch(row -> row.size() != size)) {
        throw new IllegalArgumentException("counts: expected " + size + " rows and columns, as many as labels");
      }
      if (counts.stream().anyMatch(row -> row.stream().anyMatch(count -> count < 0))) {
        throw new IllegalArgumentException("counts: found a negative count");
      }
    }
  }

  /**
   * Regression: every row's label and prediction.
   *
   * @param truth the labels
   * @param predicted the predictions, in the same order
   */
  record Scores(List<Double> truth, List<Double> predicted) implements Predictions {
    /** @throws IllegalArgumentException where the two differ in number */
    public Scores {
      truth = List.copyOf(truth);
      predicted = List.copyOf(predicted);
      if (truth.size() != predicted.size()) {
        throw new IllegalArgumentException("predicted: found " + predicted.size() + ", expected " + truth.size() + " as in truth");
      }
    }
  }
}
