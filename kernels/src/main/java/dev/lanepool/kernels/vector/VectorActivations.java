package dev.lanepool.kernels.vector;

import dev.lanepool.kernels.Approximations;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** Element-wise kernels. Tails run masked, with the bits of full vectors. */
final class VectorActivations {
  private static final VectorSpecies<Float> S = Lanes.S;
  private static final int V = Lanes.V;

  private VectorActivations() {}

  static void add(float[] x, int xo, float[] y, int yo, float[] out, int oo, int n) {
    int i = 0;
    for (; i <= n - V; i += V) {
      FloatVector.fromArray(S, x, xo + i).add(FloatVector.fromArray(S, y, yo + i)).intoArray(out, oo + i);
    }
    if (i < n) {
      VectorMask<Float> m = S.indexInRange(i, n);
      FloatVector.fromArray(S, x, xo + i, m).add(FloatVector.fromArray(S, y, yo + i, m)).intoArray(out, oo + i, m);
    }
  }

  static void addAdd(float[] x, int xo, float[] b, int bo, float[] r, int ro, float[] out, int oo, int n) {
    int i = 0;
    for (; i <= n - V; i += V) {
      FloatVector.fromArray(S, x, xo + i).add(FloatVector.fromArray(S, b, bo + i)).add(FloatVector.fromArray(S, r, ro + i))
          .intoArray(out, oo + i);
    }
    if (i < n) {
      VectorMask<Float> m = S.indexInRange(i, n);
      FloatVector.fromArray(S, x, xo + i, m).add(FloatVector.fromArray(S, b, bo + i, m)).add(FloatVector.fromArray(S, r, ro + i, m))
          .intoArray(out, oo + i, m);
    }
  }

  static void addGeluErf(float[] x, int xo, float[] b, int bo, float[] out, int oo, int n) {
    int i = 0;
    for (; i <= n - V; i += V) {
      geluErf(FloatVector.fromArray(S, x, xo + i).add(FloatVector.fromArray(S, b, bo + i))).intoArray(out, oo + i);
    }
    if (i < n) {
      VectorMask<Float> m = S.indexInRange(i, n);
      geluErf(FloatVector.fromArray(S, x, xo + i, m).add(FloatVector.fromArray(S, b, bo + i, m))).intoArray(out, oo + i, m);
    }
  }

  static void tanhInPlace(float[] x, int xo, int n) {
    int i = 0;
    for (; i <= n - V; i += V) {
      tanh(FloatVector.fromArray(S, x, xo + i)).intoArray(x, xo + i);
    }
    if (i < n) {
      VectorMask<Float> m = S.indexInRange(i, n);
      tanh(FloatVector.fromArray(S, x, xo + i, m)).intoArray(x, xo + i, m);
    }
  }

  /** x[n] = 1 / (1 + exp(-x)) = (1 + tanh(x / 2)) / 2. */
  static void sigmoidInPlace(float[] x, int xo, int n) {
    int i = 0;
    for (; i <= n - V; i += V) {
      sigmoid(FloatVector.fromArray(S, x, xo + i)).intoArray(x, xo + i);
    }
    if (i < n) {
      VectorMask<Float> m = S.indexInRange(i, n);
      sigmoid(FloatVector.fromArray(S, x, xo + i, m)).intoArray(x, xo + i, m);
    }
  }

  private static FloatVector sigmoid(FloatVector v) {
    FloatVector half = c(0.5f);
    return half.fma(tanh(v.mul(half)), half);
  }

  /** v/2 (1 + erf(v / sqrt 2)). */
  private static FloatVector geluErf(FloatVector v) {
    FloatVector half = v.mul(0.5f);
    return half.fma(erfOfRoot(v), half);
  }

  /** erf(v / sqrt 2). */
  static FloatVector erfOfRoot(FloatVector v) {
    FloatVector x = v.mul(Approximations.SQRT_HALF).max(-Approximations.ERF_LIMIT).min(Approximations.ERF_LIMIT);
    FloatVector t = x.mul(x);
    FloatVector p = FloatVector.broadcast(S, Approximations.ERF_P5);
    p = p.fma(t, c(Approximations.ERF_P4)).fma(t, c(Approximations.ERF_P3)).fma(t, c(Approximations.ERF_P2))
        .fma(t, c(Approximations.ERF_P1)).fma(t, c(Approximations.ERF_P0));
    FloatVector q = FloatVector.broadcast(S, Approximations.ERF_Q5);
    q = q.fma(t, c(Approximations.ERF_Q4)).fma(t, c(Approximations.ERF_Q3)).fma(t, c(Approximations.ERF_Q2))
        .fma(t, c(Approximations.ERF_Q1)).fma(t, c(1f));
    return x.mul(p).div(q).max(-1f).min(1f);
  }

  private static FloatVector tanh(FloatVector v) {
    FloatVector x = v.max(-Approximations.TANH_LIMIT).min(Approximations.TANH_LIMIT);
    FloatVector t = x.mul(x);
    FloatVector p = FloatVector.broadcast(S, Approximations.TANH_P5);
    p = p.fma(t, c(Approximations.TANH_P4)).fma(t, c(Approximations.TANH_P3)).fma(t, c(Approximations.TANH_P2))
        .fma(t, c(Approximations.TANH_P1)).fma(t, c(1f));
    FloatVector q = FloatVector.broadcast(S, Approximations.TANH_Q4);
    q = q.fma(t, c(Approximations.TANH_Q3)).fma(t, c(Approximations.TANH_Q2)).fma(t, c(Approximations.TANH_Q1)).fma(t, c(1f));
    return x.mul(p).div(q).max(-1f).min(1f);
  }

  private static FloatVector c(float value) {
    return FloatVector.broadcast(S, value);
  }
}
