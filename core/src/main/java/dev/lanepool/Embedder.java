package dev.lanepool;

import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.RobertaEncoder;
import dev.lanepool.encoder.TokenBatch;
import dev.lanepool.tokenizer.EncodeOptions;
import dev.lanepool.tokenizer.Encoding;
import dev.lanepool.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One pass over texts: tokenises them one by one, encodes as many at once as the token budget allows, and hands out their embeddings in
 * input order. As nothing is padded, consecutive texts make as good a batch as texts of equal length would.
 *
 * <p>All but the last batch are encoded by a thread of this pass's own, while the calling thread hands out what the batch before gave and
 * tokenises the next. So the caller's stream and sink only ever meet the caller's thread, one batch of text needs no second thread, and no
 * more than three batches are in memory: one done, one under way, one being tokenised. {@link #close} ends the thread.
 */
final class Embedder implements AutoCloseable {
  private final RobertaEncoder encoder;
  private final Tokenizer tokenizer;
  private final Settings settings;
  private final Options options;
  private final Consumer<Embedding> sink;
  private final Demand demand;
  private final int windowTokens; // of a text's own
  private @Nullable ExecutorService encoding; // there from the second batch on
  private @Nullable Batch underWay;
  private List<Piece> pieces = new ArrayList<>(); // of the next batch
  private int tokens;
  private long index;

  /** Pieces and their hidden states to be. */
  private record Batch(List<Piece> pieces, Future<HiddenStates> states) {}

  /** Tokens of a text that are encoded together: all of them, but for texts that are read in windows. */
  private record Piece(Mean mean, int[] ids, boolean last) {}

  Embedder(RobertaEncoder encoder, Tokenizer tokenizer, Settings settings, Options options, Consumer<Embedding> sink) {
    this.encoder = encoder;
    this.tokenizer = tokenizer;
    this.settings = settings;
    this.options = options;
    this.sink = Objects.requireNonNull(sink, "sink"); // here, or it would be missed after a batch, and never by an empty stream
    this.demand = settings.pooling().demand(encoder.layers());
    int special = tokenizer.withSpecialTokens(new int[0]).length;
    this.windowTokens = settings.maxLength() - special;
    if (options.overflow() == Overflow.WINDOW && windowTokens < 1) {
      throw new IllegalArgumentException("overflow WINDOW: at most " + settings.maxLength() + " tokens are read, expected at least "
          + (special + 1) + ", of which " + special + " are special tokens");
    }
  }

  /** A sink for one that has no use for the rest of an embedding. */
  static Consumer<Embedding> vectorsOnly(VectorSink sink) {
    Objects.requireNonNull(sink, "sink");
    return embedding -> sink.accept(embedding.index(), embedding.vector());
  }

  void add(String text) {
    checkNotNull(index, text);
    checkInterrupt();
    int most = settings.maxLength();
    EncodeOptions how = EncodeOptions.DEFAULT.withPlainSpecials(options.plainSpecials());
    Encoding encoding = tokenizer.encode(settings.prompt() + text, switch (options.overflow()) {
      case TRUNCATE -> how.withMaxLength(most);
      case ERROR -> how;
      case WINDOW -> how.withAddSpecialTokens(false);
    });
    if (options.overflow() == Overflow.ERROR) {
      checkLength(index, text, encoding.length(), most);
    }
    List<int[]> windows = options.overflow() == Overflow.WINDOW ? windows(encoding.ids()) : List.of(encoding.ids());
    int length = windows.stream().mapToInt(ids -> ids.length).sum();
    Mean mean = new Mean(index++, text, length, encoding.truncated(), new double[dimension()]);
    for (int i = 0; i < windows.size(); i++) {
      int[] ids = windows.get(i);
      if (tokens + ids.length > options.tokenBudget() && !pieces.isEmpty()) {
        encodeBeside();
      }
      pieces.add(new Piece(mean, ids, i == windows.size() - 1));
      tokens += ids.length;
    }
  }

  /** {@link #flush}, where the source of the texts has nothing more for the moment. */
  void flushIf(boolean asked) {
    if (asked) {
      flush();
    }
  }

  /** Encodes what waits, and hands out all that was added. */
  void flush() {
    if (underWay != null) {
      handOutWhenDone(underWay);
      underWay = null;
    }
    if (!pieces.isEmpty()) {
      List<Piece> last = pieces;
      pieces = new ArrayList<>();
      tokens = 0;
      handOut(last, encode(last));
    }
  }

  /** Has what waits encoded after the batch under way, so that the encoder need not wait for this thread, and hands that one out. */
  private void encodeBeside() {
    List<Piece> next = pieces;
    if (encoding == null) {
      encoding = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("lanepool-stream").factory());
    }
    Batch before = underWay;
    underWay = new Batch(next, encoding.submit(() -> encode(next)));
    pieces = new ArrayList<>();
    tokens = 0;
    if (before != null) {
      handOutWhenDone(before);
    }
  }

  private void handOutWhenDone(Batch batch) {
    checkInterrupt();
    HiddenStates states;
    try {
      states = batch.states.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted");
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case Error error -> throw error;
        case RuntimeException exception -> throw exception;
        default -> throw new IllegalStateException(e.getCause());
      }
    }
    handOut(batch.pieces, states);
  }

  private HiddenStates encode(List<Piece> batch) {
    return encoder.encode(TokenBatch.of(batch.stream().map(Piece::ids).toList()), demand);
  }

  /** Pools a batch, and hands out every text that is complete. */
  private void handOut(List<Piece> batch, HiddenStates states) {
    List<Embedding> done = new ArrayList<>();
    float[] vector = new float[dimension()];
    try (states) {
      for (int i = 0; i < batch.size(); i++) {
        Piece piece = batch.get(i);
        settings.pooling().pool(states, i, vector, 0);
        piece.mean.add(vector, piece.ids.length);
        if (piece.last) {
          done.add(piece.mean.embedding(settings.normalize()));
        }
      }
    }
    done.forEach(sink);
  }

  /** Stops what is still under way, and waits for the thread's end. */
  @Override
  public void close() {
    if (encoding != null) {
      encoding.shutdownNow();
      encoding.close();
    }
  }

  private int dimension() {
    return settings.pooling().dimension(encoder.layers(), encoder.hiddenSize());
  }

  /** A text's own tokens in pieces, each between the special tokens; one piece where the text is empty. */
  private List<int[]> windows(int[] ids) {
    List<int[]> windows = new ArrayList<>();
    int from = 0;
    do {
      int to = Math.min(from + windowTokens, ids.length);
      windows.add(tokenizer.withSpecialTokens(Arrays.copyOfRange(ids, from, to)));
      from = to;
    } while (from < ids.length);
    return windows;
  }

  /** The mean of a text's pieces' vectors, weighted by their tokens; of one piece, just its vector. */
  private record Mean(long index, String text, int tokens, boolean truncated, double[] sum) {
    private void add(float[] vector, int pieceTokens) {
      double weight = (double) pieceTokens / tokens;
      for (int i = 0; i < sum.length; i++) {
        sum[i] += weight * vector[i];
      }
    }

    private Embedding embedding(boolean normalize) {
      float[] vector = new float[sum.length];
      for (int i = 0; i < sum.length; i++) {
        vector[i] = (float) sum[i];
        if (!Float.isFinite(vector[i])) { // in a file or a similarity it would pass for a result
          throw new ArithmeticException("text " + index + ": found " + vector[i]
              + " in its vector, expected finite numbers: the model's weights are not, or too large");
        }
      }
      if (normalize) {
        Vectors.normalize(vector);
      }
      return new Embedding(index, text, tokens, truncated, vector);
    }
  }

  static void checkInterrupt() {
    if (Thread.currentThread().isInterrupted()) {
      throw new CancellationException("interrupted");
    }
  }

  /** The tokens of texts of which none may be longer than {@code most}. */
  static List<Encoding> tokenize(Tokenizer tokenizer, List<String> texts, EncodeOptions how, int most) {
    List<Encoding> encodings = new ArrayList<>(texts.size());
    for (String text : texts) {
      checkNotNull(encodings.size(), text);
      Encoding encoding = tokenizer.encode(text, how);
      checkLength(encodings.size(), text, encoding.length(), most);
      encodings.add(encoding);
    }
    return List.copyOf(encodings);
  }

  static void checkNotNull(long index, @Nullable String text) {
    if (text == null) {
      throw new IllegalArgumentException("text " + index + ": null");
    }
  }

  static void checkLength(long index, String text, int tokens, int most) {
    if (tokens > most) {
      String start = (text.length() > 40 ? text.substring(0, 40) + "..." : text).replaceAll("\\p{Cntrl}", " ");
      throw new IllegalArgumentException("text " + index + ": " + tokens + " tokens, expected at most " + most + ": \"" + start + "\"");
    }
  }
}
