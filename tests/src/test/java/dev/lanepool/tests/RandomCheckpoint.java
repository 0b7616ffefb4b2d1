package dev.lanepool.tests;

import dev.lanepool.weights.ModelSource;
import dev.lanepool.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.random.RandomGenerator;

/** Random checkpoints of any shape, for sizes at which no golden is stored: several tiles, key blocks and panels. */
final class RandomCheckpoint {
  private final RandomGenerator random;
  private final SafetensorsWriter writer = new SafetensorsWriter();

  private RandomCheckpoint(RandomGenerator random) {
    this.random = random;
  }

  /** Writes {@code config.json} and {@code model.safetensors} into an existing folder. Scores have a deviation near 2, as trained ones. */
  static ModelSource write(
      Path folder, RandomGenerator random, int hidden, int heads, int intermediate, int layers, int vocab, int maxPositions)
      throws IOException {
    return write(folder, random, hidden, heads, intermediate, layers, vocab, maxPositions, false);
  }

  /** The same, with the pooler's weights if asked for. */
  static ModelSource write(Path folder, RandomGenerator random, int hidden, int heads, int intermediate, int layers, int vocab,
      int maxPositions, boolean pooler) throws IOException {
    RandomCheckpoint checkpoint = new RandomCheckpoint(random);
    checkpoint.gaussian("embeddings.word_embeddings.weight", 1, vocab, hidden);
    checkpoint.gaussian("embeddings.position_embeddings.weight", 0.5, maxPositions, hidden);
    checkpoint.gaussian("embeddings.token_type_embeddings.weight", 0.5, 1, hidden);
    checkpoint.layerNorm("embeddings.LayerNorm", hidden);
    for (int layer = 0; layer < layers; layer++) {
      String at = "encoder.layer." + layer + ".";
      checkpoint.linear(at + "attention.self.query", 1.4, hidden, hidden);
      checkpoint.linear(at + "attention.self.key", 1.4, hidden, hidden);
      checkpoint.linear(at + "attention.self.value", 1, hidden, hidden);
      checkpoint.linear(at + "attention.output.dense", 1, hidden, hidden);
      checkpoint.layerNorm(at + "attention.output.LayerNorm", hidden);
      checkpoint.linear(at + "intermediate.dense", 1.5, intermediate, hidden);
      checkpoint.linear(at + "output.dense", 1, hidden, intermediate);
      checkpoint.layerNorm(at + "output.LayerNorm", hidden);
    }
    if (pooler) {
      checkpoint.linear("pooler.dense", 1, hidden, hidden);
    }
    checkpoint.writer.write(folder.resolve("model.safetensors"));
    Files.writeString(folder.resolve("config.json"), """
        {"model_type": "roberta", "hidden_size": %d, "num_attention_heads": %d, "intermediate_size": %d, "num_hidden_layers": %d,
         "vocab_size": %d, "max_position_embeddings": %d, "type_vocab_size": 1, "layer_norm_eps": 1e-5, "pad_token_id": 1,
         "hidden_act": "gelu"}
        """.formatted(hidden, heads, intermediate, layers, vocab, maxPositions));
    return ModelSource.folder(folder);
  }

  private void linear(String name, double gain, int out, int in) {
    gaussian(name + ".weight", gain / Math.sqrt(in), out, in);
    gaussian(name + ".bias", 0.3, out);
  }

  private void layerNorm(String name, int hidden) {
    float[] weight = new float[hidden];
    for (int c = 0; c < hidden; c++) {
      weight[c] = (float) random.nextGaussian(1, 0.3);
    }
    writer.floats(name + ".weight", weight, hidden);
    gaussian(name + ".bias", 0.3, hidden);
  }

  private void gaussian(String name, double deviation, long... shape) {
    int count = 1;
    for (long dimension : shape) {
      count *= (int) dimension;
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian(0, deviation);
    }
    writer.floats(name, values, shape);
  }

  /** {@code <s>}, random ordinary tokens with a few pad ids among them, {@code </s>}. */
  static int[] text(RandomGenerator random, int tokens, int vocab) {
    int[] ids = new int[tokens];
    for (int t = 0; t < tokens; t++) {
      ids[t] = random.nextInt(10) == 0 ? 1 : random.nextInt(4, vocab);
    }
    ids[tokens - 1] = 2;
    ids[0] = 0;
    return ids;
  }
}
