package dev.lanepool.encoder;

import dev.lanepool.encoder.Checkpoint.LayerNormWeights;
import dev.lanepool.kernels.PackedMatrix;
import dev.lanepool.kernels.Storage;
import dev.lanepool.kernels.ThreadTeam;
import dev.lanepool.weights.ModelFileException;
import dev.lanepool.weights.RobertaConfig;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint's weights in the form the kernels read.
 *
 * @param words (V, C)
 * @param positions (P, C)
 * @param type row 0 of the token type table, C: RoBERTa's type ids are all 0
 * @param layers from the first to the last
 * @param pooler (C, C), or null where the checkpoint has none
 */
record EncoderWeights(EmbeddingTable words, EmbeddingTable positions, float[] type, LayerNormWeights norm, List<Layer> layers,
    @Nullable PackedMatrix pooler) {
  /** Floats of a tensor that a thread reads at once, on their way into panels; at least a row. */
  private static final int PIECE = 1 << 17;

  /** Matrices of a layer. */
  private static final int MATRICES = 4;

  /**
   * One encoder layer.
   *
   * @param qkv query, key and value one below the other, (3C, C)
   * @param attentionOutput (C, C)
   * @param intermediate (F, C)
   * @param output (C, F)
   */
  record Layer(PackedMatrix qkv, PackedMatrix attentionOutput, LayerNormWeights attentionNorm, PackedMatrix intermediate,
      PackedMatrix output, LayerNormWeights outputNorm) {}

  /** Reads a tensor and packs it, by way of a thread's piece. */
  private interface Packing {
    void read(float[] piece);
  }

  /** Reads and packs piece by piece, several tensors at once, so that little more than the packed form is ever in memory. */
  static EncoderWeights load(Checkpoint checkpoint, RobertaConfig config, Storage storage, ThreadTeam team) {
    int c = config.hiddenSize();
    int f = config.intermediateSize();
    EmbeddingTable[] words = new EmbeddingTable[1];
    PackedMatrix[] packed = new PackedMatrix[MATRICES * config.layers() + 1]; // the pooler last
    List<Packing> packing = new ArrayList<>();
    packing.add(piece -> words[0] = checkpoint.table("embeddings.word_embeddings.weight", c, storage, piece)); // the longest first
    for (int i = 0; i < config.layers(); i++) {
      String layer = "encoder.layer." + i + ".";
      String self = layer + "attention.self.";
      int at = MATRICES * i;
      packing.add(piece -> packed[at] = packed(checkpoint, c, c, storage, piece, self + "query", self + "key", self + "value"));
      packing.add(piece -> packed[at + 1] = packed(checkpoint, c, c, storage, piece, layer + "attention.output.dense"));
      packing.add(piece -> packed[at + 2] = packed(checkpoint, f, c, storage, piece, layer + "intermediate.dense"));
      packing.add(piece -> packed[at + 3] = packed(checkpoint, c, f, storage, piece, layer + "output.dense"));
    }
    if (checkpoint.hasPooler()) {
      packing.add(piece -> packed[packed.length - 1] = packed(checkpoint, c, c, storage, piece, "pooler.dense"));
    }
    float[][] pieces = new float[team.threads()][];
    team.run((index, worker) -> {
      pieces[worker] = pieces[worker] == null ? new float[Math.max(PIECE, Math.max(c, f))] : pieces[worker];
      packing.get(index).read(pieces[worker]);
    }, packing.size());

    List<Layer> layers = new ArrayList<>();
    for (int i = 0; i < config.layers(); i++) {
      String layer = "encoder.layer." + i + ".";
      int at = MATRICES * i;
      layers.add(new Layer(packed[at], packed[at + 1], checkpoint.norm(layer + "attention.output.LayerNorm"),
          packed[at + 2], packed[at + 3], checkpoint.norm(layer + "output.LayerNorm")));
    }
    float[] type = new float[c];
    checkpoint.floats("embeddings.token_type_embeddings.weight", 0, type, c);
    // A hundredth of the words: 8 bits would save nothing.
    Storage small = storage == Storage.INT8 ? Storage.BF16 : storage;
    return new EncoderWeights(words[0], checkpoint.table("embeddings.position_embeddings.weight", c, small, new float[c]), type,
        checkpoint.norm("embeddings.LayerNorm"), List.copyOf(layers), packed[packed.length - 1]);
  }

  /** Tensors of (outputs, inputs) each and their biases, one below the other in one matrix. */
  private static PackedMatrix packed(Checkpoint checkpoint, int outputs, int inputs, Storage storage, float[] piece, String... names) {
    PackedMatrix matrix = new PackedMatrix(names.length * outputs, inputs, storage);
    int most = piece.length / inputs;
    for (int i = 0; i < names.length; i++) {
      for (int row = 0; row < outputs; row += most) {
        int count = Math.min(most, outputs - row);
        checkpoint.floats(names[i] + ".weight", (long) row * inputs, piece, count * inputs);
        try {
          matrix.pack(i * outputs + row, count, piece, 0);
        } catch (IllegalArgumentException e) {
          throw new ModelFileException(checkpoint.describe(names[i] + ".weight") + ": " + e.getMessage(), e);
        }
      }
      matrix.packBias(i * outputs, checkpoint.floats(names[i] + ".bias"));
    }
    return matrix;
  }

  /** The bytes held by tables and matrices, paddings of panels and biases included; not by layer norms and the type row, a few C each. */
  long bytes() {
    long bytes = words.held() + positions.held();
    for (Layer layer : layers) {
      bytes += layer.qkv.bytes() + layer.attentionOutput.bytes() + layer.intermediate.bytes() + layer.output.bytes();
    }
    return bytes + (pooler == null ? 0 : pooler.bytes());
  }
}
