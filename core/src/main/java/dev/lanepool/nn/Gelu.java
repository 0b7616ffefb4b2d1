package dev.lanepool.nn;

import dev.lanepool.kernels.Kernels;
import dev.lanepool.kernels.TrainingKernels;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * y = x Φ(x), element by element, with the normal distribution's function Φ(x) = (1 + erf(x / sqrt 2)) / 2: the exact form, PyTorch's
 * default. dx may be dy. No parameters.
 */
public final class Gelu implements Layer<Gelu.Cache> {
  /** Remembers x by reference. */
  public static final class Cache {
    private final float[] zeros = new float[Elementwise.PIECE]; // the bias that the kernel would add
    private final int most;
    private final Elementwise forward;
    private final Elementwise backward;
    private @Nullable Mat x;

    private Cache(Compute compute, int most) {
      this.most = most;
      forward = new Elementwise(compute, this::forwardPiece);
      backward = new Elementwise(compute, Gelu::backwardPiece);
    }

    private void forwardPiece(float[] x, float[] unused, float[] y, int at, int n) {
      Kernels.active().addGeluErf(x, at, zeros, 0, y, at, n);
    }
  }

  /** Of any width. */
  public Gelu() {}

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
    cache.x = x;
  }

  @Override
  public void backward(Mat dy, Cache cache, @Nullable Mat dx, Grads grads) {
    Mat x = Sizes.remembered(cache.x);
    Sizes.same("dy", dy, x.rows(), x.columns());
    if (dx != null) {
      // dx = dy (Φ(x) + x φ(x))
      Sizes.check(x.rows(), x.columns(), dx, cache.most);
      cache.backward.apply(dy.data(), x.data(), dx.data(), x.rows() * x.columns());
    }
  }

  private static void backwardPiece(float[] dy, float[] x, float[] dx, int at, int n) {
    TrainingKernels.active().geluErfBackward(dy, at, x, at, dx, at, n);
  }

  @Override
  public List<Param> params() {
    return List.of();
  }
}
