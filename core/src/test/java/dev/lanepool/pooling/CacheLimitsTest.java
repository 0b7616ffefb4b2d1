package dev.lanepool.pooling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Mat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a pooling layer's cache, made for at most 2 texts of 3 tokens of a model of one layer and width 2, refuses. */
class CacheLimitsTest {
  private static HiddenStates states(int layers, int width, int... offsets) {
    float[][] rows = new float[layers + 1][offsets[offsets.length - 1] * width];
    return HiddenStates.of(offsets, width, Demand.all(layers), rows);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mean", "concat(layers=0..1,of=max)", "weighted(start=0,of=max)", "lstm(hidden=3)", "attention(hidden=3)",
      "cls+max"})
  void batchesThatAreTooLargeOrOfAnotherModelAreRefused(String spec) {
    refuse(PoolingLayer.of(Pooling.parse(spec), 1, 2, new SplittableRandom(1)));
  }

  private static <C> void refuse(PoolingLayer<C> layer) {
    try (Compute compute = new Compute(1)) {
      C cache = layer.newCache(compute, 2, 3);
      Mat out = new Mat(2, layer.dimension());
      String limit = " tokens, but the cache was made for at most 2 of 3";
      refused(layer, "2 texts of 4" + limit, () -> layer.infer(states(1, 2, 0, 2, 4), out, cache));
      refused(layer, "3 texts of 3" + limit, () -> layer.infer(states(1, 2, 0, 1, 2, 3), out, cache));
      refused(layer, "hidden states of 2 layers and width 2, expected 1 and 2", () -> layer.infer(states(2, 2, 0, 1), out, cache));
      refused(layer, "hidden states of 1 layers and width 3, expected 1 and 2", () -> layer.infer(states(1, 3, 0, 1), out, cache));
      refused(layer, "a matrix of " + (layer.dimension() + 1) + " columns, expected " + layer.dimension(),
          () -> layer.infer(states(1, 2, 0, 1), new Mat(2, layer.dimension() + 1), cache));
      layer.forward(states(1, 2, 0, 2, 3), out, cache);
      assertEquals(2, out.rows());
    }
  }

  private static void refused(PoolingLayer<?> layer, String message, Executable call) {
    assertEquals("pooling \"" + layer.spec() + "\": " + message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }

  @Test
  void backwardNeedsAForwardAndARowForEachText() {
    backward(PoolingLayer.of(Pooling.parse("mean"), 1, 2, new SplittableRandom(1)));
  }

  private static <C> void backward(PoolingLayer<C> layer) {
    try (Compute compute = new Compute(1)) {
      C cache = layer.newCache(compute, 2, 3);
      Grads grads = new Grads(layer.params());
      assertThrows(IllegalStateException.class, () -> layer.backward(new Mat(2, 2), cache, null, grads));
      layer.forward(states(1, 2, 0, 1, 2), new Mat(2, 2), cache);
      layer.backward(new Mat(2, 2), cache, null, grads);
      assertEquals("gradients of 1 texts, expected 2",
          assertThrows(IllegalArgumentException.class, () -> layer.backward(new Mat(1, 2), cache, null, grads)).getMessage());
    }
  }
}
