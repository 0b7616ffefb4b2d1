package dev.lanepool.encoder;

import dev.lanepool.encoder.Checkpoint.LayerNormWeights;
import dev.lanepool.kernels.Attention;
import dev.lanepool.kernels.Epilogue;
import dev.lanepool.kernels.Gemm;
import dev.lanepool.kernels.Kernels;
import dev.lanepool.kernels.PackedMatrix;
import dev.lanepool.kernels.ThreadTeam;
import dev.lanepool.kernels.Workspace;
import dev.lanepool.weights.RobertaConfig;
import java.util.Arrays;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Some texts on their way through the encoder's layers, with all threads of one team. Serves one caller at a time, and allocates nothing
 * once it has seen as many rows and as many texts.
 */
final class EncoderPass {
  /** Rows that one piece of a row-wise step covers. */
  private static final int ROWS_PER_PIECE = 16;

  private final RobertaConfig config;
  private final EncoderWeights weights;
  private final int c; // C
  private final int f; // F
  private final int ldc; // floats from a row of C to the next
  private final int ldqkv;
  private final int ldf;
  private final float eps;
  private final Kernels kernels = Kernels.active();
  private final ThreadTeam team;
  private final Gemm gemm;
  private final Attention attention;

  // Scratch of this pass, each at least as long as its comment says, rows of C ldc apart; R rows, B texts. What passes that run side by
  // side can share without meeting, each in rows of its own, is in EncoderScratch.
  private final EncoderScratch shared;
  private float[] x = {}; // (R, C): a layer's input, then its output
  private float[] attended = {}; // (R, C)
  private float[] picked = {}; // (B, C): the input rows of a last layer of which one row a text is demanded
  private float[] queries = {}; // (B, C)
  private int[] ids = {}; // (R)
  private int[] positionIds = {}; // (R)
  private int[][] offsetsByTexts = {}; // at B an array of B + 1: attention takes the number of texts from its length

  // What is at hand.
  private int firstRow; // of the rows of shared scratch that are this pass's
  private int rows; // R
  private int[] offsets = {}; // (B + 1): where each text's rows start in shared scratch, then where the last one's end

  // What the row-wise steps read.
  private final ThreadTeam.Task embedRows = this::embedRows;
  private final ThreadTeam.Task normRows = this::normRows;
  private int stepRows;
  private LayerNormWeights norm;
  private float[] normed = {};

  private long multiplications;

  EncoderPass(RobertaConfig config, EncoderWeights weights, EncoderScratch shared, ThreadTeam team) {
    this.config = config;
    this.weights = weights;
    this.shared = shared;
    this.team = team;
    c = config.hiddenSize();
    f = config.intermediateSize();
    ldc = Gemm.stride(c);
    ldqkv = Gemm.stride(3 * c);
    ldf = Gemm.stride(f);
    eps = (float) config.layerNormEps();
    norm = weights.norm();
    Workspace[] workspaces = Workspace.forTeam(team);
    gemm = new Gemm(team, workspaces);
    attention = new Attention(team, workspaces);
  }

  /**
   * Encodes some of a batch's texts, in any order, and writes the rows demanded to where {@link HiddenStates} has them.
   *
   * @param texts which texts, from {@code from} to {@code to}, exclusive
   * @param firstRow where in the shared scratch, which has room, the rows are that no other pass uses meanwhile
   * @param kept the places, by layer
   * @param caller whose interruption ends the work
   * @throws CancellationException where the caller is interrupted
   */
  void run(TokenBatch batch, int[] texts, int from, int to, int firstRow, Demand demand, float[] @Nullable [] kept, Thread caller) {
    this.firstRow = firstRow;
    offsets = offsets(to - from);
    offsets[0] = firstRow;
    for (int i = from; i < to; i++) {
      offsets[i - from + 1] = offsets[i - from] + batch.length(texts[i]);
    }
    rows = offsets[to - from] - firstRow;
    x = EncoderScratch.grown(x, rows, ldc);
    embed(batch, texts, from);
    keep(batch, texts, from, demand.at(0), kept[0]);

    int highest = demand.highest();
    for (int layer = 1; layer <= highest; layer++) {
      if (caller.isInterrupted()) {
        throw new CancellationException("interrupted before layer " + layer);
      }
      Tokens needed = layer < highest ? Tokens.ALL : demand.at(layer);
      if (needed == Tokens.ALL) {
        layer(weights.layers().get(layer - 1));
        keep(batch, texts, from, demand.at(layer), kept[layer]);
      } else {
        layerOfOneRow(weights.layers().get(layer - 1), needed);
        for (int i = 0; i < to - from; i++) {
          System.arraycopy(picked, i * ldc, kept[layer], texts[from + i] * c, c);
        }
      }
    }
  }

