package dev.lanepool.training;

import dev.lanepool.kernels.TrainingKernels;

/**
 * How the inputs of a linear map are seen in a fit: x' = (x - m) / s, with the mean m of every column and its deviation s. Hidden states
 * need it: token 0 of a layer lies within a twentieth of its length around a mean, and what texts differ in is in a few columns' noise.
 * Where one map reads several steps, as an LSTM does, m is the mean of all, and s the deviation from each step's own mean: what differs
 * between the steps whatever the text is a large input then, by which gates tell the steps apart.
 *
 * <p>Nothing of it is left in a head: W' x' + b' = W x + b with W = W' / s and b = b' - W m. So a fit may go by W' and b', whose gradients
 * are dW' = (dW - db mᵀ) / s and db' = db, while the head computes with W and b.
 */
final class InputMap {
  private final float[] mean; // m, (K)
  private final float[] inverse; // 1 / s, (K)

  private InputMap(float[] mean, float[] inverse) {
    this.mean = mean;
    this.inverse = inverse;
  }

  /** Sums over the rows of each step, in the order in which they are added. */
  static final class Sums {
    private final int columns;
    private final long[] counts; // by step
    private final double[][] first; // by step, (K): subtracted from all, so that squares do not cancel
    private final double[][] sums; // by step, (K)
    private final double[][] squares; // by step, (K)

    Sums(int steps, int columns) {
      this.columns = columns;
      counts = new long[steps];
      first = new double[steps][columns];
      sums = new double[steps][columns];
      squares = new double[steps][columns];
    }

    void add(int step, float[] row, int offset) {
      double[] origin = first[step];
      if (counts[step]++ == 0) {
        for (int i = 0; i < columns; i++) {
          origin[i] = row[offset + i];
        }
      }
      add(row, offset, origin, sums[step], squares[step]);
    }

    private static void add(float[] row, int offset, double[] origin, double[] sum, double[] square) {
      for (int i = 0; i < sum.length; i++) {
        double d = row[offset + i] - origin[i];
        sum[i] += d;
        square[i] += d * d;
      }
    }

    /** Of the rows added, as many for each step and at least one. A column that never changes keeps its scale. */
    InputMap map() {
      int steps = counts.length;
      float[] mean = new float[columns];
      float[] inverse = new float[columns];
      for (int i = 0; i < columns; i++) {
        double variance = 0;
        double all = 0;
        for (int step = 0; step < steps; step++) {
          double shift = sums[step][i] / counts[step];
          variance += (squares[step][i] / counts[step] - shift * shift) / steps;
          all += (first[step][i] + shift) / steps;
        }
        mean[i] = (float) all;
        inverse[i] = variance > 0 ? (float) (1 / Math.sqrt(variance)) : 1;
      }
      return new InputMap(mean, inverse);
    }
  }

  /**
   * W = W' / s and b = b' - W m.
   *
   * @param seenWeight (N, K)
   * @param seenBias (N)
   * @param weight (N, K), overwritten
   * @param bias (N), overwritten
   */
  void toHead(float[] seenWeight, float[] seenBias, float[] weight, float[] bias) {
    int k = mean.length;
    System.arraycopy(seenWeight, 0, weight, 0, weight.length);
    for (int row = 0; row < bias.length; row++) {
      scale(weight, row * k, inverse);
      bias[row] = seenBias[row] - TrainingKernels.active().dot(weight, row * k, mean, 0, k);
    }
  }

  /**
   * dW' = (dW - db mᵀ) / s and db' = db.
   *
   * @param dWeight (N, K)
   * @param dBias (N)
   * @param dSeenWeight (N, K), overwritten
   * @param dSeenBias (N), overwritten
   */
  void gradients(float[] dWeight, float[] dBias, float[] dSeenWeight, float[] dSeenBias) {
    int k = mean.length;
    System.arraycopy(dWeight, 0, dSeenWeight, 0, dWeight.length);
    System.arraycopy(dBias, 0, dSeenBias, 0, dBias.length);
    for (int row = 0; row < dBias.length; row++) {
      TrainingKernels.active().axpyAcc(-dBias[row], mean, 0, dSeenWeight, row * k, k);
      scale(dSeenWeight, row * k, inverse);
    }
  }

  private static void scale(float[] x, int offset, float[] by) {
    for (int i = 0; i < by.length; i++) {
      x[offset + i] *= by[i];
    }
  }
}
