package dev.lanepool.kernels.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The LSTM cell, in passes over rows that stay in the first-level cache: with five activations in one loop C2 would refuse to inline
 * the last of them, and box the vectors that they take. Tails are plain loops: with masked ones C2 gives up on the whole.
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
    for (; k < n; k++) {
      c[co + k] = Math.fma(gates[fg + k], cPrevious[cpo + k], gates[ig + k] * gates[gg + k]);
      h[ho + k] = c[co + k];
    }
    VectorActivations.tanhInPlace(h, ho, n);
    for (k = 0; k <= n - V; k += V) {
      FloatVector.fromArray(S, gates, og + k).mul(FloatVector.fromArray(S, h, ho + k)).intoArray(h, ho + k);
    }
    for (; k < n; k++) {
      h[ho + k] *= gates[og + k];
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
    for (; k < n; k++) {
      float i = gates[go + k], f = gates[go + n + k], g = gates[go + 2 * n + k], o = gates[go + 3 * n + k];
      float t = dGates[tanh + k];
      float d = Math.fma(dh[dho + k] * o, 1 - t * t, dc[dco + k]);
      dGates[dgo + k] = d * g * i * (1 - i);
      dGates[dgo + n + k] = d * cPrevious[cpo + k] * f * (1 - f);
      dGates[dgo + 2 * n + k] = d * i * (1 - g * g);
      dGates[dgo + 3 * n + k] = dh[dho + k] * t * o * (1 - o);
      dc[dco + k] = d * f;
    }
  }
}
