package dev.lanepool.kernels.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Sums of products, and over rows sums, and maxima with the rows that have them. */
final class VectorSums {
  private static final VectorSpecies<Float> S = Lanes.S;
  private static final VectorSpecies<Integer> I = S.withLanes(int.class);
  private static final int V = Lanes.V;

  private VectorSums() {}

  static void axpyAcc(float alpha, float[] x, int xo, float[] y, int yo, int n) {
    FloatVector a = FloatVector.broadcast(S, alpha);
    int i = 0;
    for (; i <= n - V; i += V) {
      FloatVector.fromArray(S, x, xo + i).fma(a, FloatVector.fromArray(S, y, yo + i)).intoArray(y, yo + i);
    }
    for (; i < n; i++) {
      y[yo + i] = Math.fma(x[xo + i], alpha, y[yo + i]);
    }
  }

  static float dot(float[] x, int xo, float[] y, int yo, int n) {
    FloatVector s0 = FloatVector.zero(S), s1 = s0, s2 = s0, s3 = s0;
    int i = 0;
    for (; i <= n - 16; i += 16) {
      s0 = FloatVector.fromArray(S, x, xo + i).fma(FloatVector.fromArray(S, y, yo + i), s0);
      if (V <= 8) {
        s1 = FloatVector.fromArray(S, x, xo + i + V).fma(FloatVector.fromArray(S, y, yo + i + V), s1);
      }
      if (V <= 4) {
        s2 = FloatVector.fromArray(S, x, xo + i + 2 * V).fma(FloatVector.fromArray(S, y, yo + i + 2 * V), s2);
        s3 = FloatVector.fromArray(S, x, xo + i + 3 * V).fma(FloatVector.fromArray(S, y, yo + i + 3 * V), s3);
      }
    }
    if (i < n) {
      VectorMask<Float> m = S.indexInRange(i, n);
      s0 = FloatVector.fromArray(S, x, xo + i, m).fma(FloatVector.fromArray(S, y, yo + i, m), s0);
      if (V <= 8) {
        m = S.indexInRange(i + V, n);
        s1 = FloatVector.fromArray(S, x, xo + i + V, m).fma(FloatVector.fromArray(S, y, yo + i + V, m), s1);
      }
      if (V <= 4) {
        m = S.indexInRange(i + 2 * V, n);
        s2 = FloatVector.fromArray(S, x, xo + i + 2 * V, m).fma(FloatVector.fromArray(S, y, yo + i + 2 * V, m), s2);
        m = S.indexInRange(i + 3 * V, n);
        s3 = FloatVector.fromArray(S, x, xo + i + 3 * V, m).fma(FloatVector.fromArray(S, y, yo + i + 3 * V, m), s3);
      }
    }
    FloatVector v = V == 16 ? s0.add(s0.rearrange(Lanes.BY_8)) : V == 8 ? s0.add(s1) : s0.add(s2).add(s1.add(s3));
    v = V == 4 ? v : v.add(v.rearrange(Lanes.BY_4));
    v = v.add(v.rearrange(Lanes.BY_2));
    return v.add(v.rearrange(Lanes.BY_1)).lane(0);
  }

  /**
   * Four rows at a time, from end to end: the processor reads ahead along a row, not down columns, whose next element is in another page.
   */
  static void sumRowsAcc(float[] x, int xo, int ldx, int rows, float[] y, int yo, int n) {
    int row = 0;
    for (; row <= rows - 4; row += 4) {
      addFour(x, xo + row * ldx, ldx, y, yo, n);
    }
    for (; row < rows; row++) {
      VectorActivations.add(y, yo, x, xo + row * ldx, y, yo, n);
    }
  }

  private static void addFour(float[] x, int x0, int ldx, float[] y, int yo, int n) {
    int x1 = x0 + ldx, x2 = x1 + ldx, x3 = x2 + ldx;
    int i = 0;
    for (; i <= n - V; i += V) {
      FloatVector.fromArray(S, y, yo + i).add(FloatVector.fromArray(S, x, x0 + i)).add(FloatVector.fromArray(S, x, x1 + i))
          .add(FloatVector.fromArray(S, x, x2 + i)).add(FloatVector.fromArray(S, x, x3 + i)).intoArray(y, yo + i);
    }
    for (; i < n; i++) {
      y[yo + i] = y[yo + i] + x[x0 + i] + x[x1 + i] + x[x2 + i] + x[x3 + i];
    }
  }

  static void maxRowsArg(float[] x, int xo, int ldx, int rows, float[] y, int yo, int[] argmax, int ao, int n) {
    int i = 0;
    for (; i <= n - 2 * V; i += 2 * V) {
      FloatVector max0 = FloatVector.fromArray(S, x, xo + i), max1 = FloatVector.fromArray(S, x, xo + i + V);
      IntVector arg0 = IntVector.zero(I), arg1 = arg0;
      for (int row = 1, at = xo + i + ldx; row < rows; row++, at += ldx) {
        FloatVector v0 = FloatVector.fromArray(S, x, at), v1 = FloatVector.fromArray(S, x, at + V);
        // Not v <= max, nor is max a NaN: v is greater, or the first NaN.
        VectorMask<Float> m0 = v0.compare(VectorOperators.LE, max0).or(max0.test(VectorOperators.IS_NAN)).not();
        VectorMask<Float> m1 = v1.compare(VectorOperators.LE, max1).or(max1.test(VectorOperators.IS_NAN)).not();
        arg0 = arg0.blend(row, m0.cast(I));
        arg1 = arg1.blend(row, m1.cast(I));
        max0 = max0.max(v0);
        max1 = max1.max(v1);
      }
      max0.intoArray(y, yo + i);
      max1.intoArray(y, yo + i + V);
      arg0.intoArray(argmax, ao + i);
      arg1.intoArray(argmax, ao + i + V);
    }
    for (; i < n; i += V) {
      VectorMask<Float> in = S.indexInRange(i, n);
      FloatVector max = FloatVector.fromArray(S, x, xo + i, in);
      IntVector arg = IntVector.zero(I);
      for (int row = 1, at = xo + i + ldx; row < rows; row++, at += ldx) {
        FloatVector v = FloatVector.fromArray(S, x, at, in);
        arg = arg.blend(row, v.compare(VectorOperators.LE, max).or(max.test(VectorOperators.IS_NAN)).not().cast(I));
        max = max.max(v);
      }
      max.intoArray(y, yo + i, in);
      arg.intoArray(argmax, ao + i, in.cast(I));
    }
  }
}
