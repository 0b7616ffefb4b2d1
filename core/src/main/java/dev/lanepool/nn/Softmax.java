package dev.lanepool.nn;

import dev.lanepool.kernels.Kernels;
import dev.lanepool.kernels.TrainingKernels;

/**
 * The softmax over each text's tokens of a packed batch: a column of scores, (R, 1), that offsets cut into texts. Padding cannot take part:
 * there is none. It has no parameters and remembers nothing; the caller keeps the weights for {@link #backward}.
 */
public final class Softmax {
  private Softmax() {}

  /**
   * weights = softmax(scores), text by text.
   *
   * @param scores (R, 1)
   * @param offsets the row where each text begins, and R after the last: B + 1 numbers that do not fall; a text may be empty
   * @param texts B
   * @param weights (R, 1), resized and overwritten; may be {@code scores}
   * @throws IllegalArgumentException where sizes do not fit
   */
  public static void forward(Mat scores, int[] offsets, int texts, Mat weights) {
    check(scores, offsets, texts);
    Sizes.check(scores.rows(), 1, weights, scores.rows());
    if (weights != scores) {
      System.arraycopy(scores.data(), 0, weights.data(), 0, scores.rows());
    }
    for (int text = 0; text < texts; text++) {
      int n = offsets[text + 1] - offsets[text];
      if (n > 0) {
        Kernels.active().softmaxRowInPlace(weights.data(), offsets[text], n, 1f);
      }
    }
  }

  /**
   * dScores = weights (dWeights - the sum of dWeights · weights over the text).
   *
   * @param dWeights (R, 1)
   * @param weights as {@link #forward} gave them
   * @param offsets as in {@link #forward}
   * @param dScores (R, 1), resized and overwritten; may be {@code dWeights}
   * @throws IllegalArgumentException where sizes do not fit
   */
  public static void backward(Mat dWeights, Mat weights, int[] offsets, int texts, Mat dScores) {
    check(weights, offsets, texts);
    Sizes.same("dWeights", dWeights, weights.rows(), 1);
    Sizes.check(weights.rows(), 1, dScores, weights.rows());
    for (int text = 0; text < texts; text++) {
      int at = offsets[text];
      int n = offsets[text + 1] - at;
      if (n > 0) {
        TrainingKernels.active().softmaxRowBackward(dWeights.data(), at, weights.data(), at, dScores.data(), at, n);
      }
    }
  }

  private static void check(Mat column, int[] offsets, int texts) {
    if (column.columns() != 1) {
      throw new IllegalArgumentException("scores of " + column.columns() + " columns, expected 1");
    }
    if (texts < 0 || offsets.length <= texts || offsets[0] != 0 || offsets[texts] != column.rows()) {
      throw new IllegalArgumentException("offsets of " + texts + " texts, expected from 0 to " + column.rows() + " rows");
    }
    for (int text = 0; text < texts; text++) {
      if (offsets[text] > offsets[text + 1]) {
        throw new IllegalArgumentException("text " + text + ": from row " + offsets[text] + " to " + offsets[text + 1]);
      }
    }
  }
}