  /** An array that holds just {@code texts} + 1 elements. */
  private int[] offsets(int texts) {
    if (offsetsByTexts.length <= texts) {
      offsetsByTexts = Arrays.copyOf(offsetsByTexts, texts + 1);
    }
    if (offsetsByTexts[texts] == null) {
      offsetsByTexts[texts] = new int[texts + 1];
    }
    return offsetsByTexts[texts];
  }

  private void embed(TokenBatch batch, int[] texts, int from) {
    if (ids.length < rows) {
      positionIds = new int[rows];
      ids = new int[rows]; // last: it shows the room
    }
    int pad = config.padTokenId();
    for (int i = 0; i < offsets.length - 1; i++) {
      int start = offsets[i] - firstRow;
      int length = offsets[i + 1] - offsets[i];
      System.arraycopy(batch.ids(), batch.offsets()[texts[from + i]], ids, start, length);
      // A pad id takes the pad's position and does not advance the count (FAIRSEQ's make_positions).
      for (int row = start, position = pad; row < start + length; row++) {
        positionIds[row] = ids[row] == pad ? pad : ++position;
      }
    }
    rowWise(embedRows, rows);
    norm(x, weights.norm(), rows);
  }

  /** One transformer layer over all rows of x. */
  private void layer(EncoderWeights.Layer layer) {
    product(x, 0, ldc, rows, layer.qkv(), 0, 3 * c, shared.qkv, firstRow * ldqkv, ldqkv, Epilogue.BIAS, null);
    attend(shared.qkv, ldqkv, Attention.Queries.ALL, shared.context);
    afterAttention(layer, shared.context, firstRow * ldc, x, rows);
  }

  /** The last layer, where one row a text is demanded: keys and values of all rows, the rest of the demanded ones, in picked. */
  private void layerOfOneRow(EncoderWeights.Layer layer, Tokens which) {
    int texts = offsets.length - 1;
    picked = EncoderScratch.grown(picked, texts, ldc);
    queries = EncoderScratch.grown(queries, texts, ldc);
    for (int text = 0; text < texts; text++) {
      int row = (which == Tokens.FIRST ? offsets[text] : offsets[text + 1] - 1) - firstRow;
      System.arraycopy(x, row * ldc, picked, text * ldc, c);
    }
    product(x, 0, ldc, rows, layer.qkv(), c, 2 * c, shared.qkv, firstRow * ldqkv + c, ldqkv, Epilogue.BIAS, null);
    product(picked, 0, ldc, texts, layer.qkv(), 0, c, queries, 0, ldc, Epilogue.BIAS, null);
    attend(queries, ldc, Attention.Queries.ONE_PER_TEXT, x); // which holds what nobody needs any more
    afterAttention(layer, x, 0, picked, texts);
  }

  /** The layer's second part: in is its input and becomes its output, context its attention; both (count, C). */
  private void afterAttention(EncoderWeights.Layer layer, float[] context, int contextOffset, float[] in, int count) {
    attended = EncoderScratch.grown(attended, count, ldc);
    int between = firstRow * ldf;
    product(context, contextOffset, ldc, count, layer.attentionOutput(), 0, c, attended, 0, ldc, Epilogue.BIAS_RESIDUAL, in);
    norm(attended, layer.attentionNorm(), count);
    product(attended, 0, ldc, count, layer.intermediate(), 0, f, shared.intermediate, between, ldf, Epilogue.BIAS_GELU_ERF, null);
    product(shared.intermediate, between, ldf, count, layer.output(), 0, c, in, 0, ldc, Epilogue.BIAS_RESIDUAL, attended);
    norm(in, layer.outputNorm(), count);
  }

