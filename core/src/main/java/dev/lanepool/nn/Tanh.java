package dev.lanepool.nn;

import dev.lanepool.kernels.Kernels;
import dev.lanepool.kernels.TrainingKernels;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** y = tanh(x), element by element. y may be x, and dx may be dy. No parameters. */
public final class Tanh implements Layer<Tanh.Cache> {
  /** Remembers y by reference. */
  public static final class Cache {
    private final Compute compute;
    private final int most;
    private @Nullable Mat y;

    private Cache(Compute compute, int most) {
      this.compute = compute;
      this.most = most;
    }
  }

  /** Of any width. */
  public Tanh() {}

  @Override
  public Shape outputShape(Shape x) {
    return x;
  }

  @Override
  public Cache newCache(Compute compute, Shape most) {
    return new Cache(compute, most.rows());
  }

  @Override
  public void infer(Mat x, Mat y, Cache cache) {
    forward(x, y, cache);
  }

  @Override
  public void forward(Mat x, Mat y, Cache cache) {
    Sizes.check(x.rows(), x.columns(), y, cache.most);
    int n = x.rows() * x.columns();
    if (x != y) {
      System.arraycopy(x.data(), 0, y.data(), 0, n);
    }
    Kernels.active().tanhInPlace(y.data(), 0, n);
    cache.y = y;
  }

  @Override
  public void backward(Mat dy, Cache cache, @Nullable Mat dx, Grads grads) {
    if (dx != null) {
      // dx = dy (1 - y²)
      Mat y = Sizes.remembered(cache.y);
      Sizes.check(y.rows(), y.columns(), dx, cache.most);
      TrainingKernels.active().tanhBackward(dy.data(), 0, y.data(), 0, dx.data(), 0, y.rows() * y.columns());
    }
  }

  @Override
  public List<Param> params() {
    return List.of();
  }
}
