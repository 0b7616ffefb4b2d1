package dev.lanepool.nn;

import dev.lanepool.kernels.Epilogue;
import dev.lanepool.kernels.PackedMatrix;
import dev.lanepool.kernels.TrainingKernels;
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
   */
  public Linear(String name, int inputs, int outputs) {
    weight = Param.matrix(name + ".weight", outputs, inputs);
    bias = Param.vector(name + ".bias", outputs);
  }

  /** Remembers x by reference, and keeps the weights in the order that products read: 2·N·K floats. */
  public static final class Cache {
    private final Compute compute;
    private final int most;
    private final PackedMatrix forward; // W, (N, K)
    private final PackedMatrix backward; // Wᵀ, (K, N)
    private long forwardVersion = -1;
    private long backwardVersion = -1;
    private @Nullable Mat x;

    private Cache(Compute compute, int most, int outputs, int inputs) {
      this.compute = compute;
      this.most = most;
      forward = new PackedMatrix(outputs, inputs);
      backward = new PackedMatrix(inputs, outputs);
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
    if (x.columns() != weight.columns()) {
      throw new IllegalArgumentException(weight + ": an input of " + x.columns() + " columns, expected " + weight.columns());
    }
    return new Shape(x.rows(), weight.rows());
  }

  @Override
  public Cache newCache(Compute compute, Shape most) {
    return new Cache(compute, most.rows(), outputShape(most).columns(), weight.columns());
  }

  @Override
  public void infer(Mat x, Mat y, Cache cache) {
    forward(x, y, cache);
  }

  @Override
  public void forward(Mat x, Mat y, Cache cache) {
    Sizes.check(outputShape(x.shape()), y, cache.most);
    long version = weight.version() + bias.version();
    if (cache.forwardVersion != version) {
      cache.forward.pack(0, weight.rows(), weight.values(), 0);
      cache.forward.packBias(0, bias.values());
      cache.forwardVersion = version;
    }
    cache.compute.gemm().nt(x.data(), x.rows(), cache.forward, y.data(), Epilogue.BIAS, null);
    cache.x = x;
  }

  @Override
  public void backward(Mat dy, Cache cache, @Nullable Mat dx, Grads grads) {
    Mat x = Sizes.remembered(cache.x);
    // db = the sum of dy's rows
    TrainingKernels.active().sumRowsAcc(dy.data(), 0, dy.columns(), dy.rows(), grads.of(bias), 0, dy.columns());
    // dW = dyᵀ·x
    cache.compute.gemm().tnAcc(dy.data(), dy.rows(), dy.columns(), x.data(), x.columns(), grads.of(weight));
    if (dx != null) {
      // dx = dy·W
      Sizes.check(x.shape(), dx, cache.most);
      if (cache.backwardVersion != weight.version()) {
        cache.backward.packTransposed(weight.values());
        cache.backwardVersion = weight.version();
      }
      cache.compute.gemm().nt(dy.data(), dy.rows(), cache.backward, dx.data(), Epilogue.BIAS, null);
    }
  }

  @Override
  public List<Param> params() {
    return List.of(weight, bias);
  }
}
