package dev.lanepool.kernels.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * The LSTM cell, in passes over rows that stay in the first-level cache: with five activations in one loop and again in its tail C2
 * would refuse to inline the last of them, and box the vectors that they take.
 */
final class VectorLstm {
  private static final VectorSpecies<Float> S = Lanes.S;
  private static final int V = Lanes.V;

  private VectorLstm() {}

  static void cell(float[] gates, int go, float[] cPrevious, int cpo, float[] c, int co, float[] h, int ho, int n) {
    VectorActivations.sigmoidInPlace(gates, go, 2 * n);
    VectorActivations.tanhInPlace(gates, go + 2 * n, n);
    VectorActivations.sigmoidInPlace(gates, go + 3 * n, n);
    int ig = go, fg = go + n, gg = go + 2 * n, og = go + 3 * n;
    int k = 0;
    for (; k <= n - V; k += V) {
      FloatVector input = FloatVector.fromArray(S, gates, ig + k).mul(FloatVector.fromArray(S, gates, gg + k));
      FloatVector state = FloatVector.fromArray(S, gates, fg + k).fma(FloatVector.fromArray(S, cPrevious, cpo + k), input);
      state.intoArray(c, co + k);
      state.intoArray(h, ho + k);
    }
    if (k < n) {
      VectorMask<Float> m = S.indexInRange(k, n);
      FloatVector input = FloatVector.fromArray(S, gates, ig + k, m).mul(FloatVector.fromArray(S, gates, gg + k, m));
      FloatVector state = FloatVector.fromArray(S, gates, fg + k, m).fma(FloatVector.fromArray(S, cPrevious, cpo + k, m), input);
      state.intoArray(c, co + k, m);
      state.intoArray(h, ho + k, m);
    }
    VectorActivations.tanhInPlace(h, ho, n);
    for (k = 0; k <= n - V; k += V) {
      FloatVector.fromArray(S, gates, og + k).mul(FloatVector.fromArray(S, h, ho + k)).intoArray(h, ho + k);
    }
    if (k < n) {
      VectorMask<Float> m = S.indexInRange(k, n);
      FloatVector.fromArray(S, gates, og + k, m).mul(FloatVector.fromArray(S, h, ho + k, m)).intoArray(h, ho + k, m);
    }
  }

  static void cellBackward(float[] dh, int dho, float[] gates, int go, float[] cPrevious, int cpo, float[] c, int co,
      float[] dc, int dco, float[] dGates, int dgo, int n) {
    FloatVector one = FloatVector.broadcast(S, 1f);
    int tanh = dgo + 3 * n; // tanh(c) waits where o's gradient will be
    System.arraycopy(c, co, dGates, tanh, n);
    VectorActivations.tanhInPlace(dGates, tanh, n);
    int k = 0;
    for (; k <= n - V; k += V) {
      FloatVector i = FloatVector.fromArray(S, gates, go + k), f = FloatVector.fromArray(S, gates, go + n + k);
      FloatVector g = FloatVector.fromArray(S, gates, go + 2 * n + k), o = FloatVector.fromArray(S, gates, go + 3 * n + k);
      FloatVector t = FloatVector.fromArray(S, dGates, tanh + k), dhk = FloatVector.fromArray(S, dh, dho + k);
      FloatVector d = dhk.mul(o).fma(one.sub(t.mul(t)), FloatVector.fromArray(S, dc, dco + k));
      d.mul(g).mul(i).mul(one.sub(i)).intoArray(dGates, dgo + k);
      d.mul(FloatVector.fromArray(S, cPrevious, cpo + k)).mul(f).mul(one.sub(f)).intoArray(dGates, dgo + n + k);
      d.mul(i).mul(one.sub(g.mul(g))).intoArray(dGates, dgo + 2 * n + k);
      dhk.mul(t).mul(o).mul(one.sub(o)).intoArray(dGates, dgo + 3 * n + k);
      d.mul(f).intoArray(dc, dco + k);
    }
    if (k < n) {
      VectorMask<Float> m = S.indexInRange(k, n);
      FloatVector i = FloatVector.fromArray(S, gates, go + k, m), f = FloatVector.fromArray(S, gates, go + n + k, m);
      FloatVector g = FloatVector.fromArray(S, gates, go + 2 * n + k, m), o = FloatVector.fromArray(S, gates, go + 3 * n + k, m);
      FloatVector t = FloatVector.fromArray(S, dGates, tanh + k, m), dhk = FloatVector.fromArray(S, dh, dho + k, m);
      FloatVector d = dhk.mul(o).fma(one.sub(t.mul(t)), FloatVector.fromArray(S, dc, dco + k, m));
      d.mul(g).mul(i).mul(one.sub(i)).intoArray(dGates, dgo + k, m);
      d.mul(FloatVector.fromArray(S, cPrevious, cpo + k, m)).mul(f).mul(one.sub(f)).intoArray(dGates, dgo + n + k, m);
      d.mul(i).mul(one.sub(g.mul(g))).intoArray(dGates, dgo + 2 * n + k, m);
      dhk.mul(t).mul(o).mul(one.sub(o)).intoArray(dGates, dgo + 3 * n + k, m);
      d.mul(f).intoArray(dc, dco + k, m);
    }
  }
}
