package dev.lanepool.kernels.vector;

import dev.lanepool.kernels.Approximations;
import dev.lanepool.kernels.scalar.ScalarKernels;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Kernels of a row: softmax, layer norm, standardization; and the mean and the maximum of rows in each column. Sums over a row run in
 * 16 lanes whatever the machine's width, in as many vectors as that takes, and are folded by halves, written out, since
 * {@code reduceLanes} may add in any order: every width gives the bits of the scalar twin. Lane i and lane i + 8 first, then i and i + 4,
 * and so on. Tails of sums run masked and take part as zeros.
 *
 * <p>No helper of ours takes or returns a vector here, though exponentials, tails and folds would be shorter so: where C2 refuses to
 * inline one, which depends on what else the process has run, each call makes objects of vectors. So may the JDK's own check of a mask at
 * an array's end.
 */
final class VectorRows {
  private static final VectorSpecies<Float> S = Lanes.S;
  private static final int V = Lanes.V;

  private VectorRows() {}

  static void softmaxRowInPlace(float[] x, int xo, int n, float scale) {
    float shift = -max(x, xo, n) * scale;
    exponentials(x, xo, n, scale, shift);
    multiply(x, xo, n, 1f / sum(x, xo, n));
  }

  /** x[n] = exp(x · scale + shift), as {@link VectorActivations#exp}, written out. */
  private static void exponentials(float[] x, int xo, int n, float scale, float shift) {
    FloatVector scales = FloatVector.broadcast(S, scale), shifts = FloatVector.broadcast(S, shift);
    FloatVector log2e = FloatVector.broadcast(S, Approximations.LOG2_E), round = FloatVector.broadcast(S, Approximations.ROUND);
    FloatVector high = FloatVector.broadcast(S, -Approximations.LN2_HIGH), low = FloatVector.broadcast(S, -Approximations.LN2_LOW);
    FloatVector limit = FloatVector.broadcast(S, Approximations.EXP_LIMIT), one = FloatVector.broadcast(S, 1f), zero = FloatVector.zero(S);
    FloatVector p0 = FloatVector.broadcast(S, Approximations.EXP_P0), p1 = FloatVector.broadcast(S, Approximations.EXP_P1);
    FloatVector p2 = FloatVector.broadcast(S, Approximations.EXP_P2), p3 = FloatVector.broadcast(S, Approximations.EXP_P3);
    FloatVector p4 = FloatVector.broadcast(S, Approximations.EXP_P4);
    int i = 0;
    for (; i <= n - V; i += V) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i).fma(scales, shifts);
      FloatVector t = v.fma(log2e, round);
      FloatVector k = t.sub(round);
      FloatVector r = k.fma(low, k.fma(high, v));
      FloatVector e = p4.fma(r, p3).fma(r, p2).fma(r, p1).fma(r, p0).fma(r.mul(r), r.add(one));
      e.mul(t.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats())
          .blend(zero, v.compare(VectorOperators.LT, limit)).intoArray(x, xo + i);
    }
    for (; i < n; i++) {
      x[xo + i] = ScalarKernels.exp(Math.fma(x[xo + i], scale, shift));
    }
  }

  private static void multiply(float[] x, int xo, int n, float by) {
    FloatVector factor = FloatVector.broadcast(S, by);
    int i = 0;
    for (; i <= n - V; i += V) {
      FloatVector.fromArray(S, x, xo + i).mul(factor).intoArray(x, xo + i);
    }
    for (; i < n; i++) {
      x[xo + i] *= by;
    }
  }

  static void layerNormRow(float[] x, int xo, float[] gamma, float[] beta, float eps, float[] y, int yo, int n) {
    float middle = sum(x, xo, n) / n;
    FloatVector mean = FloatVector.broadcast(S, middle);
    FloatVector rstd = FloatVector.broadcast(S, (float) (1 / Math.sqrt((double) squares(x, xo, n, middle) / n + eps)));
    int i = 0;
    for (; i <= n - V; i += V) {
      FloatVector.fromArray(S, x, xo + i).sub(mean).mul(rstd)
          .fma(FloatVector.fromArray(S, gamma, i), FloatVector.fromArray(S, beta, i)).intoArray(y, yo + i);
    }
    if (i < n) {
      VectorMask<Float> m = S.indexInRange(i, n);
      FloatVector.fromArray(S, x, xo + i, m).sub(mean).mul(rstd)
          .fma(FloatVector.fromArray(S, gamma, i, m), FloatVector.fromArray(S, beta, i, m)).intoArray(y, yo + i, m);
    }
  }

  static void standardizeRow(float[] x, int xo, float[] mean, float[] scale, float[] y, int yo, int n) {
    int i = 0;
    for (; i <= n - V; i += V) {
      FloatVector centred = FloatVector.fromArray(S, x, xo + i).sub(FloatVector.fromArray(S, mean, i));
      centred.div(FloatVector.fromArray(S, scale, i)).intoArray(y, yo + i);
    }
    for (; i < n; i++) {
      y[yo + i] = (x[xo + i] - mean[i]) / scale[i];
    }
  }

  static void meanRows(float[] x, int xo, int ldx, int rows, float[] y, int yo, int n) {
    System.arraycopy(x, xo, y, yo, n);
    VectorSums.sumRowsAcc(x, xo + ldx, ldx, rows - 1, y, yo, n);
    int i = 0;
    for (; i <= n - V; i += V) {
      FloatVector.fromArray(S, y, yo + i).div(rows).intoArray(y, yo + i);
    }
    for (; i < n; i++) {
      y[yo + i] /= rows;
    }
  }

  /** Four rows at a time, as {@link VectorSums#sumRowsAcc}; the last one again in place of those that are lacking. */
  static void maxRows(float[] x, int xo, int ldx, int rows, float[] y, int yo, int n) {
    System.arraycopy(x, xo, y, yo, n);
    for (int row = 1; row < rows; row += 4) {
      int left = rows - 1 - row;
      int at = xo + row * ldx;
      larger(x, at, at + Math.min(1, left) * ldx, at + Math.min(2, left) * ldx, at + Math.min(3, left) * ldx, y, yo, n);
    }
  }

  private static void larger(float[] x, int x0, int x1, int x2, int x3, float[] y, int yo, int n) {
    int i = 0;
    for (; i <= n - V; i += V) {
      FloatVector v = FloatVector.fromArray(S, x, x0 + i).max(FloatVector.fromArray(S, x, x1 + i));
      FloatVector w = FloatVector.fromArray(S, x, x2 + i).max(FloatVector.fromArray(S, x, x3 + i));
      FloatVector.fromArray(S, y, yo + i).max(v.max(w)).intoArray(y, yo + i);
    }
    for (; i < n; i++) {
      y[yo + i] = Math.max(y[yo + i], Math.max(Math.max(x[x0 + i], x[x1 + i]), Math.max(x[x2 + i], x[x3 + i])));
    }
  }

  private static float max(float[] x, int xo, int n) {
    FloatVector max = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY), other = max;
    int i = 0;
    for (; i <= n - 2 * V; i += 2 * V) {
      max = max.max(FloatVector.fromArray(S, x, xo + i));
      other = other.max(FloatVector.fromArray(S, x, xo + i + V));
    }
    max = max.max(other);
    if (i <= n - V) {
      max = max.max(FloatVector.fromArray(S, x, xo + i));
      i += V;
    }
    float most = max.reduceLanes(VectorOperators.MAX); // the same in any order
    for (; i < n; i++) {
      most = Math.max(most, x[xo + i]);
    }
    return most;
  }

  /** The sum of x[n]. */
  static float sum(float[] x, int xo, int n) {
    FloatVector s0 = FloatVector.zero(S), s1 = s0, s2 = s0, s3 = s0;
    int i = 0;
    for (; i <= n - 16; i += 16) {
      s0 = s0.add(FloatVector.fromArray(S, x, xo + i));
      if (V <= 8) {
        s1 = s1.add(FloatVector.fromArray(S, x, xo + i + V));
      }
      if (V <= 4) {
        s2 = s2.add(FloatVector.fromArray(S, x, xo + i + 2 * V));
        s3 = s3.add(FloatVector.fromArray(S, x, xo + i + 3 * V));
      }
    }
    if (i < n) {
      s0 = s0.add(FloatVector.fromArray(S, x, xo + i, S.indexInRange(i, n)));
      if (V <= 8) {
        s1 = s1.add(FloatVector.fromArray(S, x, xo + i + V, S.indexInRange(i + V, n)));
      }
      if (V <= 4) {
        s2 = s2.add(FloatVector.fromArray(S, x, xo + i + 2 * V, S.indexInRange(i + 2 * V, n)));
        s3 = s3.add(FloatVector.fromArray(S, x, xo + i + 3 * V, S.indexInRange(i + 3 * V, n)));
      }
    }
    FloatVector v = V == 16 ? s0.add(s0.rearrange(Lanes.BY_8)) : V == 8 ? s0.add(s1) : s0.add(s2).add(s1.add(s3));
    v = V == 4 ? v : v.add(v.rearrange(Lanes.BY_4));
    v = v.add(v.rearrange(Lanes.BY_2));
    return v.add(v.rearrange(Lanes.BY_1)).lane(0);
  }

  /** The sum of (x - middle)². */
  static float squares(float[] x, int xo, int n, float middle) {
    FloatVector mean = FloatVector.broadcast(S, middle);
    FloatVector s0 = FloatVector.zero(S), s1 = s0, s2 = s0, s3 = s0;
    int i = 0;
    for (; i <= n - 16; i += 16) {
      FloatVector d = FloatVector.fromArray(S, x, xo + i).sub(mean);
      s0 = d.fma(d, s0);
      if (V <= 8) {
        d = FloatVector.fromArray(S, x, xo + i + V).sub(mean);
        s1 = d.fma(d, s1);
      }
      if (V <= 4) {
        d = FloatVector.fromArray(S, x, xo + i + 2 * V).sub(mean);
        s2 = d.fma(d, s2);
        d = FloatVector.fromArray(S, x, xo + i + 3 * V).sub(mean);
        s3 = d.fma(d, s3);
      }
    }
    if (i < n) {
      VectorMask<Float> m = S.indexInRange(i, n);
      FloatVector d = FloatVector.fromArray(S, x, xo + i, m).sub(mean, m);
      s0 = d.fma(d, s0);
      if (V <= 8) {
        m = S.indexInRange(i + V, n);
        d = FloatVector.fromArray(S, x, xo + i + V, m).sub(mean, m);
        s1 = d.fma(d, s1);
      }
      if (V <= 4) {
        m = S.indexInRange(i + 2 * V, n);
        d = FloatVector.fromArray(S, x, xo + i + 2 * V, m).sub(mean, m);
        s2 = d.fma(d, s2);
        m = S.indexInRange(i + 3 * V, n);
        d = FloatVector.fromArray(S, x, xo + i + 3 * V, m).sub(mean, m);
        s3 = d.fma(d, s3);
      }
    }
    FloatVector v = V == 16 ? s0.add(s0.rearrange(Lanes.BY_8)) : V == 8 ? s0.add(s1) : s0.add(s2).add(s1.add(s3));
    v = V == 4 ? v : v.add(v.rearrange(Lanes.BY_4));
    v = v.add(v.rearrange(Lanes.BY_2));
    return v.add(v.rearrange(Lanes.BY_1)).lane(0);
  }
}
