package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.Tokens;
import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Linear;
import dev.lanepool.nn.Mat;
import dev.lanepool.nn.Param;
import dev.lanepool.pooling.Pooling;
import dev.lanepool.pooling.PoolingLayer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The batch of a widely read guide to pooling: 16 equal texts of 6 tokens, which PyTorch pads to 256, at roberta-base's size. Each of its
 * heads gives here, without padding, the logits that its code gives there where padding is masked; {@code scrambled} those of the code as
 * it is written. States and parameters are closed forms, see {@code training-goldens/generate.py}.
 */
class SeedGuideBatchTest {
  private static final int TEXTS = 16;
  private static final int TOKENS = 6;
  private static final int LAYERS = 12;
  private static final int WIDTH = 768;
  private static final List<String> SPECS = List.of("cls", "mean", "max", "mean-max", "concat(layers=-1..-4,of=cls)",
      "concat(layers=-1..-4,of=mean)", "lstm(hidden=256)", "lstm(hidden=256,layout=scrambled)", "weighted(start=9,of=cls)",
      "attention(hidden=512)");

  @Test
  void everyHeadGivesPyTorchsLogits() {
    double worst = 0;
    try (TrainingGolden golden = new TrainingGolden("seed-guide.safetensors"); Compute compute = new Compute(2)) {
      assertEquals(SPECS.size(), golden.names().size());
      for (String spec : SPECS) {
        PoolingLayer<?> pooling = PoolingLayer.of(Pooling.parse(spec), LAYERS, WIDTH, () -> 0);
        float[] logits = logits(spec, pooling, states(pooling.spec().demand(LAYERS)), compute);
        worst = Math.max(worst, Compare.near(golden.floats(spec + "/logits"), logits, 0, Tolerances.PYTORCH_FORWARD, spec));
        for (float logit : logits) {
          assertEquals(logits[0], logit, spec + ": equal texts");
        }
      }
    }
    System.out.printf("the guide's batch: worst logit %.1e%n", worst * Tolerances.PYTORCH_FORWARD);
  }

  private static <C> float[] logits(String spec, PoolingLayer<C> pooling, HiddenStates states, Compute compute) {
    Linear linear = new Linear("linear", pooling.dimension(), 1);
    pooling.params().forEach(param -> fill(spec + "/pooling." + param.name(), param));
    linear.params().forEach(param -> fill(spec + "/" + param.name(), param));
    Mat vectors = new Mat(TEXTS, pooling.dimension());
    Mat logits = new Mat(TEXTS, 1);
    pooling.infer(states, vectors, pooling.newCache(compute, TEXTS, TEXTS * TOKENS));
    linear.infer(vectors, logits, linear.newCache(compute, vectors.shape()));
    return logits.data();
  }

  private static void fill(String name, Param param) {
    float[] values = param.values();
    boolean layerWeights = name.endsWith("layer_weights");
    float scale = layerWeights ? 0.5f : (float) (1 / Math.sqrt(param.columns()));
    float[] drawn = ClosedForm.values("seed-guide/" + name, values.length, scale);
    for (int i = 0; i < values.length; i++) {
      values[i] = layerWeights ? 1 + drawn[i] : drawn[i];
    }
    param.changed();
  }

  private static HiddenStates states(Demand demand) {
    float[][] byLayer = new float[LAYERS + 1][];
    for (int layer = 0; layer <= LAYERS; layer++) {
      if (demand.at(layer) != Tokens.NONE) {
        float[] text = ClosedForm.values("seed-guide/hidden_states." + layer, TOKENS * WIDTH, 1);
        int kept = demand.at(layer) == Tokens.ALL ? TOKENS * WIDTH : WIDTH;
        byLayer[layer] = new float[TEXTS * kept];
        for (int i = 0; i < TEXTS; i++) {
          System.arraycopy(text, 0, byLayer[layer], i * kept, kept);
        }
      }
    }
    int[] offsets = new int[TEXTS + 1];
    Arrays.setAll(offsets, text -> text * TOKENS);
    return HiddenStates.of(offsets, WIDTH, demand, byLayer);
  }
}
