package dev.lanepool.nn;

import dev.lanepool.kernels.Kernels;
import dev.lanepool.kernels.ThreadTeam;
import dev.lanepool.kernels.TrainingKernels;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * y = (x - mean) / sqrt(variance + eps) · weight + bias, row by row, as PyTorch's {@code nn.LayerNorm}. Parameters {@code weight} (C),
 * which starts as ones, and {@code bias} (C), zeros. dx may be dy.
 */
public final class LayerNorm implements Layer<LayerNorm.Cache> {
  /**
   * Rows whose parameter gradients are summed by one piece, whoever does it. Part of the result's definition: the sums of these chunks are
   * added in order of rows.
   */
  private static final int CHUNK = 64;

  private final int columns;
  private final float eps;
  private final Param weight; // (C)
  private final Param bias; // (C)

  /**
   * Scales by 1, shifts by 0.
   *
   * @param name goes before the parameters' names, with a dot between
   * @param columns C
   * @param eps is added to the variance: 1e-5 is PyTorch's default
   * @throws IllegalArgumentException where there are no columns, or eps is as a 32-bit float not positive and finite
   */
  public LayerNorm(String name, int columns, double eps) {
    if (columns < 1 || !((float) eps > 0) || (float) eps == Float.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          name + ": a layer norm of " + columns + " columns with eps " + eps + ", expected both above 0, eps as a 32-bit float");
    }
    this.columns = columns;
    this.eps = (float) eps;
    weight = Param.vector(name + ".weight", columns);
    bias = Param.vector(name + ".bias", columns);
    Arrays.fill(weight.values(), 1f);
  }

  /** Remembers x by reference; mean and variance are computed again. Keeps 2·C floats for every 64 rows, and C for each thread. */
  public static final class Cache {
    private final Compute compute;
    private final int most;
    private final LayerNorm layer;
    private final float[][] dWeight; // a chunk each: (C)
    private final float[][] dBias; // a chunk each: (C)
    private final float[][] unwanted; // a worker each: (C), dx where nobody asks for it
    private final ThreadTeam.Task forward = this::forwardChunk;
    private final ThreadTeam.Task backward = this::backwardChunk;
    private @Nullable Mat x;
    private int rows;
    private float[] from = {};
    private float[] to = {};
    private float[] dy = {};
    private float @Nullable [] dx;

    private Cache(Compute compute, int most, LayerNorm layer) {
      this.compute = compute;
      this.most = most;
      this.layer = layer;
      dWeight = new float[chunks(most)][layer.columns];
      dBias = new float[chunks(most)][layer.columns];
      unwanted = new float[compute.threads()][layer.columns];
    }

    private void forwardChunk(int chunk, int worker) {
      int n = layer.columns;
      int last = Math.min(rows, (chunk + 1) * CHUNK);
      for (int row = chunk * CHUNK; row < last; row++) {
        Kernels.active().layerNormRow(from, row * n, layer.weight.values(), layer.bias.values(), layer.eps, to, row * n, n);
      }
    }

    private void backwardChunk(int chunk, int worker) {
      int n = layer.columns;
      Arrays.fill(dWeight[chunk], 0f);
      Arrays.fill(dBias[chunk], 0f);
      int last = Math.min(rows, (chunk + 1) * CHUNK);
      for (int row = chunk * CHUNK; row < last; row++) {
        float[] into = dx == null ? unwanted[worker] : dx;
        TrainingKernels.active().layerNormRowBackward(dy, row * n, from, row * n, layer.weight.values(), layer.eps, into,
            dx == null ? 0 : row * n, dWeight[chunk], dBias[chunk], n);
      }
    }
  }

  private static int chunks(int rows) {
    return (rows + CHUNK - 1) / CHUNK;
  }

  @Override
  public Shape outputShape(Shape x) {
    checkInputs(x.columns());
    return x;
  }

  private void checkInputs(int found) {
    if (found != columns) {
      throw new IllegalArgumentException(weight + ": an input of " + found + " columns, expected " + columns);
    }
  }

  @Override
  public Cache newCache(Compute compute, Shape most) {
    checkInputs(most.columns());
    return new Cache(compute, most.rows(), this);
  }

  /** y must not be x, which {@code backward} reads again. */
  @Override
  public void forward(Mat x, Mat y, Cache cache) {
    checkInputs(x.columns());
    Sizes.check(x.rows(), columns, y, cache.most);
    cache.x = x;
    cache.rows = x.rows();
    cache.from = x.data();
    cache.to = y.data();
    cache.compute.run(cache.forward, chunks(cache.rows), (long) cache.rows * columns);
  }

  @Override
  public void backward(Mat dy, Cache cache, @Nullable Mat dx, Grads grads) {
    Mat x = Sizes.remembered(cache.x);
    Sizes.same("dy", dy, x.rows(), columns);
    if (dx != null) {
      Sizes.check(x.rows(), columns, dx, cache.most);
    }
    cache.dy = dy.data();
    cache.dx = dx == null ? null : dx.data();
    cache.compute.run(cache.backward, chunks(cache.rows), (long) cache.rows * columns);
    float[] dWeight = grads.of(weight);
    float[] dBias = grads.of(bias);
    for (int chunk = 0; chunk < chunks(cache.rows); chunk++) {
      Kernels.active().add(dWeight, 0, cache.dWeight[chunk], 0, dWeight, 0, columns);
      Kernels.active().add(dBias, 0, cache.dBias[chunk], 0, dBias, 0, columns);
    }
  }

  @Override
  public List<Param> params() {
    return List.of(weight, bias);
  }
}
