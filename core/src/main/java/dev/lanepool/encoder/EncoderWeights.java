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
    List<Packing> packing = new ArrayList<>();
    List<Layer> layers = new ArrayList<>();
    for (int i = 0; i < config.layers(); i++) {
      String layer = "encoder.layer." + i + ".";
      PackedMatrix qkv = new PackedMatrix(3 * c, c, storage);
      pack(checkpoint, layer + "attention.self.query", qkv, 0, c, packing);
      pack(checkpoint, layer + "attention.self.key", qkv, c, c, packing);
      pack(checkpoint, layer + "attention.self.value", qkv, 2 * c, c, packing);
      layers.add(new Layer(qkv,
          packed(checkpoint, layer + "attention.output.dense", c, c, storage, packing),
          checkpoint.norm(layer + "attention.output.LayerNorm"),
          packed(checkpoint, layer + "intermediate.dense", f, c, storage, packing),
          packed(checkpoint, layer + "output.dense", c, f, storage, packing),
          checkpoint.norm(layer + "output.LayerNorm")));
    }
    PackedMatrix pooler = checkpoint.hasPooler() ? packed(checkpoint, "pooler.dense", c, c, storage, packing) : null;
    EmbeddingTable[] words = new EmbeddingTable[1];
    packing.addFirst(piece -> words[0] = checkpoint.table("embeddings.word_embeddings.weight", c, storage, piece)); // the longest first
    float[][] pieces = new float[team.threads()][];
    team.run((index, worker) -> {
      pieces[worker] = pieces[worker] == null ? new float[Math.max(PIECE, Math.max(c, f))] : pieces[worker];
      packing.get(index).read(pieces[worker]);
    }, packing.size());

    float[] type = new float[c];
    checkpoint.floats("embeddings.token_type_embeddings.weight", 0, type, c);
    // A hundredth of the words: 8 bits would save nothing.
    Storage small = storage == Storage.INT8 ? Storage.BF16 : storage;
    return new EncoderWeights(words[0], checkpoint.table("embeddings.position_embeddings.weight", c, small, new float[c]), type,
        checkpoint.norm("embeddings.LayerNorm"), List.copyOf(layers), pooler);
  }

  private static PackedMatrix packed(Checkpoint checkpoint, String name, int outputs, int inputs, Storage storage,
      List<Packing> packing) {
    PackedMatrix matrix = new PackedMatrix(outputs, inputs, storage);
    pack(checkpoint, name, matrix, 0, outputs, packing);
    return matrix;
  }

  private static void pack(Checkpoint checkpoint, String name, PackedMatrix matrix, int firstRow, int rows, List<Packing> packing) {
    packing.add(piece -> {
      int inputs = matrix.inputs();
      int most = piece.length / inputs;
      for (int row = 0; row < rows; row += most) {
        int count = Math.min(most, rows - row);
        checkpoint.floats(name + ".weight", (long) row * inputs, piece, count * inputs);
        try {
          matrix.pack(firstRow + row, count, piece, 0);
        } catch (IllegalArgumentException e) {
          throw new ModelFileException(checkpoint.describe(name + ".weight") + ": " + e.getMessage(), e);
        }
      }
      matrix.packBias(firstRow, checkpoint.floats(name + ".bias"));
    });
  }

  /** The bytes held by all of it, paddings of panels included. */
  long bytes() {
    long bytes = words.held() + positions.held();
    for (Layer layer : layers) {
      bytes += layer.qkv.bytes() + layer.attentionOutput.bytes() + layer.intermediate.bytes() + layer.output.bytes();
    }
    return bytes + (pooler == null ? 0 : pooler.bytes());
  }
}
