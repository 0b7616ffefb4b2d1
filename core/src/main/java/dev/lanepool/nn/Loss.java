package dev.lanepool.nn;

import org.jspecify.annotations.Nullable;

/**
 * How far a batch's outputs lie from their targets: the mean over the batch, and its gradient in the same call. Summed in double;
 * nothing is allocated. The formulas and means are those of PyTorch's losses of the same names.
 */
public sealed interface Loss permits BinaryCrossEntropy, CrossEntropy, MeanSquaredError, SmoothL1 {

  /**
   * The mean loss. Outputs that are NaN or infinite give a loss that is NaN or infinite, but for a {@link CrossEntropy} without smoothing,
   * where minus infinity is a probability of 0 for a class that is not the row's own; bad targets are refused.
   *
   * @param outputs (B, N), 1 row or more
   * @param targets (B, N), or (B, 1) class indices for {@link CrossEntropy}
   * @param gradient receives the gradient with respect to the outputs, (B, N), resized and overwritten; may be {@code outputs}; null where
   *     nobody asks for it
   * @throws IllegalArgumentException where sizes do not fit or there are no rows, or a target is none, whose row it names
   */
  double of(Mat outputs, Mat targets, @Nullable Mat gradient);
}
