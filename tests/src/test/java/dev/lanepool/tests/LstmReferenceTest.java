package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Lstm;
import dev.lanepool.nn.Mat;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The LSTM against the double reference, forward and backward, at sizes below, at and beyond lanes, slices and what the team shares. */
class LstmReferenceTest {
  private static final int[][] SIZES = { // T, B, K, H
      {1, 1, 1, 1}, {1, 5, 7, 16}, {2, 3, 17, 15}, {12, 1, 5, 33}, {5, 33, 19, 31}, {3, 61, 40, 80}, {50, 2, 3, 5}};

  /** All that a run gives: outputs, then c, then the gradients in the reference's order. */
  private static float[][] run(DoubleLstm size, double[][] v, double[] dy, int threads, boolean spare) {
    try (Compute compute = new Compute(threads)) {
      Lstm lstm = new Lstm("lstm", size.inputs(), size.hidden());
      DoubleLayer.copy(v, 3, lstm.params());
      int rows = size.steps() * size.texts();
      Lstm.Cache cache = lstm.newCache(compute, size.texts() + (spare ? 2 : 0), size.steps() + (spare ? 1 : 0));
      Mat x = mat(v[0], rows, size.inputs());
      Lstm.State initial = new Lstm.State(mat(v[1], size.texts(), size.hidden()), mat(v[2], size.texts(), size.hidden()));
      lstm.forward(x, size.steps(), initial, cache);
      Mat outputs = new Mat(rows, size.hidden());
      Mat last = new Mat(size.texts(), size.hidden());
      Lstm.State end = new Lstm.State(new Mat(size.texts(), size.hidden()), new Mat(size.texts(), size.hidden()));
      cache.outputs(outputs);
      cache.lastOutput(last);
      cache.last(end);
      assertArrayEquals(last.data(), end.h().data());
      assertArrayEquals(last.data(), Arrays.copyOfRange(outputs.data(), (rows - size.texts()) * size.hidden(), rows * size.hidden()));

      int outputSize = rows * size.hidden();
      Mat dOutputs = mat(Arrays.copyOf(dy, outputSize), rows, size.hidden());
      // The last step's gradient comes by both ways, half by half.
      float[] half = new float[last.data().length];
      for (int i = 0; i < half.length; i++) {
        int at = outputSize - half.length + i;
        half[i] = dOutputs.data()[at] / 2;
        dOutputs.data()[at] = half[i];
      }
      Mat dc = mat(Arrays.copyOfRange(dy, outputSize, dy.length), size.texts(), size.hidden());
      Grads grads = new Grads(lstm.params());
      Mat dx = new Mat(rows, size.inputs());
      Lstm.State dInitial = new Lstm.State(new Mat(size.texts(), size.hidden()), new Mat(size.texts(), size.hidden()));
      lstm.backward(dOutputs, new Lstm.State(new Mat(half, size.texts(), size.hidden()), dc), cache, dx, dInitial, grads);
      return new float[][] {outputs.data(), end.c().data(), dx.data(), dInitial.h().data(), dInitial.c().data(),
          grads.of(lstm.params().get(0)), grads.of(lstm.params().get(1)), grads.of(lstm.params().get(2)), grads.of(lstm.params().get(3))};
    }
  }

  @Test
  void forwardAndBackwardWithStatesAgreeWithTheReferenceForAnyThreadsAndCache() {
    for (int[] s : SIZES) {
      DoubleLstm size = new DoubleLstm(s[0], s[1], s[2], s[3]);
      double[][] v = size.variables(Repeat.random(s[3]));
      double[] dy = DoubleLayer.gaussian(Repeat.random(3), (s[0] + 1) * s[1] * s[3], 1);
      float[][] found = run(size, v, dy, 1, false);
      assertArrayEquals(found, run(size, v, dy, 2, true), size + ": other bits with two threads and a larger cache");
      double[] y = size.forward(v);
      int outputs = s[0] * s[1] * s[3];
      double[][] d = size.backward(v, dy);
      double[][] expected = {Arrays.copyOf(y, outputs), Arrays.copyOfRange(y, outputs, y.length), d[0], d[1], d[2], d[3], d[4], d[5], d[6]};
      for (int i = 0; i < found.length; i++) {
        Compare.close(expected[i], found[i], Tolerances.LSTM, size + ", tensor " + i);
      }
    }
  }

