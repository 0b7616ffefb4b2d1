package dev.lanepool;

import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.RobertaEncoder;
import dev.lanepool.head.HeadConfig;
import dev.lanepool.head.HeadFiles;
import dev.lanepool.head.HeadNetwork;
import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Mat;
import dev.lanepool.weights.Json;
import dev.lanepool.weights.ModelFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A trained head on its model: text in, labels or values out.
 *
 * <pre>{@code
 * Head head = Head.load(Path.of("my-head"), model);
 * Prediction p = head.predict("a quiet, moving film");
 * }</pre>
 *
 * <p>Any number of threads may call one head, each computing on its own thread what follows the encoder; a text's prediction has the same
 * bits whoever else is calling and whatever is predicted with it. A head lives as long as its model, which its caller closes; it owns no
 * threads. Its scratch memory, for 1,024 tokens (or one longer text) of each caller at a time, is kept for the next call.
 */
public final class Head {
  /** Texts that are encoded together at most. */
  private static final int MOST_TEXTS = 64;

  private final EmbeddingModel model;
  private final HeadNetwork network;
  private final Map<String, Double> metrics;
  private final Demand demand;
  private final int mostRows;
  private final Queue<Scratch> idle = new ConcurrentLinkedQueue<>();

  /** The memory of one call. */
  private static final class Scratch {
    private final HeadNetwork.Cache cache;
    private final Mat logits;

    private Scratch(HeadNetwork network, int rows) {
      cache = network.newCache(new Compute(1), MOST_TEXTS, rows); // one thread, the caller's: there is nothing to close
      logits = new Mat(MOST_TEXTS, network.config().task().outputs());
    }
  }

  /**
   * A head that was trained on this model, or whose weights were imported for it. Its parameters must stay as they are from now on.
   *
   * @param metrics what was measured when it was trained, by name; copied
   * @throws IllegalArgumentException where it is for another number of layers or hidden size, or reads a pooler that the model has not
   */
  public Head(EmbeddingModel model, HeadNetwork network, Map<String, Double> metrics) {
    if (network.layers() != model.layers() || network.hiddenSize() != model.hiddenSize()) {
      throw new IllegalArgumentException("a head for " + network.layers() + " layers of " + network.hiddenSize() + ", but the model has "
          + model.layers() + " of " + model.hiddenSize());
    }
    if (network.config().pooling().readsPooler() && !model.hasPooler()) {
      throw new IllegalArgumentException("pooling \"" + network.config().pooling() + "\": this checkpoint has no pooler weights");
    }
    this.model = model;
    this.network = network;
    this.metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics)); // in their order, so that saves are the same bytes
    demand = network.config().pooling().demand(model.layers());
    mostRows = Math.max(RobertaEncoder.MICRO_BATCH_TOKENS, model.maxLength());
  }

  /**
   * Reads a head that {@link #save} wrote.
   *
   * @throws ModelFileException where a file is missing or malformed, or the head was trained on another encoder: the message names both
   * @throws IllegalStateException where the model is closed
   */
  public static Head load(Path folder, EmbeddingModel model) {
    HeadFiles.Saved saved = HeadFiles.load(folder, model.identity());
    return new Head(model, saved.network(), saved.metrics());
  }

  /**
   * Writes {@code head.json} and {@code head.safetensors} into a folder, which is made where it is missing. What was there stays where
   * anything fails.
   *
   * @throws IllegalArgumentException where {@code folder} is there and no folder, or something else than a file is in the place of one of
   *     the two, or a metric is not finite
   * @throws CancellationException where the calling thread is interrupted; its interrupt status stays set
   * @throws java.io.UncheckedIOException where a file cannot be written; the message names it
   * @throws IllegalStateException where the model is closed, or other saves to the folder keep coming in between
   */
  public void save(Path folder) {
    HeadFiles.save(folder, network, model.identity(), metrics);
  }

  /**
   * What the head says of a text, which is read as the model reads texts that it embeds: with its prompt, cut to its length.
   *
   * @throws IllegalArgumentException where the text is null, or too long and {@link Options#overflow} is not {@link Overflow#TRUNCATE}
   * @throws CancellationException where the calling thread is interrupted
   * @throws ArithmeticException where what comes out is not finite, as with a model that has weights which are not
   * @throws IllegalStateException where the model is closed
   * @throws ModelFileException where the tokenizer is missing, malformed or not supported
   */
  public Prediction predict(String text) {
    return predictAll(Collections.singletonList(text)).getFirst(); // which may hold the null that is refused by name
  }

  /**
   * What the head says of texts, in their order. Throws as {@link #predict}.
   *
   * @throws IllegalArgumentException where a text is null, by its index, or too long and not to be truncated
   */
  public List<Prediction> predictAll(List<String> texts) {
    return predictAll(0, texts);
  }

  /**
   * As {@link #predictAll(List)} of texts among others, by whose indices errors name them.
   *
   * @param first the index of the first
   */
  public List<Prediction> predictAll(long first, List<String> texts) {
    model.checkOpen(); // of no texts too
    List<Prediction> predictions = new ArrayList<>(texts.size());
    List<int[]> batch = new ArrayList<>();
    int rows = 0;
    for (String text : texts) {
      int[] ids = model.tokenIds(first + predictions.size() + batch.size(), text);
      if (rows + ids.length > mostRows || batch.size() == MOST_TEXTS) {
        predict(first, batch, predictions);
        batch.clear();
        rows = 0;
      }
      batch.add(ids);
      rows += ids.length;
    }
    predict(first, batch, predictions);
    return predictions;
  }

  private void predict(long first, List<int[]> batch, List<Prediction> predictions) {
    if (batch.isEmpty()) {
      return;
    }
    Scratch ready = idle.poll();
    Scratch scratch = ready == null ? new Scratch(network, mostRows) : ready;
    try (HiddenStates states = model.encodeIds(batch, demand)) {
      network.infer(states, scratch.logits, scratch.cache);
      for (int text = 0; text < batch.size(); text++) {
        checkFinite(first + predictions.size(), scratch.logits, text);
        predictions.add(Prediction.of(network.config().task(), scratch.logits.data(), text * scratch.logits.columns()));
      }
    }
    idle.add(scratch);
  }

  private void checkFinite(long index, Mat logits, int row) {
    for (int i = 0; i < logits.columns(); i++) {
      float value = logits.data()[row * logits.columns() + i];
      if (!Float.isFinite(value)) {
        throw new ArithmeticException("text " + index + ": the head gives " + value + " for "
            + Json.quote(network.config().task().names().get(i)) + ", expected a finite number");
      }
    }
  }

  /** The model that it predicts with. */
  public EmbeddingModel model() {
    return model;
  }

  /** What it is made of. */
  public HeadConfig config() {
    return network.config();
  }

  /** What was measured when it was trained, by name. */
  public Map<String, Double> metrics() {
    return metrics;
  }

  /** Its pooling, how many outputs it has, and the model, as {@code mean: 2 outputs, on mini (mean, 256 floats, F32)}. */
  @Override
  public String toString() {
    int outputs = config().task().outputs();
    return config().pooling() + ": " + outputs + (outputs == 1 ? " output" : " outputs") + ", on " + model;
  }
}
