package dev.lanepool.nn;

import dev.lanepool.kernels.TrainingKernels;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * y = (x - mean) / scale, column by column, with the mean and the standard deviation of the features that it was fitted to. Some dimensions
 * of RoBERTa's hidden states are a hundred times the others; a head learns slowly from those. y may be x, and dx may be dy.
 *
 * <p>Nothing is learnt by gradient: {@link #params} is empty, and {@link #mean} and {@link #scale} are saved beside the parameters.
 */
public final class Standardize implements Layer<Standardize.Cache> {
  private static final TrainingKernels KERNELS = TrainingKernels.active();

  private final Param mean; // (D)
  private final Param scale; // (D)

  /**
   * Of mean 0 and scale 1: it passes everything until it is fitted.
   *
   * @param name goes before the tensors' names, with a dot between
   * @throws IllegalArgumentException where {@code columns} is negative
   */
  public Standardize(String name, int columns) {
    mean = Param.vector(name + ".mean", columns);
    scale = Param.vector(name + ".scale", columns);
    Arrays.fill(scale.values(), 1f);
  }

  /** Remembers the number of rows. */
  public static final class Cache {
    private final int most;
    private final float[] zeros;
    private int rows = -1;

    private Cache(int most, int columns) {
      this.most = most;
      zeros = new float[columns];
    }
  }

  /** (D). Not learnt. */
  public Param mean() {
    return mean;
  }

  /** (D), all above 0. Not learnt. */
  public Param scale() {
    return scale;
  }

  /**
   * Takes mean and standard deviation from features. A column whose values are all the same gets scale 1.
   *
   * @param x (rows, D)
   * @throws IllegalArgumentException where there are no rows, D differs, or a value is not finite, whose row and column it names
   */
  public void fit(Mat x) {
    checkInputs(x.columns());
    if (x.rows() == 0) {
      throw new IllegalArgumentException(mean + ": no rows to fit to");
    }
    int n = x.columns();
    double[] means = new double[n];
    for (int row = 0; row < x.rows(); row++) {
      for (int column = 0; column < n; column++) {
        float value = x.data()[row * n + column];
        if (!Float.isFinite(value)) {
          throw new IllegalArgumentException("row " + row + ", column " + column + ": found " + value + ", expected a finite number");
        }
        means[column] += value; // exact where all are the same: 53 bits hold 2^29 times a float
      }
    }
    double[] squares = new double[n];
    for (int column = 0; column < n; column++) {
      means[column] /= x.rows();
    }
    for (int row = 0; row < x.rows(); row++) {
      for (int column = 0; column < n; column++) {
        double d = x.data()[row * n + column] - means[column];
        squares[column] += d * d;
      }
    }
    for (int column = 0; column < n; column++) {
      float deviation = (float) Math.sqrt(squares[column] / x.rows());
      mean.values()[column] = (float) means[column];
      scale.values()[column] = deviation > 0 ? deviation : 1f;
    }
    mean.changed();
    scale.changed();
  }

  @Override
  public Shape outputShape(Shape x) {
    checkInputs(x.columns());
    return x;
  }

  private void checkInputs(int columns) {
    if (columns != mean.columns()) {
      throw new IllegalArgumentException(mean + ": an input of " + columns + " columns, expected " + mean.columns());
    }
  }

  @Override
  public Cache newCache(Compute compute, Shape most) {
    checkInputs(most.columns());
    return new Cache(most.rows(), most.columns());
  }

  @Override
  public void forward(Mat x, Mat y, Cache cache) {
    checkInputs(x.columns());
    Sizes.check(x.rows(), x.columns(), y, cache.most);
    for (int row = 0; row < x.rows(); row++) {
      int at = row * x.columns();
      KERNELS.standardizeRow(x.data(), at, mean.values(), scale.values(), y.data(), at, x.columns());
    }
    cache.rows = x.rows();
  }

  @Override
  public void backward(Mat dy, Cache cache, @Nullable Mat dx, Grads grads) {
    if (cache.rows < 0) {
      throw new IllegalStateException("backward before forward");
    }
    Sizes.same("dy", dy, cache.rows, mean.columns());
    if (dx != null) {
      // dx = dy / scale
      Sizes.check(dy.rows(), dy.columns(), dx, cache.most);
      for (int row = 0; row < dy.rows(); row++) {
        int at = row * dy.columns();
        KERNELS.standardizeRow(dy.data(), at, cache.zeros, scale.values(), dx.data(), at, dy.columns());
      }
    }
  }

  /** Empty. */
  @Override
  public List<Param> params() {
    return List.of();
  }
}