  /** Columns of a product, as {@link Gemm#ntColumns}; the residual's rows are of C. */
  private void product(float[] a, int aOffset, int lda, int count, PackedMatrix b, int firstColumn, int columns, float[] to, int toOffset,
      int ldTo, Epilogue epilogue, float @Nullable [] residual) {
    multiplications += (long) count * columns * b.inputs();
    gemm.ntColumns(a, aOffset, lda, count, b, firstColumn, columns, to, toOffset, ldTo, epilogue, residual, ldc);
  }

  /** Attention of these queries over the keys and values in qkv. */
  private void attend(float[] q, int ldq, Attention.Queries which, float[] out) {
    for (int text = 0; text < offsets.length - 1; text++) {
      long length = offsets[text + 1] - offsets[text];
      multiplications += 2L * c * length * (which == Attention.Queries.ALL ? length : 1);
    }
    attention.attend(q, ldq, shared.qkv, ldqkv, c, 2 * c, offsets, which, config.heads(), config.headWidth(), out, ldc);
  }

  private void norm(float[] values, LayerNormWeights by, int count) {
    normed = values;
    norm = by;
    rowWise(normRows, count);
  }

  private void rowWise(ThreadTeam.Task step, int count) {
    stepRows = count;
    team.run(step, (count + ROWS_PER_PIECE - 1) / ROWS_PER_PIECE);
  }

  private void embedRows(int piece, int worker) {
    float[] position = shared.context; // free until the first attention
    for (int row = piece * ROWS_PER_PIECE; row < Math.min(stepRows, (piece + 1) * ROWS_PER_PIECE); row++) {
      int at = (firstRow + row) * ldc;
      weights.words().copyRow(ids[row], x, row * ldc);
      kernels.add(x, row * ldc, weights.type(), 0, x, row * ldc, c);
      weights.positions().copyRow(positionIds[row], position, at);
      kernels.add(x, row * ldc, position, at, x, row * ldc, c);
    }
  }

  private void normRows(int piece, int worker) {
    for (int row = piece * ROWS_PER_PIECE; row < Math.min(stepRows, (piece + 1) * ROWS_PER_PIECE); row++) {
      kernels.layerNormRow(normed, row * ldc, norm.gamma(), norm.beta(), eps, normed, row * ldc, c);
    }
  }

  /** Copies the rows demanded of x to where they are kept. */
  private void keep(TokenBatch batch, int[] texts, int from, Tokens tokens, float @Nullable [] to) {
    if (tokens == Tokens.NONE || to == null) {
      return;
    }
    for (int i = 0; i < offsets.length - 1; i++) {
      int text = texts[from + i];
      int start = offsets[i] - firstRow;
      int length = offsets[i + 1] - offsets[i];
      switch (tokens) {
        case ALL -> copyRows(start, length, to, batch.offsets()[text]);
        case FIRST -> copyRows(start, 1, to, text);
        case LAST -> copyRows(start + length - 1, 1, to, text);
        case NONE -> { }
      }
    }
  }

  /** Rows of x to rows of {@code to}, which lie close. */
  private void copyRows(int row, int count, float[] to, int toRow) {
    for (int i = 0; i < count; i++) {
      System.arraycopy(x, (row + i) * ldc, to, (toRow + i) * c, c);
    }
  }

  /**
   * The tanh pooler: out[C] = tanh(W · row + b).
   *
   * @param pooler W and b
   */
  void pool(PackedMatrix pooler, float[] row, int rowOffset, float[] out, int outOffset) {
    product(row, rowOffset, c, 1, pooler, 0, c, out, outOffset, c, Epilogue.BIAS, null);
    kernels.tanhInPlace(out, outOffset, c);
  }

  /** How many multiplications products and attention have taken so far: what tests count the work by. */
  long multiplications() {
    return multiplications;
  }
}
