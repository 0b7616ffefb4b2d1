package dev.lanepool.training.stats;

/**
 * How often each class was taken for each, and the scores that follow from it. What divides by zero (the precision of a class that was
 * never predicted, the recall of one that never occurs) is 0, as in scikit-learn.
 */
public final class ConfusionMatrix {
  private final int[][] counts; // (truth, prediction)
  private final int rows;

  private ConfusionMatrix(int[][] counts, int rows) {
    this.counts = counts;
    this.rows = rows;
  }

  /**
   * Counts the pairs.
   *
   * @param classes how many there are
   * @param truth class indices, one a row
   * @param predicted class indices, one a row
   * @throws IllegalArgumentException where there are no rows, not as many of both, or an index is no class
   */
  public static ConfusionMatrix of(int classes, int[] truth, int[] predicted) {
    if (truth.length == 0 || truth.length != predicted.length) {
      throw new IllegalArgumentException(
          "found " + truth.length + " rows and " + predicted.length + " predictions, expected as many of both, and at least one");
    }
    int[][] counts = new int[classes][classes];
    for (int i = 0; i < truth.length; i++) {
      counts[index(truth, i, classes)][index(predicted, i, classes)]++;
    }
    return new ConfusionMatrix(counts, truth.length);
  }

  private static int index(int[] indices, int row, int classes) {
    if (indices[row] < 0 || indices[row] >= classes) {
      throw new IllegalArgumentException("row " + row + ": found class " + indices[row] + ", expected 0 to " + (classes - 1));
    }
    return indices[row];
  }

  /** How many rows of class {@code truth} were predicted to be of class {@code predicted}. */
  public int count(int truth, int predicted) {
    return counts[truth][predicted];
  }

  /** The number of classes. */
  public int classes() {
    return counts.length;
  }

  /** The share of rows predicted rightly. */
  public double accuracy() {
    int right = 0;
    for (int c = 0; c < counts.length; c++) {
      right += counts[c][c];
    }
    return (double) right / rows;
  }

  /** How many rows are of the class. */
  public int support(int c) {
    int sum = 0;
    for (int count : counts[c]) {
      sum += count;
    }
    return sum;
  }

  /** How many rows were predicted to be of the class. */
  public int predicted(int c) {
    int sum = 0;
    for (int[] row : counts) {
      sum += row[c];
    }
    return sum;
  }

  /** The share of rightly predicted rows among those predicted to be of the class. */
  public double precision(int c) {
    return (double) counts[c][c] / Math.max(1, predicted(c));
  }

  /** The share of rightly predicted rows among those of the class. */
  public double recall(int c) {
    return (double) counts[c][c] / Math.max(1, support(c));
  }

  /** The harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN). */
  public double f1(int c) {
    return 2.0 * counts[c][c] / Math.max(1, support(c) + predicted(c));
  }

  /** The mean of F1 over the classes that occur or were predicted, as scikit-learn's {@code f1_score(average="macro")}. */
  public double macroF1() {
    double sum = 0;
    int present = 0;
    for (int c = 0; c < counts.length; c++) {
      if (support(c) + predicted(c) > 0) {
        sum += f1(c);
        present++;
      }
    }
    return sum / present;
  }
}
