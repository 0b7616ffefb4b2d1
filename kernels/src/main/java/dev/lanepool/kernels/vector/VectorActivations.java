package dev.lanepool.kernels.vector;

import dev.lanepool.kernels.Approximations;
import dev.lanepool.kernels.scalar.ScalarKernels;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Element-wise kernels. Tails run masked, element by element or on the scalar twin, with the bits of full vectors; those of training are
 * not masked, see {@link VectorRows}. Limits are comparisons, which NaN passes: {@code max} and {@code min}, which tell -0 from 0 too, take
 * GELU twice the time.
 */
final class VectorActivations {
  private static final VectorSpecies<Float> S = Lanes.S;
  private static final int V = Lanes.V;
  private static final ScalarKernels SCALAR = new ScalarKernels();

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
    SCALAR.addGeluErf(x, xo + i, b, bo + i, out, oo + i, n - i); // a second call of the helper might be refused
  }

  /**
   * Without any helper of ours in the loop, and its tail on the scalar twin: C2 may inline all this several times into one method, as
   * into the LSTM cell, until it refuses what is left, be it a call of three instructions.
   */
  static void tanhInPlace(float[] x, int xo, int n) {
    FloatVector p1 = FloatVector.broadcast(S, Approximations.TANH_P1), p2 = FloatVector.broadcast(S, Approximations.TANH_P2);
    FloatVector p3 = FloatVector.broadcast(S, Approximations.TANH_P3), p4 = FloatVector.broadcast(S, Approximations.TANH_P4);
    FloatVector p5 = FloatVector.broadcast(S, Approximations.TANH_P5), q4 = FloatVector.broadcast(S, Approximations.TANH_Q4);
    FloatVector q1 = FloatVector.broadcast(S, Approximations.TANH_Q1), q2 = FloatVector.broadcast(S, Approximations.TANH_Q2);
    FloatVector q3 = FloatVector.broadcast(S, Approximations.TANH_Q3), one = FloatVector.broadcast(S, 1f);
    FloatVector limit = FloatVector.broadcast(S, Approximations.TANH_LIMIT), low = limit.neg(), minus = one.neg();
    int i = 0;
    for (; i <= n - V; i += V) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      v = v.blend(low, v.compare(VectorOperators.LT, low)).blend(limit, v.compare(VectorOperators.GT, limit));
      FloatVector t = v.mul(v);
      FloatVector p = p5.fma(t, p4).fma(t, p3).fma(t, p2).fma(t, p1).fma(t, one);
      FloatVector q = q4.fma(t, q3).fma(t, q2).fma(t, q1).fma(t, one);
      v = v.mul(p).div(q);
      v.blend(minus, v.compare(VectorOperators.LT, minus)).blend(one, v.compare(VectorOperators.GT, one)).intoArray(x, xo + i);
    }
    SCALAR.tanhInPlace(x, xo + i, n - i);
  }

  /** x[n] = 1 / (1 + exp(-x)) = (1 + tanh(x / 2)) / 2. */
  static void sigmoidInPlace(float[] x, int xo, int n) {
    FloatVector half = FloatVector.broadcast(S, 0.5f);
    int i = 0;
    for (; i <= n - V; i += V) {
      FloatVector.fromArray(S, x, xo + i).mul(half).intoArray(x, xo + i);
    }
    for (; i < n; i++) {
      x[xo + i] *= 0.5f;
    }
    tanhInPlace(x, xo, n);
    for (i = 0; i <= n - V; i += V) {
      half.fma(FloatVector.fromArray(S, x, xo + i), half).intoArray(x, xo + i);
    }
    for (; i < n; i++) {
      x[xo + i] = Math.fma(x[xo + i], 0.5f, 0.5f);
    }
  }

  /** v/2 (1 + erf(v / sqrt 2)). */
  private static FloatVector geluErf(FloatVector v) {
    FloatVector half = v.mul(0.5f);
    return half.fma(erfOfRoot(v), half);
  }

  /** erf(v / sqrt 2). */
  static FloatVector erfOfRoot(FloatVector v) {
    FloatVector x = v.mul(Approximations.SQRT_HALF);
    x = x.blend(-Approximations.ERF_LIMIT, x.compare(VectorOperators.LT, -Approximations.ERF_LIMIT))
        .blend(Approximations.ERF_LIMIT, x.compare(VectorOperators.GT, Approximations.ERF_LIMIT));
    FloatVector t = x.mul(x);
    FloatVector p = FloatVector.broadcast(S, Approximations.ERF_P5);
    p = p.fma(t, FloatVector.broadcast(S, Approximations.ERF_P4)).fma(t, FloatVector.broadcast(S, Approximations.ERF_P3))
        .fma(t, FloatVector.broadcast(S, Approximations.ERF_P2)).fma(t, FloatVector.broadcast(S, Approximations.ERF_P1))
        .fma(t, FloatVector.broadcast(S, Approximations.ERF_P0));
    FloatVector q = FloatVector.broadcast(S, Approximations.ERF_Q5);
    q = q.fma(t, FloatVector.broadcast(S, Approximations.ERF_Q4)).fma(t, FloatVector.broadcast(S, Approximations.ERF_Q3))
        .fma(t, FloatVector.broadcast(S, Approximations.ERF_Q2)).fma(t, FloatVector.broadcast(S, Approximations.ERF_Q1))
        .fma(t, FloatVector.broadcast(S, 1f));
    x = x.mul(p).div(q);
    return x.blend(-1f, x.compare(VectorOperators.LT, -1f)).blend(1f, x.compare(VectorOperators.GT, 1f));
  }

  /** exp(x) for x of at most 0; NaN stays NaN. */
  static FloatVector exp(FloatVector x) {
    FloatVector t = x.fma(FloatVector.broadcast(S, Approximations.LOG2_E), FloatVector.broadcast(S, Approximations.ROUND));
    FloatVector n = t.sub(Approximations.ROUND);
    FloatVector r = n.fma(FloatVector.broadcast(S, -Approximations.LN2_HIGH), x);
    r = n.fma(FloatVector.broadcast(S, -Approximations.LN2_LOW), r);
    FloatVector p = FloatVector.broadcast(S, Approximations.EXP_P4).fma(r, FloatVector.broadcast(S, Approximations.EXP_P3));
    p = p.fma(r, FloatVector.broadcast(S, Approximations.EXP_P2)).fma(r, FloatVector.broadcast(S, Approximations.EXP_P1));
    p = p.fma(r, FloatVector.broadcast(S, Approximations.EXP_P0));
    FloatVector e = p.fma(r.mul(r), r.add(1f));
    return e.mul(t.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats())
        .blend(0f, x.compare(VectorOperators.LT, Approximations.EXP_LIMIT));
  }
}
