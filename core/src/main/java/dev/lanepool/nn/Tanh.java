package dev.lanepool.nn;

import dev.lanepool.kernels.Kernels;
import dev.lanepool.kernels.TrainingKernels;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** y = tanh(x), element by element. y may be x, and dx may be dy. No parameters. */
public final class Tanh implements Layer<Tanh.Cache> {
  /** Remembers y by reference. */
  public static final class Cache {
    private final int most;
    private final Elementwise forward;
    private final Elementwise backward;
    private @Nullable Mat y;

    private Cache(Compute compute, int most) {
      this.most = most;
      forward = new Elementwise(compute, Tanh::forwardPiece);
      backward = new Elementwise(compute, Tanh::backwardPiece);
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
  public void forward(Mat x, Mat y, Cache cache) {
    Sizes.check(x.rows(), x.columns(), y, cache.most);
    cache.forward.apply(x.data(), x.data(), y.data(), x.rows() * x.columns());
    cache.y = y;
  }

  private static void forwardPiece(float[] x, float[] unused, float[] y, int at, int n) {
    if (x != y) {
      System.arraycopy(x, at, y, at, n);
    }
    Kernels.active().tanhInPlace(y, at, n);
  }

  @Override
  public void backward(Mat dy, Cache cache, @Nullable Mat dx, Grads grads) {
    Mat y = Sizes.remembered(cache.y);
    Sizes.same("dy", dy, y.rows(), y.columns());
    if (dx != null) {
      // dx = dy (1 - y²)
      Sizes.check(y.rows(), y.columns(), dx, cache.most);
      cache.backward.apply(dy.data(), y.data(), dx.data(), y.rows() * y.columns());
    }
  }

  private static void backwardPiece(float[] dy, float[] y, float[] dx, int at, int n) {
    TrainingKernels.active().tanhBackward(dy, at, y, at, dx, at, n);
  }

  @Override
  public List<Param> params() {
    return List.of();
  }
}
