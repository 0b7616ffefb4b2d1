package dev.lanepool.kernels.vector;

import dev.lanepool.kernels.Approximations;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Gradients of activations and of kernels that reduce a row, with the lanes and folds of {@link VectorRows}. Tails of element-wise loops
 * run element by element or masked, with the bits of full vectors.
 */
final class VectorBackward {
  private static final VectorSpecies<Float> S = Lanes.S;
  private static final int V = Lanes.V;

  private VectorBackward() {}

  static void tanhBackward(float[] dy, int dyo, float[] y, int yo, float[] dx, int dxo, int n) {
    FloatVector one = FloatVector.broadcast(S, 1f); // not by a helper, which C2 may refuse to inline where it knows the tail as rare
    int i = 0;
    for (; i <= n - V; i += V) {
      FloatVector t = FloatVector.fromArray(S, y, yo + i);
      FloatVector.fromArray(S, dy, dyo + i).mul(one.sub(t.mul(t))).intoArray(dx, dxo + i);
    }
    for (; i < n; i++) {
      dx[dxo + i] = dy[dyo + i] * (1 - y[yo + i] * y[yo + i]);
    }
  }

  /** The full vectors of n; returns how many elements that is. A tail here would make C2 refuse to inline what it calls. */
  static int geluErfBackward(float[] dy, int dyo, float[] x, int xo, float[] dx, int dxo, int n) {
    int i = 0;
    for (; i <= n - V; i += V) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector half = FloatVector.broadcast(S, 0.5f);
      FloatVector phi = half.fma(VectorActivations.erfOfRoot(v), half);
      FloatVector density = VectorActivations.exp(v.mul(-0.5f).mul(v)).mul(Approximations.INVERSE_SQRT_2PI);
      FloatVector.fromArray(S, dy, dyo + i).mul(v.fma(density, phi)).intoArray(dx, dxo + i);
    }
    return i;
  }

  static void softmaxRowBackward(float[] dy, int dyo, float[] y, int yo, float[] dx, int dxo, int n) {
    float product = VectorSums.dot(dy, dyo, y, yo, n);
    FloatVector dot = FloatVector.broadcast(S, product);
    int i = 0;
    for (; i <= n - V; i += V) {
      FloatVector.fromArray(S, dy, dyo + i).sub(dot).mul(FloatVector.fromArray(S, y, yo + i)).intoArray(dx, dxo + i);
    }
    for (; i < n; i++) {
      dx[dxo + i] = (dy[dyo + i] - product) * y[yo + i];
    }
  }

  static void layerNormRowBackward(float[] dy, int dyo, float[] x, int xo, float[] gamma, float eps, float[] dx, int dxo,
      float[] dGamma, float[] dBeta, int n) {
    float middle = VectorRows.sum(x, xo, n) / n;
    float scale = (float) (1 / Math.sqrt((double) VectorRows.squares(x, xo, n, middle) / n + eps));
    FloatVector mean = FloatVector.broadcast(S, middle);
    FloatVector rstd = FloatVector.broadcast(S, scale);
    FloatVector meanG = FloatVector.broadcast(S, VectorSums.dot(dy, dyo, gamma, 0, n) / n);
    FloatVector meanGz = FloatVector.broadcast(S, dotNormalised(dy, dyo, x, xo, gamma, middle, scale, n) / n);
    int i = 0;
    for (; i <= n - V; i += V) {
      FloatVector z = FloatVector.fromArray(S, x, xo + i).sub(mean).mul(rstd);
      FloatVector d = FloatVector.fromArray(S, dy, dyo + i);
      d.fma(z, FloatVector.fromArray(S, dGamma, i)).intoArray(dGamma, i);
      FloatVector.fromArray(S, dBeta, i).add(d).intoArray(dBeta, i);
      z.neg().fma(meanGz, d.mul(FloatVector.fromArray(S, gamma, i)).sub(meanG)).mul(rstd).intoArray(dx, dxo + i);
    }
    if (i < n) {
      VectorMask<Float> m = S.indexInRange(i, n);
      FloatVector z = FloatVector.fromArray(S, x, xo + i, m).sub(mean).mul(rstd);
      FloatVector d = FloatVector.fromArray(S, dy, dyo + i, m);
      d.fma(z, FloatVector.fromArray(S, dGamma, i, m)).intoArray(dGamma, i, m);
      FloatVector.fromArray(S, dBeta, i, m).add(d).intoArray(dBeta, i, m);
      z.neg().fma(meanGz, d.mul(FloatVector.fromArray(S, gamma, i, m)).sub(meanG)).mul(rstd).intoArray(dx, dxo + i, m);
    }
  }

  /** The sum of dy · gamma · z. Masked throughout, since with a tail of its own it would be twice as long. */
  private static float dotNormalised(float[] dy, int dyo, float[] x, int xo, float[] gamma, float middle, float scale, int n) {
    FloatVector mean = FloatVector.broadcast(S, middle), rstd = FloatVector.broadcast(S, scale);
    FloatVector s0 = FloatVector.zero(S), s1 = s0, s2 = s0, s3 = s0;
    for (int i = 0; i < n; i += 16) {
      VectorMask<Float> m = S.indexInRange(i, n);
      FloatVector z = FloatVector.fromArray(S, x, xo + i, m).sub(mean).mul(rstd);
      s0 = FloatVector.fromArray(S, dy, dyo + i, m).mul(FloatVector.fromArray(S, gamma, i, m)).fma(z, s0);
      if (V <= 8) {
        m = S.indexInRange(i + V, n);
        z = FloatVector.fromArray(S, x, xo + i + V, m).sub(mean).mul(rstd);
        s1 = FloatVector.fromArray(S, dy, dyo + i + V, m).mul(FloatVector.fromArray(S, gamma, i + V, m)).fma(z, s1);
      }
      if (V <= 4) {
        m = S.indexInRange(i + 2 * V, n);
        z = FloatVector.fromArray(S, x, xo + i + 2 * V, m).sub(mean).mul(rstd);
        s2 = FloatVector.fromArray(S, dy, dyo + i + 2 * V, m).mul(FloatVector.fromArray(S, gamma, i + 2 * V, m)).fma(z, s2);
        m = S.indexInRange(i + 3 * V, n);
        z = FloatVector.fromArray(S, x, xo + i + 3 * V, m).sub(mean).mul(rstd);
        s3 = FloatVector.fromArray(S, dy, dyo + i + 3 * V, m).mul(FloatVector.fromArray(S, gamma, i + 3 * V, m)).fma(z, s3);
      }
    }
    FloatVector v = V == 16 ? s0.add(s0.rearrange(Lanes.BY_8)) : V == 8 ? s0.add(s1) : s0.add(s2).add(s1.add(s3));
    v = V == 4 ? v : v.add(v.rearrange(Lanes.BY_4));
    v = v.add(v.rearrange(Lanes.BY_2));
    return v.add(v.rearrange(Lanes.BY_1)).lane(0);
  }
}
