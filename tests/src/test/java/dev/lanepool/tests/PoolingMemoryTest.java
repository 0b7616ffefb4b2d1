package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.StateGradients;
import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Mat;
import dev.lanepool.pooling.Pooling;
import dev.lanepool.pooling.PoolingLayer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.jspecify.annotations.Nullable;

/** The memory that training a pooling takes is what the Javadoc of its record says. */
class PoolingMemoryTest {
  private static final int TEXTS = 32; // B
  private static final int TOKENS = 20;
  private static final int ROWS = TEXTS * TOKENS; // R
  private static final int WIDTH = 256; // C
  private static final int LAYERS = 4; // L
  private static final int HIDDEN = 256; // H, a multiple of both twins' panels

  /** Objects, offsets and what each thread needs. */
  private static final long SMALL_BYTES = 32 * 1024;

  /** Floats with a frozen encoder, and how many more with gradients for it. */
  private record Floats(LongSupplier frozen, LongSupplier more) {}

  private static final long R = ROWS;
  private static final long B = TEXTS;
  private static final long C = WIDTH;
  private static final long L = LAYERS;
  private static final long H = HIDDEN;

  private static Map<String, Floats> formulas() {
    Map<String, Floats> formulas = new LinkedHashMap<>();
    for (String spec : new String[] {"cls", "mean@2", "max", "mean-max", "concat(layers=1..4,of=max)"}) {
      formulas.put(spec, new Floats(() -> 0, () -> 0));
    }
    formulas.put("weighted(start=2,of=mean)", new Floats(() -> 3 * B * C + 2 * B * 3, () -> 0));
    formulas.put("weighted(start=2,of=mean-max)", new Floats(() -> R * C + 2 * B * 3, () -> 0));
    formulas.put("lstm(hidden=256)",
        new Floats(() -> L * B * C + 10 * L * B * H + 9 * B * H + 4 * H * C + 8 * H * H, () -> L * B * C + 4 * H * C));
    formulas.put("attention(hidden=256)", new Floats(() -> R * H + 2 * R + H * C, () -> R * C + H * C));
    formulas.put("cls+mean@1", new Floats(() -> 2 * B * 2 * C, () -> 0));
    return formulas;
  }

  @Test
  void isWhatTheFormulasSay() {
    try (Compute compute = new Compute(2); HiddenStates states = states()) {
      formulas().forEach((spec, floats) -> {
        PoolingLayer<?> layer = PoolingLayer.of(Pooling.parse(spec), LAYERS, WIDTH, Repeat.random(1));
        StateGradients gradients = new StateGradients(states);
        bytes(layer, compute, states, gradients, Long.MAX_VALUE); // also grows what Compute shares among all layers
        check(spec, floats.frozen.getAsLong(), layer, compute, states, null);
        check(spec, floats.frozen.getAsLong() + floats.more.getAsLong(), layer, compute, states, gradients);
      });
    }
  }

  private static void check(String spec, long floats, PoolingLayer<?> layer, Compute compute, HiddenStates states,
      @Nullable StateGradients gradients) {
    long allowed = SMALL_BYTES + 4 * floats / 50;
    assertEquals(4 * floats, bytes(layer, compute, states, gradients, 4 * floats + allowed), allowed, spec);
  }

  private static HiddenStates states() {
    int[] offsets = new int[TEXTS + 1];
    for (int i = 0; i <= TEXTS; i++) {
      offsets[i] = i * TOKENS;
    }
    return HiddenStates.of(offsets, WIDTH, Demand.all(LAYERS), new float[LAYERS + 1][ROWS * WIDTH]);
  }

  private static <C> long bytes(PoolingLayer<C> layer, Compute compute, HiddenStates states, @Nullable StateGradients gradients,
      long enough) {
    Mat out = new Mat(TEXTS, layer.dimension());
    Mat dOut = new Mat(TEXTS, layer.dimension());
    Grads grads = new Grads(layer.params());
    return Allocation.fewest(() -> {
      C cache = layer.newCache(compute, TEXTS, ROWS);
      layer.forward(states, out, cache);
      layer.backward(dOut, cache, gradients, grads);
    }, enough);
  }
}