  @Test
  void withoutAnInitialStateItIsZeros() {
    DoubleLstm size = new DoubleLstm(3, 5, 7, 11);
    double[][] v = size.variables(Repeat.random(1));
    Arrays.fill(v[1], 0);
    Arrays.fill(v[2], 0);
    try (Compute compute = new Compute(1)) {
      Lstm lstm = new Lstm("lstm", 7, 11);
      DoubleLayer.copy(v, 3, lstm.params());
      Mat x = mat(v[0], 15, 7);
      Lstm.Cache cache = lstm.newCache(compute, 5, 3);
      Mat given = new Mat(15, 11);
      lstm.forward(x, 3, new Lstm.State(new Mat(5, 11), null), cache);
      cache.outputs(given);
      Mat dLast = mat(DoubleLayer.gaussian(Repeat.random(2), 55, 1), 5, 11);
      Grads withGiven = new Grads(lstm.params());
      lstm.backward(null, new Lstm.State(dLast, null), cache, null, null, withGiven);
      Mat without = new Mat(15, 11);
      lstm.forward(x, 3, null, cache);
      cache.outputs(without);
      Grads grads = new Grads(lstm.params());
      lstm.backward(null, new Lstm.State(dLast, null), cache, null, null, grads);
      assertArrayEquals(given.data(), without.data());
      for (int i = 0; i < 4; i++) {
        assertArrayEquals(withGiven.of(lstm.params().get(i)), grads.of(lstm.params().get(i)));
      }
    }
  }

  @Test
  void sizesThatDoNotFitAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Lstm("lstm", 0, 3));
    try (Compute compute = new Compute(1)) {
      Lstm lstm = new Lstm("lstm", 4, 3);
      Lstm.Cache cache = lstm.newCache(compute, 2, 5);
      Grads grads = new Grads(lstm.params());
      assertThrows(IllegalStateException.class, () -> lstm.backward(null, null, cache, null, null, grads));
      assertThrows(IllegalArgumentException.class, () -> lstm.forward(new Mat(2, 5), 1, null, cache));
      assertThrows(IllegalArgumentException.class, () -> lstm.forward(new Mat(5, 4), 2, null, cache));
      assertThrows(IllegalArgumentException.class, () -> lstm.forward(new Mat(2, 4), 0, null, cache));
      assertThrows(IllegalArgumentException.class, () -> lstm.forward(new Mat(3, 4), 1, null, cache));
      assertThrows(IllegalArgumentException.class, () -> lstm.forward(new Mat(6, 4), 6, null, cache));
      assertThrows(IllegalArgumentException.class, () -> lstm.forward(new Mat(4, 4), 2, new Lstm.State(new Mat(3, 3), null), cache));
      lstm.forward(new Mat(4, 4), 2, null, cache);
      assertThrows(IllegalArgumentException.class, () -> cache.lastOutput(new Mat(2, 4)));
      assertThrows(IllegalArgumentException.class, () -> lstm.backward(new Mat(2, 3), null, cache, null, null, grads));
      assertThrows(IllegalArgumentException.class, () -> lstm.backward(null, new Lstm.State(new Mat(2, 4), null), cache, null, null, grads));
      assertThrows(IllegalArgumentException.class, () -> lstm.backward(null, null, cache, new Mat(4, 3), null, grads));
    }
  }

  private static Mat mat(double[] values, int rows, int columns) {
    return new Mat(DoubleLayer.floats(values), rows, columns);
  }
}
