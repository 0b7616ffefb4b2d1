package dev.lanepool.tests;

import dev.lanepool.nn.BinaryCrossEntropy;
import dev.lanepool.nn.Compute;
import dev.lanepool.nn.CrossEntropy;
import dev.lanepool.nn.Dropout;
import dev.lanepool.nn.Gelu;
import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Layer;
import dev.lanepool.nn.LayerNorm;
import dev.lanepool.nn.Linear;
import dev.lanepool.nn.Loss;
import dev.lanepool.nn.Lstm;
import dev.lanepool.nn.Mat;
import dev.lanepool.nn.MeanSquaredError;
import dev.lanepool.nn.Param;
import dev.lanepool.nn.Sequential;
import dev.lanepool.nn.Shape;
import dev.lanepool.nn.SmoothL1;
import dev.lanepool.nn.Softmax;
import dev.lanepool.nn.Standardize;
import dev.lanepool.nn.Tanh;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * After the first step, a step of any layer or loss allocates nothing, on any thread: parameters that changed and smaller batches too.
 * Exact on the scalar twin. On the vector twin the layers are the same, but C2 may box a vector of a kernel's: see
 * {@link KernelAllocationTest}.
 */
class NoAllocationTest {
  private static final int ROWS = 300;
  private static final int COLUMNS = 70; // with as many rows, more elements than the caller does alone
  private static final int PIECES = 9; // calls of a kernel in a step: infer, forward, backward, three pieces of elements each

  private static void assertAllocatesNothing(String what, int kernelCalls, Runnable step) {
    long allowed = "scalar".equals(System.getProperty("lanepool.kernels")) ? 0 : kernelCalls * KernelAllocationTest.FEW_BYTES;
    Allocation.require(step, allowed, what);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void ofLayers(int threads) {
    try (Compute compute = new Compute(threads)) {
      step(compute, 0, new Linear("linear", COLUMNS, 65));
      step(compute, PIECES, new Tanh());
      step(compute, PIECES, new Gelu());
      step(compute, 3 * ROWS, new LayerNorm("norm", COLUMNS, 1e-5));
      step(compute, 0, new Dropout(0.1, 1));
      step(compute, 0, new Standardize("standardize", COLUMNS));
      step(compute, PIECES, new Sequential(new Standardize("s", COLUMNS), new Linear("a", COLUMNS, 64), new Tanh(),
          new Linear("b", 64, 3)));
    }
  }

  private static <C> void step(Compute compute, int kernelCalls, Layer<C> layer) {
    Mat x = new Mat(ROWS, COLUMNS);
    C cache = layer.newCache(compute, x.shape());
    Shape shape = layer.outputShape(x.shape());
    Mat y = new Mat(ROWS, shape.columns());
    Mat dy = new Mat(ROWS, shape.columns());
    Mat dx = new Mat(ROWS, COLUMNS);
    List<Param> params = layer.params();
    Grads grads = new Grads(params);
    assertAllocatesNothing(layer.getClass().getSimpleName() + " on " + compute.threads() + " threads", kernelCalls, () -> {
      compute.step(compute.step() + 1);
      for (int i = 0; i < params.size(); i++) {
        params.get(i).changed();
      }
      int rows = ROWS - (int) (compute.step() % 3);
      grads.zero();
      layer.infer(x.resize(rows), y, cache);
      layer.forward(x, y, cache);
      layer.backward(dy.resize(rows), cache, dx, grads);
    });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void ofTheLstm(int threads) {
    try (Compute compute = new Compute(threads)) {
      Lstm lstm = new Lstm("lstm", COLUMNS, 33);
      Lstm.Cache cache = lstm.newCache(compute, 50, 6);
      Mat x = new Mat(300, COLUMNS);
      Mat dx = new Mat(300, COLUMNS);
      Mat last = new Mat(50, 33);
      Lstm.State dLast = new Lstm.State(new Mat(50, 33), null);
      Grads grads = new Grads(lstm.params());
      List<Param> params = lstm.params();
      assertAllocatesNothing("LSTM on " + threads + " threads", 2 * ROWS, () -> {
        for (int i = 0; i < params.size(); i++) {
          params.get(i).changed();
        }
        lstm.forward(x, 6, null, cache);
        cache.lastOutput(last);
        lstm.backward(null, dLast, cache, dx, null, grads);
      });
    }
  }

  @Test
  void ofLosses() {
    Mat outputs = new Mat(64, 5);
    Mat targets = new Mat(64, 5);
    Mat gradient = new Mat(64, 5);
    for (Loss loss : List.of(new MeanSquaredError(), new SmoothL1(1), new BinaryCrossEntropy())) {
      assertAllocatesNothing(loss.toString(), 0, () -> loss.of(outputs, targets, gradient));
    }
    Mat labels = new Mat(64, 1);
    Loss entropy = new CrossEntropy(0.1, new double[] {1, 2, 3, 4, 5});
    assertAllocatesNothing("cross-entropy", 0, () -> entropy.of(outputs, labels, gradient));
  }

  @Test
  void ofTheRaggedSoftmax() {
    Mat scores = new Mat(100, 1);
    Mat weights = new Mat(100, 1);
    int[] offsets = {0, 1, 40, 100};
    assertAllocatesNothing("softmax", 6, () -> {
      Softmax.forward(scores, offsets, 3, weights);
      Softmax.backward(scores, weights, offsets, 3, weights);
    });
  }
}
