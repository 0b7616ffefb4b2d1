package dev.lanepool.kernels;

/**
 * What training needs beside {@link Kernels}: backward passes, the LSTM cell, sums. Two twins under the same rules, with the same bits.
 *
 * <p>Names are a grammar: {@code ...Acc} adds to its output, {@code ...Backward} takes the gradient of the output and gives that of the
 * input. Outputs must not overlap inputs unless it says so. Arguments are checked by assertions only; nothing is allocated.
 */
public interface TrainingKernels {

  /** The twin that goes with {@link Kernels#active}. */
  static TrainingKernels active() {
    return KernelChoice.TRAINING;
  }

  /** y[n] += alpha · x, by fused multiply-add. */
  void axpyAcc(float alpha, float[] x, int xOffset, float[] y, int yOffset, int n);

  /** The sum of x[n] · y[n], in 16 lanes by fused multiply-add, folded by halves. */
  float dot(float[] x, int xOffset, float[] y, int yOffset, int n);

  /** y[n] += the sum over rows of x[rows, n], rows ascending, added one by one. */
  void sumRowsAcc(float[] x, int xOffset, int ldx, int rows, float[] y, int yOffset, int n);

  /** y[n] = the maximum over rows of x[rows, n], argmax[n] = the first row that has it; NaN where a row holds NaN. {@code rows >= 1}. */
  void maxRowsArg(float[] x, int xOffset, int ldx, int rows, float[] y, int yOffset, int[] argmax, int argmaxOffset, int n);

  /** y[columns, rows] = x[rows, columns]ᵀ; rows of y {@code ldy} apart. */
  void transpose(float[] x, int xOffset, int ldx, int rows, int columns, float[] y, int yOffset, int ldy);

  /** y[n] = (x - mean) / scale. {@code y} may be {@code x}. */
  void standardizeRow(float[] x, int xOffset, float[] mean, float[] scale, float[] y, int yOffset, int n);

  /** dx[n] = dy · (1 - y²), y = tanh(x). {@code dx} may be {@code dy}. */
  void tanhBackward(float[] dy, int dyOffset, float[] y, int yOffset, float[] dx, int dxOffset, int n);

  /** dx[n] = dy · (Φ(x) + x φ(x)), y = geluErf(x) = x Φ(x). {@code dx} may be {@code dy}. */
  void geluErfBackward(float[] dy, int dyOffset, float[] x, int xOffset, float[] dx, int dxOffset, int n);

  /** dx[n] = y · (dy - sum(dy · y)), y = softmax(x). {@code dx} may be {@code dy}. */
  void softmaxRowBackward(float[] dy, int dyOffset, float[] y, int yOffset, float[] dx, int dxOffset, int n);

  /**
   * With z = (x - mean) / sqrt(variance + eps), g = dy · gamma: dx[n] = (g - mean(g) - z · mean(g · z)) / sqrt(variance + eps), and
   * dGamma[n] += dy · z, dBeta[n] += dy. Mean and variance are computed again. {@code dx} may be {@code dy}.
   */
  void layerNormRowBackward(float[] dy, int dyOffset, float[] x, int xOffset, float[] gamma, float eps,
      float[] dx, int dxOffset, float[] dGamma, float[] dBeta, int n);

  /**
   * One text's LSTM step: gates[4n] holds the sums for i, f, g, o and receives i = sigmoid, f = sigmoid, g = tanh, o = sigmoid of them;
   * c[n] = f · cPrevious + i · g; h[n] = o · tanh(c). {@code c} may be {@code cPrevious}.
   */
  void lstmCell(float[] gates, int gatesOffset, float[] cPrevious, int cPreviousOffset, float[] c, int cOffset,
      float[] h, int hOffset, int n);

  /**
   * Back through {@link #lstmCell}: from dh[n] and dc[n], the gradients with respect to h and, by the step after, to c, to those with
   * respect to the gates' sums, dGates[4n], and to cPrevious, which dc receives.
   *
   * @param gates as {@link #lstmCell} left them
   */
  void lstmCellBackward(float[] dh, int dhOffset, float[] gates, int gatesOffset, float[] cPrevious, int cPreviousOffset,
      float[] c, int cOffset, float[] dc, int dcOffset, float[] dGates, int dGatesOffset, int n);
}
