package dev.lanepool.encoder;

import dev.lanepool.encoder.Checkpoint.LayerNormWeights;
import dev.lanepool.kernels.Attention;
import dev.lanepool.kernels.Epilogue;
import dev.lanepool.kernels.Gemm;
import dev.lanepool.kernels.Kernels;
import dev.lanepool.kernels.PackedMatrix;
import dev.lanepool.kernels.ReducedKernels;
import dev.lanepool.kernels.Storage;
import dev.lanepool.kernels.ThreadTeam;
import dev.lanepool.kernels.Workspace;
import dev.lanepool.weights.ModelFileException;
import dev.lanepool.weights.ModelSource;
import dev.lanepool.weights.RobertaConfig;
import dev.lanepool.weights.Weights;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * RoBERTa's encoder (Liu et al. 2019, arXiv 1907.11692; as Hugging Face's {@code RobertaModel} computes it in evaluation mode): post-norm
 * transformer layers over the sum of word, position and token type embeddings.
 *
 * <p>Batches are packed: no padding is ever computed. A text's hidden states do not depend, to the last bit, on what else is in the
 * batch, on the number of threads, or on which rows and layers were demanded.
 *
 * <p>Serves any number of callers: they take turns, in the order in which they came, at micro-batches of about
 * {@value #MICRO_BATCH_TOKENS} tokens. Threads and memory live until {@link #close}.
 */
public final class RobertaEncoder implements AutoCloseable {
  /** Texts are taken together until they have this many tokens; a longer one is taken alone. Bounds the scratch memory. */
  public static final int MICRO_BATCH_TOKENS = 1024;

  /** Multiplications a token from which on even a single short text is worth compiled kernels. */
  private static final long LARGE = 20_000_000;

  /** Rows that one piece of a row-wise step covers. */
  private static final int ROWS_PER_PIECE = 16;

  private final RobertaConfig config;
  private final EncoderWeights weights;
  private final int c; // C
  private final int f; // F
  private final int maxTokens;
  private final float eps;

  private final ReentrantLock turn = new ReentrantLock(true);
  private final Kernels kernels = Kernels.active();
  private final ThreadTeam team;
  private final Gemm gemm;
  private final Attention attention;
  private boolean closed;

  // Scratch of the micro-batch at hand, each at least as long as its comment says.
  private float[] x = {}; // (R, C): a layer's input, then its output
  private float[] qkv = {}; // (R, 3C)
  private float[] context = {}; // (R, C)
  private float[] attended = {}; // (R, C)
  private float[] intermediate = {}; // (R, F)
  private float[] picked = {}; // (B, C): the input rows of a last layer of which one row a text is demanded
  private float[] queries = {}; // (B, C)

  // What the row-wise steps read.
  private final ThreadTeam.Task embedRows = this::embedRows;
  private final ThreadTeam.Task normRows = this::normRows;
  private int[] ids = {};
  private int[] positionIds = {};
  private int firstRow; // of the micro-batch, in the batch
  private int rows;
  private int stepRows; // of the row-wise step
  private LayerNormWeights norm;
  private float[] normed = {};

  private RobertaEncoder(RobertaConfig config, Checkpoint checkpoint, Storage storage, ThreadTeam team) {
    this.config = config;
    this.team = team;
    if (multiplicationsPerToken(config) > LARGE) {
      kernels.warmUp(); // while the weights are read
      ReducedKernels.active().warmUp(storage);
    }
    weights = EncoderWeights.load(checkpoint, config, storage, team);
    c = config.hiddenSize();
    f = config.intermediateSize();
    eps = (float) config.layerNormEps();
    maxTokens = checkpoint.positions() - config.padTokenId() - 1;
    norm = weights.norm();
    Workspace[] workspaces = Workspace.forTeam(team);
    gemm = new Gemm(team, workspaces);
    attention = new Attention(team, workspaces);
  }

  /**
   * As {@link #load(ModelSource, int, Storage)}, weights in 32-bit floats.
   *
   * @throws ModelFileException where the files are not a RoBERTa encoder that this class supports
   */
  public static RobertaEncoder load(ModelSource source, int threads) {
    return load(source, threads, Storage.F32);
  }

  /**
   * Reads {@code config.json} and the weights, and packs them.
   *
   * @param threads how many threads share the work of one caller, at least 1
   * @param storage how the weights are kept
   * @throws ModelFileException where the files are not a RoBERTa encoder that this class supports; it names the file, what was found and
   *     what was expected
   */
  public static RobertaEncoder load(ModelSource source, int threads, Storage storage) {
    RobertaConfig config = RobertaConfig.parse(source.readJson("config.json"));
    ThreadTeam team = new ThreadTeam(threads);
    try (Weights stored = Weights.open(source)) {
      return new RobertaEncoder(config, new Checkpoint(stored, config, source.describe("config.json")), storage, team);
    } catch (Throwable failure) {
      team.close();
      throw failure;
    }
  }

  /**
   * Checks a model's configuration and the names and shapes of its tensors as {@link #load} does, by the files' headers alone.
   *
   * @return what {@code config.json} says, but for the number of positions, which is that of the tensor
   * @throws ModelFileException where {@link #load} would throw it, contents aside
   */
  public static RobertaConfig check(ModelSource source, Weights stored) {
    RobertaConfig config = RobertaConfig.parse(source.readJson("config.json"));
    Checkpoint checkpoint = new Checkpoint(stored, config, source.describe("config.json"));
    return config.withMaxPositions(checkpoint.positions(), source.describe("config.json"));
  }

  private static long multiplicationsPerToken(RobertaConfig config) {
    return config.layers() * (4L * config.hiddenSize() * config.hiddenSize() + 2L * config.hiddenSize() * config.intermediateSize());
  }

  /** What {@code config.json} says. */
  public RobertaConfig config() {
    return config;
  }

  /** L, the number of layers. */
  public int layers() {
    return config.layers();
  }

  /** C, the hidden size. */
  public int hiddenSize() {
    return c;
  }

  /** The most tokens a text may have, special tokens included: what the position table really holds. */
  public int maxTokens() {
    return maxTokens;
  }

  /** The bytes of the weights as they are held. */
  public long weightBytes() {
    return weights.bytes();
  }

  /** Whether the checkpoint has the weights of the tanh pooler. roberta-base has none. */
  public boolean hasPooler() {
    return weights.pooler() != null;
  }

  /**
   * The hidden states demanded, and nothing else: no layer above the highest one demanded runs, and in that one only the rows demanded
   * are computed (beyond the keys and values, which need all rows).
   *
   * @throws IllegalArgumentException where the demand is for another depth, a text has no token ids or more than {@link #maxTokens()}, an
   *     id is outside the vocabulary, or the result would not fit into arrays
   * @throws CancellationException where the calling thread is interrupted; its interrupt status stays set
   * @throws IllegalStateException after {@link #close}
   */
  public HiddenStates encode(TokenBatch batch, Demand demand) {
    check(batch, demand);
    float[][] kept = new float[layers() + 1][];
    for (int layer = 0; layer <= layers(); layer++) {
      if (demand.at(layer) != Tokens.NONE) {
        kept[layer] = new float[(demand.at(layer) == Tokens.ALL ? batch.ids().length : batch.texts()) * c];
      }
    }
    for (int first = 0, next; first < batch.texts(); first = next) {
      next = first + 1;
      while (next < batch.texts() && batch.offsets()[next + 1] - batch.offsets()[first] <= MICRO_BATCH_TOKENS) {
        next++;
      }
      takeTurn();
      try {
        run(batch, first, next, demand, kept);
      } finally {
        turn.unlock();
      }
    }
    return new HiddenStates(batch.offsets(), c, demand, kept, hasPooler() ? this::pooler : null);
  }

  private void check(TokenBatch batch, Demand demand) {
    if (demand.layers() != layers()) {
      throw new IllegalArgumentException("a demand for " + demand.layers() + " layers, the model has " + layers());
    }
    for (int text = 0; text < batch.texts(); text++) {
      int length = batch.length(text);
      if (length == 0) {
        throw new IllegalArgumentException("text " + text + ": no token ids; even an empty text has <s> and </s>");
      }
      if (length > maxTokens) {
        throw new IllegalArgumentException("text " + text + ": " + length + " tokens, the model takes at most " + maxTokens);
      }
      for (int i = 0; i < length; i++) {
        int id = batch.ids()[batch.offsets()[text] + i];
        if (id < 0 || id >= config.vocabSize()) {
          throw new IllegalArgumentException(
              "text " + text + ", token " + i + ": id " + id + ", expected 0 to " + (config.vocabSize() - 1));
        }
      }
    }
    if ((long) batch.ids().length * c > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          batch.ids().length + " tokens of " + c + " floats do not fit into one array; encode fewer texts at once");
    }
  }

  private void takeTurn() {
    try {
      turn.lockInterruptibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while waiting for the encoder");
    }
    if (closed) {
      turn.unlock();
      throw new IllegalStateException("the encoder is closed");
    }
  }

  /** One micro-batch: texts first to next, exclusive. */
  private void run(TokenBatch batch, int first, int next, Demand demand, float[] @Nullable [] kept) {
    firstRow = batch.offsets()[first];
    rows = batch.offsets()[next] - firstRow;
    int[] offsets = new int[next - first + 1]; // (b + 1), within the micro-batch
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = batch.offsets()[first + i] - firstRow;
    }
    x = grown(x, rows, c);
    context = grown(context, rows, c);
    embed(batch.ids(), offsets);
    keep(x, offsets, first, demand.at(0), kept[0]);

    int highest = demand.highest();
    for (int layer = 1; layer <= highest; layer++) {
      if (Thread.currentThread().isInterrupted()) {
        throw new CancellationException("interrupted before layer " + layer);
      }
      Tokens needed = layer < highest ? Tokens.ALL : demand.at(layer);
      if (needed == Tokens.ALL) {
        layer(weights.layers().get(layer - 1), offsets);
        keep(x, offsets, first, demand.at(layer), kept[layer]);
      } else {
        layerOfOneRow(weights.layers().get(layer - 1), offsets, needed);
        System.arraycopy(picked, 0, kept[layer], first * c, (next - first) * c);
      }
    }
  }

  private void embed(int[] ids, int[] offsets) {
    this.ids = ids;
    positionIds = positionIds.length >= rows ? positionIds : new int[rows];
    int pad = config.padTokenId();
    for (int text = 0; text < offsets.length - 1; text++) {
      // A pad id takes the pad's position and does not advance the count (FAIRSEQ's make_positions).
      for (int row = offsets[text], position = pad; row < offsets[text + 1]; row++) {
        positionIds[row] = ids[firstRow + row] == pad ? pad : ++position;
      }
    }
    rowWise(embedRows, rows);
    norm(x, weights.norm(), rows);
  }

  /** One transformer layer over all rows of x. */
  private void layer(EncoderWeights.Layer layer, int[] offsets) {
    qkv = grown(qkv, rows, 3 * c);
    gemm.nt(x, rows, layer.qkv(), qkv, Epilogue.BIAS, null);
    attend(qkv, 3 * c, offsets, Attention.Queries.ALL);
    afterAttention(layer, x, rows);
  }

  /** The last layer, where one row a text is demanded: keys and values of all rows, the rest of the demanded ones, in picked. */
  private void layerOfOneRow(EncoderWeights.Layer layer, int[] offsets, Tokens which) {
    int texts = offsets.length - 1;
    qkv = grown(qkv, rows, 3 * c);
    picked = grown(picked, texts, c);
    queries = grown(queries, texts, c);
    keep(x, offsets, 0, which, picked);
    gemm.ntColumns(x, 0, c, rows, layer.qkv(), c, 2 * c, qkv, c, 3 * c, Epilogue.BIAS, null, 0);
    gemm.ntColumns(picked, 0, c, texts, layer.qkv(), 0, c, queries, 0, c, Epilogue.BIAS, null, 0);
    attend(queries, c, offsets, Attention.Queries.ONE_PER_TEXT);
    afterAttention(layer, picked, texts);
  }

  /** Attention of these queries over the keys and values in qkv, into context. */
  private void attend(float[] q, int ldq, int[] offsets, Attention.Queries which) {
    attention.attend(q, ldq, qkv, 3 * c, c, 2 * c, offsets, which, config.heads(), config.headWidth(), context, c);
  }

  /** The layer's second part: in is its input and becomes its output, context its attention; both (count, C). */
  private void afterAttention(EncoderWeights.Layer layer, float[] in, int count) {
    attended = grown(attended, count, c);
    intermediate = grown(intermediate, count, f);
    gemm.nt(context, count, layer.attentionOutput(), attended, Epilogue.BIAS_RESIDUAL, in);
    norm(attended, layer.attentionNorm(), count);
    gemm.nt(attended, count, layer.intermediate(), intermediate, Epilogue.BIAS_GELU_ERF, null);
    gemm.nt(intermediate, count, layer.output(), in, Epilogue.BIAS_RESIDUAL, attended);
    norm(in, layer.outputNorm(), count);
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
    float[] position = context; // free until the first attention
    for (int row = piece * ROWS_PER_PIECE; row < Math.min(stepRows, (piece + 1) * ROWS_PER_PIECE); row++) {
      weights.words().copyRow(ids[firstRow + row], x, row * c);
      kernels.add(x, row * c, weights.type(), 0, x, row * c, c);
      weights.positions().copyRow(positionIds[row], position, row * c);
      kernels.add(x, row * c, position, row * c, x, row * c, c);
    }
  }

  private void normRows(int piece, int worker) {
    for (int row = piece * ROWS_PER_PIECE; row < Math.min(stepRows, (piece + 1) * ROWS_PER_PIECE); row++) {
      kernels.layerNormRow(normed, row * c, norm.gamma(), norm.beta(), eps, normed, row * c, c);
    }
  }

  /** Copies the rows demanded of values, (R, C), to where they are kept; text 0 of the micro-batch is text {@code first} there. */
  private void keep(float[] values, int[] offsets, int first, Tokens tokens, float @Nullable [] to) {
    if (tokens == Tokens.NONE || to == null) {
      return;
    }
    if (tokens == Tokens.ALL) {
      System.arraycopy(values, 0, to, firstRow * c, rows * c);
      return;
    }
    for (int text = 0; text < offsets.length - 1; text++) {
      int row = tokens == Tokens.FIRST ? offsets[text] : offsets[text + 1] - 1;
      System.arraycopy(values, row * c, to, (first + text) * c, c);
    }
  }

  /**
   * The tanh pooler: out[C] = tanh(W · row + b), what Hugging Face calls {@code pooler_output} where {@code row} is row 0 of the last
   * layer.
   *
   * @throws IllegalArgumentException where the checkpoint has no pooler weights
   * @throws CancellationException where the calling thread is interrupted
   * @throws IllegalStateException after {@link #close}
   */
  public void pooler(float[] row, int rowOffset, float[] out, int outOffset) {
    PackedMatrix pooler = weights.pooler();
    if (pooler == null) {
      throw new IllegalArgumentException("this checkpoint has no pooler weights (pooler.dense)");
    }
    takeTurn();
    try {
      gemm.ntColumns(row, rowOffset, c, 1, pooler, 0, c, out, outOffset, c, Epilogue.BIAS, null, 0);
      kernels.tanhInPlace(out, outOffset, c);
    } finally {
      turn.unlock();
    }
  }

  /** Waits for the call under way, then ends the threads. Calls that still wait for their turn, and later ones, are refused. */
  @Override
  public void close() {
    turn.lock();
    try {
      if (!closed) {
        closed = true;
        team.close();
      }
    } finally {
      turn.unlock();
    }
  }

  private static float[] grown(float[] scratch, int rows, int width) {
    long floats = (long) rows * width;
    if (floats > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(rows + " rows of " + width + " floats do not fit into one array");
    }
    return scratch.length >= floats ? scratch : new float[(int) floats];
  }
}
