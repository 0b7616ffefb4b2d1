package dev.lanepool.kernels.vector;

import dev.lanepool.kernels.Approximations;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** What follows a product, for rows of one whole panel: a call a tile, where a call a row and its loop cost 1 % of the product. */
final class VectorEpilogues {
  private static final VectorSpecies<Float> S = Lanes.S;
  private static final int V = Lanes.V;

  private VectorEpilogues() {}

  static void add(float[] x, int xo, int ldx, float[] b, int bo, float[] c, int co, int ldc, int rows) {
    FloatVector p = FloatVector.fromArray(S, b, bo), q = FloatVector.fromArray(S, b, bo + V);
    for (int i = 0; i < rows; i++, xo += ldx, co += ldc) {
      FloatVector.fromArray(S, x, xo).add(p).intoArray(c, co);
      FloatVector.fromArray(S, x, xo + V).add(q).intoArray(c, co + V);
    }
  }

  static void addAdd(float[] x, int xo, int ldx, float[] b, int bo, float[] r, int ro, int ldr, float[] c, int co, int ldc, int rows) {
    FloatVector p = FloatVector.fromArray(S, b, bo), q = FloatVector.fromArray(S, b, bo + V);
    for (int i = 0; i < rows; i++, xo += ldx, ro += ldr, co += ldc) {
      FloatVector.fromArray(S, x, xo).add(p).add(FloatVector.fromArray(S, r, ro)).intoArray(c, co);
      FloatVector.fromArray(S, x, xo + V).add(q).add(FloatVector.fromArray(S, r, ro + V)).intoArray(c, co + V);
    }
  }

  /** As {@link VectorActivations#addGeluErf}, its constants in registers and two vectors side by side, since one waits for its division. */
  static void addGeluErf(float[] x, int xo, int ldx, float[] b, int bo, float[] c, int co, int ldc, int rows) {
    FloatVector p0 = k(Approximations.ERF_P0), p1 = k(Approximations.ERF_P1), p2 = k(Approximations.ERF_P2);
    FloatVector p3 = k(Approximations.ERF_P3), p4 = k(Approximations.ERF_P4), p5 = k(Approximations.ERF_P5);
    FloatVector q1 = k(Approximations.ERF_Q1), q2 = k(Approximations.ERF_Q2), q3 = k(Approximations.ERF_Q3);
    FloatVector q4 = k(Approximations.ERF_Q4), q5 = k(Approximations.ERF_Q5), one = k(1f), minus = k(-1f), half = k(0.5f);
    FloatVector root = k(Approximations.SQRT_HALF), limit = k(Approximations.ERF_LIMIT), low = k(-Approximations.ERF_LIMIT);
    for (int i = 0; i < rows; i++, xo += ldx, co += ldc) {
      FloatVector v = FloatVector.fromArray(S, x, xo).add(FloatVector.fromArray(S, b, bo));
      FloatVector w = FloatVector.fromArray(S, x, xo + V).add(FloatVector.fromArray(S, b, bo + V));
      FloatVector e = v.mul(root), f = w.mul(root);
      e = e.blend(low, e.compare(VectorOperators.LT, low)).blend(limit, e.compare(VectorOperators.GT, limit));
      f = f.blend(low, f.compare(VectorOperators.LT, low)).blend(limit, f.compare(VectorOperators.GT, limit));
      FloatVector t = e.mul(e), u = f.mul(f);
      e = e.mul(p5.fma(t, p4).fma(t, p3).fma(t, p2).fma(t, p1).fma(t, p0)).div(q5.fma(t, q4).fma(t, q3).fma(t, q2).fma(t, q1).fma(t, one));
      f = f.mul(p5.fma(u, p4).fma(u, p3).fma(u, p2).fma(u, p1).fma(u, p0)).div(q5.fma(u, q4).fma(u, q3).fma(u, q2).fma(u, q1).fma(u, one));
      v = v.mul(half);
      w = w.mul(half);
      e = e.blend(minus, e.compare(VectorOperators.LT, minus)).blend(one, e.compare(VectorOperators.GT, one));
      f = f.blend(minus, f.compare(VectorOperators.LT, minus)).blend(one, f.compare(VectorOperators.GT, one));
      v.fma(e, v).intoArray(c, co);
      w.fma(f, w).intoArray(c, co + V);
    }
  }

  private static FloatVector k(float value) {
    return FloatVector.broadcast(S, value);
  }
}
