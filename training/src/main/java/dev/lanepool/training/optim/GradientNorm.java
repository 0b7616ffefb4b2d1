package dev.lanepool.training.optim;

import dev.lanepool.kernels.ThreadTeam;
import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Param;
import java.util.List;

/**
 * The Euclidean norm of all gradients together, as if they were one vector, and clipping by it. Summed in double and in an order that does
 * not depend on the number of threads; it is finite exactly where all gradients are. Nothing is allocated after construction.
 */
public final class GradientNorm {
  private final List<Param> params;
  private final Pieces pieces;
  private final float[][] arrays; // by parameter, as long as a call lasts
  private final double[] sums; // by piece
  private final ThreadTeam.Task square = this::square;
  private final ThreadTeam.Task scale = this::scale;
  private float factor;

  /** For gradients of these parameters. */
  public GradientNorm(List<Param> params) {
    this.params = List.copyOf(params);
    pieces = new Pieces(this.params);
    arrays = new float[params.size()][];
    sums = new double[pieces.count()];
  }

  /** @throws IllegalArgumentException where a parameter has no gradient */
  public double of(Compute compute, Grads grads) {
    pieces.gradients(grads, arrays);
    return norm(compute);
  }

  /**
   * Scales all gradients by most / (norm + 1e-6) where that is less than 1, as {@code torch.nn.utils.clip_grad_norm_} does. Where the norm
   * is not finite, all stay as they are.
   *
   * @param most the largest norm that stays as it is; infinity clips nothing
   * @return the norm before
   * @throws IllegalArgumentException where {@code most} is not more than 0, or a parameter has no gradient
   */
  public double clip(Compute compute, Grads grads, double most) {
    if (!(most > 0)) {
      throw new IllegalArgumentException("largest norm: found " + most + ", expected more than 0");
    }
    double norm = of(compute, grads);
    double wanted = most / (norm + 1e-6);
    if (wanted < 1 && norm < Double.POSITIVE_INFINITY) {
      factor = (float) wanted;
      pieces.run(compute, scale);
    }
    return norm;
  }

  /** The norm of the parameters themselves. */
  double ofParameters(Compute compute) {
    for (int p = 0; p < arrays.length; p++) {
      arrays[p] = params.get(p).values();
    }
    return norm(compute);
  }

  private double norm(Compute compute) {
    pieces.run(compute, square);
    double sum = 0;
    for (double each : sums) {
      sum += each;
    }
    return Math.sqrt(sum);
  }

  private void square(int piece, int worker) {
    sums[piece] = squares(arrays[pieces.param(piece)], pieces.from(piece), pieces.to(piece));
  }

  private void scale(int piece, int worker) {
    multiply(arrays[pieces.param(piece)], factor, pieces.from(piece), pieces.to(piece));
  }

  /** Four sums at a time: one alone would wait for every addition. */
  private static double squares(float[] x, int from, int to) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = from;
    for (; i + 3 < to; i += 4) {
      a += (double) x[i] * x[i];
      b += (double) x[i + 1] * x[i + 1];
      c += (double) x[i + 2] * x[i + 2];
      d += (double) x[i + 3] * x[i + 3];
    }
    for (; i < to; i++) {
      a += (double) x[i] * x[i];
    }
    return (a + b) + (c + d);
  }

  private static void multiply(float[] x, float factor, int from, int to) {
    for (int i = from; i < to; i++) {
      x[i] *= factor;
    }
  }
}
