package dev.lanepool.nn;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * In training, sets each element to 0 with probability p and scales the others by 1 / (1 - p); else passes everything. y may be x, and dx
 * may be dy. No parameters.
 *
 * <p>Which elements are dropped depends on the seed, on {@link Compute#step} and on the element's index in the matrix, and on nothing
 * else: not on threads, nor on what was drawn before. So a training that resumes at a step draws what it would have drawn. Layers of one
 * network need different seeds, and batches different steps. Two rounds of the 32-bit finalizer of MurmurHash3 do the drawing, their keys
 * from {@link SplitMix#mix}; an element is dropped where the upper 24 bits lie below p · 2^24.
 */
public final class Dropout implements Layer<Dropout.Cache> {
  private final double p;
  private final long seed;

  /**
   * A layer of any width.
   *
   * @param p the probability of dropping, at least 0 and less than 1
   * @throws IllegalArgumentException where it is not
   */
  public Dropout(double p, long seed) {
    if (!(p >= 0 && p < 1)) {
      throw new IllegalArgumentException("dropout: found p = " + p + ", expected at least 0 and less than 1");
    }
    this.p = p;
    this.seed = seed;
  }

  /** Remembers the step of the last forward, by which backward draws the same again. */
  public static final class Cache {
    private final Compute compute;
    private final int most;
    private final int threshold;
    private final float scale;
    private final Elementwise drop;
    private int key;
    private int secondKey;
    private int rows = -1;
    private int columns;

    private Cache(Compute compute, int most, double p) {
      this.compute = compute;
      this.most = most;
      threshold = (int) Math.round(p * (1 << 24));
      scale = (float) (1 / (1 - p));
      drop = new Elementwise(compute, this::dropPiece);
    }

    private void dropPiece(float[] x, float[] unused, float[] y, int at, int n) {
      int a = key;
      int b = secondKey;
      int limit = threshold;
      float factor = scale;
      for (int i = at; i < at + n; i++) {
        y[i] = mix(mix(i + a) ^ b) >>> 8 < limit ? 0f : x[i] * factor;
      }
    }
  }

  private static int mix(int x) {
    int h = (x ^ x >>> 16) * 0x85ebca6b;
    h = (h ^ h >>> 13) * 0xc2b2ae35;
    return h ^ h >>> 16;
  }

  @Override
  public Shape outputShape(Shape x) {
    return x;
  }

  @Override
  public Cache newCache(Compute compute, Shape most) {
    return new Cache(compute, most.rows(), p);
  }

  /** y = x. */
  @Override
  public void infer(Mat x, Mat y, Cache cache) {
    Sizes.check(x.rows(), x.columns(), y, cache.most);
    pass(x, y);
    cache.rows = -1;
  }

  @Override
  public void forward(Mat x, Mat y, Cache cache) {
    Sizes.check(x.rows(), x.columns(), y, cache.most);
    long keys = SplitMix.mix(SplitMix.mix(seed) + cache.compute.step() * SplitMix.GAMMA);
    cache.key = (int) keys;
    cache.secondKey = (int) (keys >>> 32);
    cache.rows = x.rows();
    cache.columns = x.columns();
    apply(x, y, cache);
  }

  @Override
  public void backward(Mat dy, Cache cache, @Nullable Mat dx, Grads grads) {
    if (cache.rows < 0) {
      throw new IllegalStateException("backward before forward");
    }
    Sizes.same("dy", dy, cache.rows, cache.columns);
    if (dx != null) {
      // dx = dy / (1 - p) where y was kept
      Sizes.check(cache.rows, cache.columns, dx, cache.most);
      apply(dy, dx, cache);
    }
  }

  private void apply(Mat x, Mat y, Cache cache) {
    if (p == 0) {
      pass(x, y);
    } else {
      cache.drop.apply(x.data(), x.data(), y.data(), x.rows() * x.columns());
    }
  }

  private static void pass(Mat x, Mat y) {
    if (x != y) {
      System.arraycopy(x.data(), 0, y.data(), 0, x.rows() * x.columns());
    }
  }

  @Override
  public List<Param> params() {
    return List.of();
  }
}
