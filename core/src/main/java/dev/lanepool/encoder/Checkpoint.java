package dev.lanepool.encoder;

import dev.lanepool.kernels.Storage;
import dev.lanepool.weights.ModelFileException;
import dev.lanepool.weights.RobertaConfig;
import dev.lanepool.weights.Weights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A checkpoint's tensors under the names that Hugging Face's {@code RobertaModel} gives them, whatever prefix they are stored with.
 * Opening it compares every name and shape with what the configuration asks for and reports all differences together.
 */
final class Checkpoint {
  private static final List<String> PREFIXES = List.of("", "roberta.", "model.", "0.auto_model.");
  private static final String WORDS = "embeddings.word_embeddings.weight";
  private static final String POSITIONS = "embeddings.position_embeddings.weight";
  private static final Set<String> BUFFERS = Set.of("embeddings.position_ids", "embeddings.token_type_ids");

  private final Weights weights;
  private final String prefix;
  private final boolean pooler;
  private final RobertaConfig config;

  /**
   * @throws ModelFileException that lists every tensor that is missing, has a wrong shape, or belongs to the encoder and is unknown to
   *     it. Tensors of task heads ({@code lm_head}, {@code classifier} and the like) are not the encoder's and are passed over
   */
  Checkpoint(Weights weights, RobertaConfig config, String file) {
    this.weights = weights;
    prefix = PREFIXES.stream().filter(candidate -> weights.contains(candidate + WORDS)).findFirst().orElseThrow(
        () -> new ModelFileException(file + ": no tensor " + WORDS + " with any of the prefixes " + PREFIXES + "; found "
            + weights.names().stream().limit(5).toList() + (weights.names().size() > 5 ? " and more" : "")));
    // Some configurations are wrong about the number of positions: the tensor is what there is.
    List<Long> shape = weights.contains(prefix + POSITIONS) ? weights.info(prefix + POSITIONS).shape() : List.of();
    this.config = shape.size() == 2 ? config.withMaxPositions(shape.get(0), weights.describe(prefix + POSITIONS)) : config;
    pooler = weights.contains(prefix + "pooler.dense.weight");
    check(expected(), file);
  }

  private Map<String, long[]> expected() {
    long c = config.hiddenSize();
    long f = config.intermediateSize();
    Map<String, long[]> shapes = new LinkedHashMap<>();
    shapes.put(WORDS, new long[] {config.vocabSize(), c});
    shapes.put(POSITIONS, new long[] {config.maxPositions(), c});
    shapes.put("embeddings.token_type_embeddings.weight", new long[] {config.typeVocabSize(), c});
    norm(shapes, "embeddings.LayerNorm", c);
    for (int i = 0; i < config.layers(); i++) {
      String layer = "encoder.layer." + i + ".";
      linear(shapes, layer + "attention.self.query", c, c);
      linear(shapes, layer + "attention.self.key", c, c);
      linear(shapes, layer + "attention.self.value", c, c);
      linear(shapes, layer + "attention.output.dense", c, c);
      norm(shapes, layer + "attention.output.LayerNorm", c);
      linear(shapes, layer + "intermediate.dense", f, c);
      linear(shapes, layer + "output.dense", c, f);
      norm(shapes, layer + "output.LayerNorm", c);
    }
    if (pooler) {
      linear(shapes, "pooler.dense", c, c);
    }
    return shapes;
  }

  private static void linear(Map<String, long[]> shapes, String name, long out, long in) {
    shapes.put(name + ".weight", new long[] {out, in});
    shapes.put(name + ".bias", new long[] {out});
  }

  private void norm(Map<String, long[]> shapes, String name, long c) {
    boolean old = weights.contains(prefix + name + ".gamma");
    shapes.put(name + (old ? ".gamma" : ".weight"), new long[] {c});
    shapes.put(name + (old ? ".beta" : ".bias"), new long[] {c});
  }

  private void check(Map<String, long[]> expected, String file) {
    List<String> faults = new ArrayList<>();
    expected.forEach((name, shape) -> {
      if (!weights.contains(prefix + name)) {
        faults.add("missing " + prefix + name);
      } else {
        try {
          weights.expectShape(prefix + name, shape);
        } catch (ModelFileException e) {
          faults.add(e.getMessage());
        }
      }
    });
    for (String stored : weights.names()) {
      String name = stored.startsWith(prefix) ? stored.substring(prefix.length()) : "";
      if (isEncoders(name) && !expected.containsKey(name)) {
        faults.add("unexpected " + stored);
      }
    }
    if (!faults.isEmpty()) {
      int shown = Math.min(faults.size(), 20);
      throw new ModelFileException(file + ": the tensors do not fit config.json: " + String.join("; ", faults.subList(0, shown))
          + (faults.size() > shown ? "; and " + (faults.size() - shown) + " more" : ""));
    }
  }

  /** Where in a stored tensor's name the name that the encoder knows it by begins; -1 where the encoder does not read it. */
  static int encoderName(String stored) {
    for (String prefix : PREFIXES) {
      String name = stored.startsWith(prefix) ? stored.substring(prefix.length()) : "";
      if (isEncoders(name)) {
        return prefix.length();
      }
    }
    return -1;
  }

  /** Whether a tensor of that name, without prefix, is a weight of the encoder. */
  private static boolean isEncoders(String name) {
    return (name.startsWith("embeddings.") || name.startsWith("encoder.") || name.startsWith("pooler.")) && !BUFFERS.contains(name);
  }

  /** Whether the checkpoint has pooler weights. Many have none, roberta-base among them. */
  boolean hasPooler() {
    return pooler;
  }

  /** What {@code config.json} says, but for the number of positions, which is that of the tensor. */
  RobertaConfig config() {
    return config;
  }

  /** A tensor as floats, row-major. */
  float[] floats(String name) {
    return weights.floats(prefix + name);
  }

  /** The first {@code count} elements of a tensor from element {@code from} on, into the beginning of an array. */
  void floats(String name, long from, float[] to, int count) {
    weights.floats(prefix + name, from, to, 0, count);
  }

  /** A layer norm's weights: gamma and beta, C each. */
  LayerNormWeights norm(String name) {
    boolean old = weights.contains(prefix + name + ".gamma");
    return new LayerNormWeights(floats(name + (old ? ".gamma" : ".weight")), floats(name + (old ? ".beta" : ".bias")));
  }

  /** An embedding table, (rows, C), by way of a piece of at least C floats. */
  EmbeddingTable table(String name, int width, Storage storage, float[] piece) {
    return EmbeddingTable.read(weights, prefix + name, width, storage, piece);
  }

  /** How errors name a tensor. */
  String describe(String name) {
    return weights.describe(prefix + name);
  }

  /** gamma and beta of a layer norm, C each. */
  record LayerNormWeights(float[] gamma, float[] beta) {}
}
