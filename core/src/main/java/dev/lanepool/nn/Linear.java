package dev.lanepool.nn;

import dev.lanepool.kernels.Epilogue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** y[R, N] = x[R, K] · W[N, K]ᵀ + b[N]. Parameters {@code weight} and {@code bias}, as PyTorch's {@code nn.Linear}. */
public final class Linear implements Layer<Linear.Cache> {
  private final Param weight; // (N, K)
  private final Param bias; // (N)

  /**
   * With weights of zeros; see {@link Init#linear}.
   *
   * @param name goes before the parameters' names, with a dot between
   * @throws IllegalArgumentException where a size is negative
   * @throws ArithmeticException where an array cannot hold the weights
   */
  public Linear(String name, int inputs, int outputs) {
    weight = Param.matrix(name + ".weight", outputs, inputs);
    bias = Param.vector(name + ".bias", outputs);
  }

  /** Remembers x by reference, and keeps the weights in the orders that products read: N·K floats, 2·N·K once dx was asked for. */
  public static final class Cache {
    private final Compute compute;
    private final int most;
    private final PackedWeights weights;
    private final RowSums rowSums;
    private @Nullable Mat x;

    private Cache(Compute compute, int most, PackedWeights weights) {
      this.compute = compute;
      this.most = most;
      this.weights = weights;
      rowSums = new RowSums(compute);
    }
  }

  /** (N, K). */
  public Param weight() {
    return weight;
  }

  /** (N). */
  public Param bias() {
    return bias;
  }

  @Override
  public Shape outputShape(Shape x) {
    checkInputs(x.columns());
    return new Shape(x.rows(), weight.rows());
  }

  private void checkInputs(int columns) {
    if (columns != weight.columns()) {
      throw new IllegalArgumentException(weight + ": an input of " + columns + " columns, expected " + weight.columns());
    }
  }

  @Override
  public Cache newCache(Compute compute, Shape most) {
    checkInputs(most.columns());
    return new Cache(compute, most.rows(), new PackedWeights(compute, weight, bias));
  }

  @Override
  public void forward(Mat x, Mat y, Cache cache) {
    checkInputs(x.columns());
    Sizes.check(x.rows(), weight.rows(), y, cache.most);
    cache.compute.gemm().nt(x.data(), x.rows(), cache.weights.forward(), y.data(), Epilogue.BIAS, null);
    cache.x = x;
  }

  @Override
  public void backward(Mat dy, Cache cache, @Nullable Mat dx, Grads grads) {
    Mat x = Sizes.remembered(cache.x);
    Sizes.same("dy", dy, x.rows(), weight.rows());
    // db = the sum of dy's rows
    cache.rowSums.acc(dy.data(), dy.rows(), dy.columns(), grads.of(bias));
    // dW = dyᵀ·x
    cache.compute.gemm().tnAcc(dy.data(), dy.rows(), dy.columns(), x.data(), x.columns(), grads.of(weight));
    if (dx != null) {
      // dx = dy·W
      Sizes.check(x.rows(), x.columns(), dx, cache.most);
      cache.compute.gemm().nt(dy.data(), dy.rows(), cache.weights.backward(), dx.data(), Epilogue.BIAS, null);
    }
  }

  @Override
  public List<Param> params() {
    return List.of(weight, bias);
  }
}
