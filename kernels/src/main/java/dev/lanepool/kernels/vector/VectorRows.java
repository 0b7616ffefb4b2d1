package dev.lanepool.kernels.vector;

import dev.lanepool.kernels.Approximations;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Kernels that reduce a row: softmax and layer norm. Lanes are folded by halves, written out, since {@code reduceLanes} may add in any
 * order. Tails run masked and take part as zeros.
 */
final class VectorRows {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int V = S.length();
  private static final VectorShuffle<Float> BY_8 = VectorShuffle.iota(S, 8 % V, 1, true);
  private static final VectorShuffle<Float> BY_4 = VectorShuffle.iota(S, 4 % V, 1, true);
  private static final VectorShuffle<Float> BY_2 = VectorShuffle.iota(S, 2 % V, 1, true);
  private static final VectorShuffle<Float> BY_1 = VectorShuffle.iota(S, 1, 1, true);

  private VectorRows() {}

  static void softmaxRowInPlace(float[] x, int xo, int n, float scale) {
    int full = S.loopBound(n);
    VectorMask<Float> m = S.indexInRange(full, n);
    FloatVector max = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
    for (int i = 0; i < full; i += V) {
      max = max.max(FloatVector.fromArray(S, x, xo + i));
    }
    if (full < n) {
      max = max.lanewise(VectorOperators.MAX, FloatVector.fromArray(S, x, xo + full, m), m);
    }
    float shift = -max.reduceLanes(VectorOperators.MAX) * scale; // a maximum is the same in any order
    FloatVector sum = FloatVector.zero(S);
    for (int i = 0; i < full; i += V) {
      FloatVector e = exp(FloatVector.fromArray(S, x, xo + i).fma(FloatVector.broadcast(S, scale), FloatVector.broadcast(S, shift)));
      e.intoArray(x, xo + i);
      sum = sum.add(e);
    }
    if (full < n) {
      FloatVector e = exp(FloatVector.fromArray(S, x, xo + full, m)
          .fma(FloatVector.broadcast(S, scale), FloatVector.broadcast(S, shift)));
      e.intoArray(x, xo + full, m);
      sum = sum.add(e, m);
    }
    FloatVector inverse = FloatVector.broadcast(S, 1f / fold(sum));
    for (int i = 0; i < full; i += V) {
      FloatVector.fromArray(S, x, xo + i).mul(inverse).intoArray(x, xo + i);
    }
    if (full < n) {
      FloatVector.fromArray(S, x, xo + full, m).mul(inverse).intoArray(x, xo + full, m);
    }
  }

  static void layerNormRow(float[] x, int xo, float[] gamma, float[] beta, float eps, float[] y, int yo, int n) {
    int full = S.loopBound(n);
    VectorMask<Float> m = S.indexInRange(full, n);
    FloatVector sum = FloatVector.zero(S);
    for (int i = 0; i < full; i += V) {
      sum = sum.add(FloatVector.fromArray(S, x, xo + i));
    }
    if (full < n) {
      sum = sum.add(FloatVector.fromArray(S, x, xo + full, m));
    }
    FloatVector mean = FloatVector.broadcast(S, fold(sum) / n);
    FloatVector squares = FloatVector.zero(S);
    for (int i = 0; i < full; i += V) {
      FloatVector d = FloatVector.fromArray(S, x, xo + i).sub(mean);
      squares = d.fma(d, squares);
    }
    if (full < n) {
      FloatVector d = FloatVector.fromArray(S, x, xo + full, m).sub(mean, m);
      squares = d.fma(d, squares);
    }
    FloatVector rstd = FloatVector.broadcast(S, (float) (1.0 / Math.sqrt((double) fold(squares) / n + eps)));
    for (int i = 0; i < full; i += V) {
      FloatVector.fromArray(S, x, xo + i).sub(mean).mul(rstd)
          .fma(FloatVector.fromArray(S, gamma, i), FloatVector.fromArray(S, beta, i)).intoArray(y, yo + i);
    }
    if (full < n) {
      FloatVector.fromArray(S, x, xo + full, m).sub(mean).mul(rstd)
          .fma(FloatVector.fromArray(S, gamma, full, m), FloatVector.fromArray(S, beta, full, m)).intoArray(y, yo + full, m);
    }
  }

  static void meanRows(float[] x, int xo, int ldx, int rows, float[] y, int yo, int n) {
    FloatVector count = FloatVector.broadcast(S, rows);
    int i = 0;
    for (; i <= n - V; i += V) {
      FloatVector sum = FloatVector.zero(S);
      for (int row = 0, at = xo + i; row < rows; row++, at += ldx) {
        sum = sum.add(FloatVector.fromArray(S, x, at));
      }
      sum.div(count).intoArray(y, yo + i);
    }
    if (i < n) {
      VectorMask<Float> m = S.indexInRange(i, n);
      FloatVector sum = FloatVector.zero(S);
      for (int row = 0, at = xo + i; row < rows; row++, at += ldx) {
        sum = sum.add(FloatVector.fromArray(S, x, at, m));
      }
      sum.div(count).intoArray(y, yo + i, m);
    }
  }

  static void maxRows(float[] x, int xo, int ldx, int rows, float[] y, int yo, int n) {
    int i = 0;
    for (; i <= n - V; i += V) {
      FloatVector max = FloatVector.fromArray(S, x, xo + i);
      for (int row = 1, at = xo + i + ldx; row < rows; row++, at += ldx) {
        max = max.max(FloatVector.fromArray(S, x, at));
      }
      max.intoArray(y, yo + i);
    }
    if (i < n) {
      VectorMask<Float> m = S.indexInRange(i, n);
      FloatVector max = FloatVector.fromArray(S, x, xo + i, m);
      for (int row = 1, at = xo + i + ldx; row < rows; row++, at += ldx) {
        max = max.max(FloatVector.fromArray(S, x, at, m));
      }
      max.intoArray(y, yo + i, m);
    }
  }

  /** exp(x) for x <= 0; NaN stays NaN. */
  private static FloatVector exp(FloatVector x) {
    FloatVector t = x.fma(c(Approximations.LOG2_E), c(Approximations.ROUND));
    FloatVector n = t.sub(Approximations.ROUND);
    FloatVector r = n.fma(c(-Approximations.LN2_HIGH), x);
    r = n.fma(c(-Approximations.LN2_LOW), r);
    FloatVector p = c(Approximations.EXP_P4).fma(r, c(Approximations.EXP_P3)).fma(r, c(Approximations.EXP_P2))
        .fma(r, c(Approximations.EXP_P1)).fma(r, c(Approximations.EXP_P0));
    FloatVector e = p.fma(r.mul(r), r.add(1f));
    FloatVector scaled = e.reinterpretAsInts().add(t.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23)).reinterpretAsFloats();
    return scaled.blend(0f, x.compare(VectorOperators.LT, Approximations.EXP_LIMIT)).blend(x, x.test(VectorOperators.IS_NAN));
  }

  private static FloatVector c(float value) {
    return FloatVector.broadcast(S, value);
  }

  /** The sum of the lanes, by halves: lane i and lane i + V/2 first. */
  private static float fold(FloatVector v) {
    if (V >= 16) {
      v = v.add(v.rearrange(BY_8));
    }
    if (V >= 8) {
      v = v.add(v.rearrange(BY_4));
    }
    if (V >= 4) {
      v = v.add(v.rearrange(BY_2));
    }
    return v.add(v.rearrange(BY_1)).lane(0);
  }
}
