package dev.lanepool.training.stats;

import java.util.Arrays;

/** What one predicts who has seen the labels and not the texts. A head that is no better has learnt nothing. */
public final class Baseline {
  private Baseline() {}

  /**
   * The class that is most frequent, the lowest index of several.
   *
   * @param classes how many there are
   * @param truth class indices of the rows trained on, at least one
   */
  public static int majority(int classes, int[] truth) {
    int[] counts = new int[classes];
    int best = truth[0];
    for (int c : truth) {
      counts[c]++;
    }
    for (int c = 0; c < classes; c++) {
      if (counts[c] > counts[best] || counts[c] == counts[best] && c < best) {
        best = c;
      }
    }
    return best;
  }

  /** The scores on test rows of the class that is most frequent among the training rows. */
  public static ConfusionMatrix majority(int classes, int[] train, int[] test) {
    int[] predicted = new int[test.length];
    Arrays.fill(predicted, majority(classes, train));
    return ConfusionMatrix.of(classes, test, predicted);
  }

  /** The scores on test rows of the training rows' mean. Its correlations are not defined, NaN. */
  public static RegressionScores mean(double[] train, double[] test) {
    double[] predicted = new double[test.length];
    Arrays.fill(predicted, RegressionScores.mean(train));
    return RegressionScores.of(test, predicted);
  }
}
