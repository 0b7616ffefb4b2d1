package dev.lanepool.encoder;

import dev.lanepool.kernels.PackedMatrix;
import dev.lanepool.kernels.ReducedKernels;
import dev.lanepool.kernels.Storage;
import dev.lanepool.kernels.ThreadTeam;
import dev.lanepool.weights.ModelFileException;
import dev.lanepool.weights.ModelSource;
import dev.lanepool.weights.RobertaConfig;
import dev.lanepool.weights.Weights;
import java.util.Objects;
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

  /** Rows that are worth a thread of their own: with fewer, reading the weights counts. */
  private static final int ROWS_PER_SHARE = 128;

  /** The same where the weights are few. */
  private static final int FEW_ROWS_PER_SHARE = 32;

  private final RobertaConfig config;
  private final String stamp; // of the files
  private final EncoderWeights weights;
  private final int c; // C
  private final int f; // F
  private final boolean large;

  private final ReentrantLock turn = new ReentrantLock(true);
  private final ThreadTeam team;
  private boolean closed;

  // All threads on one text after another, and each thread on texts of its own. What is at hand is guarded by the turn.
  private final EncoderScratch scratch = new EncoderScratch();
  private final EncoderPass together;
  private final EncoderPass[] apart; // (threads)
  private final Shares shares;
  private final ThreadTeam.Task encodeShare = this::encodeShare;
  private int[] inOrder = {};
  private @Nullable TokenBatch batch;
  private @Nullable Demand demand;
  private float @Nullable [] @Nullable [] kept;
  private @Nullable Thread caller;

  private RobertaEncoder(Checkpoint checkpoint, String stamp, Storage storage, ThreadTeam team) {
    config = checkpoint.config();
    this.stamp = stamp;
    this.team = team;
    large = multiplicationsPerToken(config) > LARGE;
    if (large) {
      ReducedKernels.active().warmUp(storage); // while the weights are read
    }
    weights = EncoderWeights.load(checkpoint, config, storage, team);
    c = config.hiddenSize();
    f = config.intermediateSize();
    shares = new Shares(c, f);
    together = new EncoderPass(config, weights, scratch, team);
    apart = new EncoderPass[team.threads()];
    for (int i = 0; i < apart.length; i++) {
      apart[i] = new EncoderPass(config, weights, scratch, new ThreadTeam(1));
    }
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
   * @param threads how many threads share the work of one caller, 1 to {@link ThreadTeam#MOST_THREADS}
   * @param storage how the weights are kept
   * @throws IllegalArgumentException where there are fewer or more threads
   * @throws ModelFileException where the files are not a RoBERTa encoder that this class supports; it names the file, what was found and
   *     what was expected
   */
  public static RobertaEncoder load(ModelSource source, int threads, Storage storage) {
    RobertaConfig config = RobertaConfig.parse(source.readJson("config.json")); // what it refuses costs no threads
    ThreadTeam team = new ThreadTeam(threads);
    try (Weights stored = Weights.open(source)) {
      return new RobertaEncoder(new Checkpoint(stored, config, source.describe("config.json")), stored.stamp(), storage, team);
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
    return new Checkpoint(stored, config, source.describe("config.json")).config();
  }

  /**
   * The {@link Fingerprint} of what was loaded, for which the weights are read anew.
   *
   * @param source what the encoder was loaded from
   * @throws ModelFileException where a file of the weights has gone, or is another one than was loaded
   */
  public String fingerprint(ModelSource source) {
    try (Weights stored = unchanged(source)) {
      return Fingerprint.of(config, stored);
    }
  }

  /**
   * Checks that the files of the weights are still those that were loaded.
   *
   * @param source what the encoder was loaded from
   * @throws ModelFileException where one has gone, or is another one
   */
  public void checkUnchanged(ModelSource source) {
    unchanged(source).close();
  }

  private Weights unchanged(ModelSource source) {
    Weights stored = Weights.open(source);
    if (!stored.stamp().equals(stamp)) {
      stored.close();
      throw new ModelFileException(stored.stamp() + ": not what was loaded, expected " + stamp);
    }
    return stored;
  }

  /** Whether a tensor of a checkpoint is the encoder's, by its name: those of task heads are not. */
  public static boolean reads(String tensor) {
    return Checkpoint.encoderName(tensor) >= 0;
  }

  private static long multiplicationsPerToken(RobertaConfig config) {
    return config.layers() * (4L * config.hiddenSize() * config.hiddenSize() + 2L * config.hiddenSize() * config.intermediateSize());
  }

  /** What {@code config.json} says, but for the number of positions, which is that of the tensor. */
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
    return config.maxTokens();
  }

  /** The bytes of the word and position embeddings and of the matrices as they are held; the rest is small beside them. */
  public long weightBytes() {
    return weights.bytes();
  }

  /** Whether the checkpoint has the weights of the tanh pooler. roberta-base has none. */
  public boolean hasPooler() {
    return weights.pooler() != null;
  }

  /** How many multiplications products and attention have taken so far, for tests. */
  long multiplications() {
    long sum = together.multiplications();
    for (EncoderPass pass : apart) {
      sum += pass.multiplications();
    }
    return sum;
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
        throw new IllegalArgumentException("text " + text + ": no token ids, expected at least one, as even an empty text has where the "
            + "tokenizer adds <s> and </s>");
      }
      if (length > maxTokens()) {
        throw new IllegalArgumentException("text " + text + ": " + length + " tokens, the model takes at most " + maxTokens());
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
    int rows = batch.offsets()[next] - batch.offsets()[first];
    scratch.grow(rows, c, f);
    if (!deal(batch, first, next, rows)) {
      inOrder = inOrder.length >= next - first ? inOrder : new int[next - first];
      for (int i = 0; i < next - first; i++) {
        inOrder[i] = first + i;
      }
      together.run(batch, inOrder, 0, next - first, 0, demand, kept, Thread.currentThread());
      return;
    }
    this.batch = batch;
    this.demand = demand;
    this.kept = kept;
    caller = Thread.currentThread();
    try {
      team.run(encodeShare, shares.count());
    } finally {
      this.batch = null;
      this.demand = null;
      this.kept = null;
      caller = null;
    }
  }

  /** Deals the texts out, two shares a thread so that a thread that is held up delays little, else one; false where neither is fair. */
  private boolean deal(TokenBatch batch, int first, int next, int rows) {
    int threads = team.threads();
    if (threads == 1) {
      return false;
    }
    for (int perThread = 2; perThread > 0; perThread--) {
      int count = perThread * threads;
      int least = perThread == 2 || large ? ROWS_PER_SHARE : FEW_ROWS_PER_SHARE;
      if (next - first >= count && rows >= (long) count * least) {
        shares.deal(batch, first, next, count);
        if (shares.even(least)) {
          return true;
        }
      }
    }
    return false;
  }

  private void encodeShare(int share, int worker) {
    int firstRow = shares.firstRow(share, worker, team.threads());
    apart[worker].run(Objects.requireNonNull(batch), shares.texts(), shares.start(share), shares.start(share + 1), firstRow,
        Objects.requireNonNull(demand), Objects.requireNonNull(kept), Objects.requireNonNull(caller));
  }

  /**
   * The tanh pooler: out[C] = tanh(W · row + b), what Hugging Face calls {@code pooler_output} where {@code row} is row 0 of the last
   * layer.
   *
   * @throws IllegalArgumentException where the checkpoint has no pooler weights, or fewer than C floats are left of {@code row} or
   *     {@code out}
   * @throws IndexOutOfBoundsException where an offset is negative
   * @throws CancellationException where the calling thread is interrupted; its interrupt status stays set
   * @throws IllegalStateException after {@link #close}
   */
  public void pooler(float[] row, int rowOffset, float[] out, int outOffset) {
    PackedMatrix pooler = weights.pooler();
    if (pooler == null) {
      throw new IllegalArgumentException("this checkpoint has no pooler weights (pooler.dense)");
    }
    takeTurn();
    try {
      together.pool(pooler, row, rowOffset, out, outOffset);
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
}
