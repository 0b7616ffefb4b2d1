package dev.lanepool;

import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.RobertaEncoder;
import dev.lanepool.encoder.TokenBatch;
import dev.lanepool.tokenizer.EncodeOptions;
import dev.lanepool.tokenizer.Encoding;
import dev.lanepool.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;

/**
 * One pass over texts: tokenises them one by one, encodes as many at once as the token budget allows, and hands out their embeddings in
 * input order. As nothing is padded, consecutive texts make as good a batch as texts of equal length would. Holds one batch at a time.
 */
final class Embedder {
  private final RobertaEncoder encoder;
  private final Tokenizer tokenizer;
  private final Settings settings;
  private final Options options;
  private final Consumer<Embedding> sink;
  private final Demand demand;
  private final List<Piece> batch = new ArrayList<>();
  private int batchTokens;
  private long index;

  /** Tokens of a text that are encoded together: all of them, but for texts that are read in windows. */
  private record Piece(Mean mean, int[] ids, boolean last) {}

  Embedder(RobertaEncoder encoder, Tokenizer tokenizer, Settings settings, Options options, Consumer<Embedding> sink) {
    this.encoder = encoder;
    this.tokenizer = tokenizer;
    this.settings = settings;
    this.options = options;
    this.sink = sink;
    this.demand = settings.pooling().demand(encoder.layers());
  }

  void add(String text) {
    if (text == null) {
      throw new IllegalArgumentException("text " + index + ": null");
    }
    checkInterrupt();
    int most = settings.maxLength();
    EncodeOptions how = EncodeOptions.DEFAULT.withPlainSpecials(options.plainSpecials());
    Encoding encoding = tokenizer.encode(
        settings.prompt() + text, options.overflow() == Overflow.TRUNCATE ? how.withMaxLength(most) : how);
    List<int[]> pieces = List.of(encoding.ids());
    if (encoding.length() > most) {
      if (options.overflow() == Overflow.ERROR) {
        throw tooLong(index, text, encoding.length(), most);
      }
      pieces = windows(encoding.ids(), most);
    }
    int tokens = pieces.stream().mapToInt(ids -> ids.length).sum();
    Mean mean = new Mean(index++, text, tokens, encoding.truncated(), new double[dimension()]);
    for (int i = 0; i < pieces.size(); i++) {
      int[] ids = pieces.get(i);
      if (batchTokens + ids.length > options.tokenBudget()) {
        flush();
      }
      batch.add(new Piece(mean, ids, i == pieces.size() - 1));
      batchTokens += ids.length;
    }
  }

  /** Encodes what waits, and hands out every text that is complete. */
  void flush() {
    if (batch.isEmpty()) {
      return;
    }
    checkInterrupt();
    List<Embedding> done = new ArrayList<>();
    float[] vector = new float[dimension()];
    try (HiddenStates states = encoder.encode(TokenBatch.of(batch.stream().map(Piece::ids).toList()), demand)) {
      for (int i = 0; i < batch.size(); i++) {
        Piece piece = batch.get(i);
        settings.pooling().pool(states, i, vector, 0);
        piece.mean.add(vector, piece.ids.length);
        if (piece.last) {
          done.add(piece.mean.embedding(settings.normalize()));
        }
      }
    }
    batch.clear();
    batchTokens = 0;
    done.forEach(sink);
  }

  private int dimension() {
    return settings.pooling().dimension(encoder.layers(), encoder.hiddenSize());
  }

  /** The tokens in pieces of at most {@code most}, each between the special tokens that stand around the whole. */
  private static List<int[]> windows(int[] ids, int most) {
    List<int[]> windows = new ArrayList<>();
    for (int from = 1; from < ids.length - 1; from += most - 2) {
      int count = Math.min(most - 2, ids.length - 1 - from);
      int[] window = new int[count + 2];
      window[0] = ids[0];
      System.arraycopy(ids, from, window, 1, count);
      window[count + 1] = ids[ids.length - 1];
      windows.add(window);
    }
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

  static IllegalArgumentException tooLong(long index, String text, int tokens, int most) {
    String start = (text.length() > 40 ? text.substring(0, 40) + "..." : text).replaceAll("\\p{Cntrl}", " ");
    return new IllegalArgumentException("text " + index + ": " + tokens + " tokens, expected at most " + most + ": \"" + start + "\"");
  }
}
