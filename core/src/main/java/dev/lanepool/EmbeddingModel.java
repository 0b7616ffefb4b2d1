package dev.lanepool;

import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.RobertaEncoder;
import dev.lanepool.encoder.TokenBatch;
import dev.lanepool.head.HeadFiles;
import dev.lanepool.kernels.Kernels;
import dev.lanepool.kernels.ReducedKernels;
import dev.lanepool.tokenizer.EncodeOptions;
import dev.lanepool.tokenizer.Encoding;
import dev.lanepool.tokenizer.Tokenizer;
import dev.lanepool.weights.Json;
import dev.lanepool.weights.ModelFileException;
import dev.lanepool.weights.ModelSource;
import dev.lanepool.weights.SentenceConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A RoBERTa model: text in, embeddings and hidden states out.
 *
 * <pre>{@code
 * try (EmbeddingModel model = EmbeddingModel.builtIn()) {
 *   float[] vector = model.embed("this is a string");
 * }
 * }</pre>
 *
 * <p>Any number of threads may call one model. A text's result has the same bits whoever else is calling, whatever is embedded with it and
 * however many threads compute. Interrupting a caller stops its work with a {@link CancellationException}, and its
 * interrupt flag stays set. {@link #close} waits for calls under way; a call after it is an {@link IllegalStateException}.
 *
 * <p>The tokenizer is read beside the weights, but a model whose tokenizer is not supported still serves {@link #encodeIds}. What
 * needs it throws {@link ModelFileException} where it is missing, malformed or not supported.
 */
public final class EmbeddingModel implements AutoCloseable {
  private static final String BUILT_IN = "META-INF/lanepool/mini/";

  private final ModelSource source;
  private final Options options;
  private final RobertaEncoder encoder;
  private final Settings settings;
  private final Calls calls = new Calls();
  private final TokenizerAhead tokenizerAhead;
  private volatile @Nullable Tokenizer tokenizer; // once it has been asked for
  private volatile HeadFiles.@Nullable Encoder identity;

  private EmbeddingModel(ModelSource source, Options options, RobertaEncoder encoder, Settings settings, TokenizerAhead tokenizerAhead) {
    this.source = source;
    this.options = options;
    this.encoder = encoder;
    this.settings = settings;
    this.tokenizerAhead = tokenizerAhead;
  }

  /**
   * {@link #load(Path, Options)} with {@link Options#defaults()}.
   *
   * @throws ModelFileException where a file is missing, malformed, or asks for what is not supported
   */
  public static EmbeddingModel load(Path folder) {
    return load(folder, Options.defaults());
  }

  /**
   * Loads a model.
   *
   * @param folder in Hugging Face layout: {@code config.json} and {@code model.safetensors} or its shards; the tokenizer's files; where the
   *     model has them {@code modules.json} and the files that go with it
   * @throws ModelFileException where a file is missing, malformed, or asks for what is not supported
   * @throws IllegalArgumentException where an option does not fit the model
   */
  public static EmbeddingModel load(Path folder, Options options) {
    return load(ModelSource.model(folder), options);
  }

  /**
   * {@link #builtIn(Options)} with {@link Options#defaults()}.
   *
   * @throws ModelFileException where the artifact {@code lanepool-default-model} is on neither the class path nor the module path
   */
  public static EmbeddingModel builtIn() {
    return builtIn(Options.defaults());
  }

  /**
   * Loads the small built-in English model: 256 dimensions, at most 256 tokens.
   *
   * @throws ModelFileException where the artifact {@code lanepool-default-model} is on neither the class path nor the module path
   * @throws IllegalArgumentException where an option does not fit the model
   */
  public static EmbeddingModel builtIn(Options options) {
    return load(builtInSource(), options);
  }

  /**
   * Hints that much is to be embedded, best given before a model is loaded: a thread compiles the SIMD kernels from now on, not only after
   * half a second of work, since for a few texts that takes longer than it saves. Once for the JVM; a second call does nothing.
   *
   * @param dtype how the model's weights will be kept
   */
  public static void warmUp(Dtype dtype) {
    if (dtype == Dtype.F32) {
      Kernels.active().warmUp();
    } else { // attention and the rest follow once there is work: both at once would only wait for one compiler
      ReducedKernels.active().warmUp(dtype.storage());
    }
  }

  /**
   * Where the built-in model's files are.
   *
   * @throws ModelFileException where the artifact {@code lanepool-default-model} is on neither the class path nor the module path
   */
  public static ModelSource builtInSource() {
    ClassLoader own = EmbeddingModel.class.getClassLoader();
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    for (ClassLoader loader : context == null ? List.of(own) : List.of(own, context)) {
      ModelSource source = ModelSource.resources(loader, BUILT_IN);
      if (source.exists("config.json")) {
        return source;
      }
    }
    throw new ModelFileException(BUILT_IN + "config.json: found no such resource; the built-in model is the artifact"
        + " dev.lanepool:lanepool-default-model, and on the module path needs \"requires dev.lanepool.defaultmodel\"");
  }

  /**
   * Loads a model from wherever its files are.
   *
   * @throws ModelFileException where a file is missing, malformed, or asks for what is not supported
   * @throws IllegalArgumentException where an option does not fit the model
   * @throws OutOfMemoryError where it does not fit into the heap; it names the model and what it takes
   */
  public static EmbeddingModel load(ModelSource source, Options options) {
    try {
      return read(source, options);
    } catch (OutOfMemoryError e) {
      throw ModelInfo.explained(source, options.dtype(), e);
    }
  }

  private static EmbeddingModel read(ModelSource source, Options options) {
    SentenceConfig sentence = SentenceConfig.find(source);
    TokenizerAhead tokenizer = new TokenizerAhead(source);
    RobertaEncoder encoder = RobertaEncoder.load(source, options.threads(), options.dtype().storage());
    try {
      Settings.own(sentence, source.describe("modules.json"), encoder.layers(), encoder.maxTokens(), encoder.hasPooler());
      Settings settings = Settings.resolve(options, sentence, encoder.layers(), encoder.maxTokens(), encoder.hasPooler());
      return new EmbeddingModel(source, options, encoder, settings, tokenizer);
    } catch (RuntimeException e) {
      encoder.close();
      throw e;
    }
  }

  /**
   * The embedding of a text.
   *
   * @return {@link #dimension} floats
   * @throws IllegalArgumentException where the text is null, or too long and {@link Overflow#ERROR} is in force
   * @throws CancellationException where the calling thread is interrupted
   * @throws ArithmeticException where a vector is not finite, as with a model that has weights which are not
   * @throws IllegalStateException after {@link #close}
   * @throws ModelFileException where the tokenizer is missing, malformed or not supported
   */
  public float[] embed(String text) {
    return embedAll(Collections.singletonList(text)).getFirst(); // which may hold the null that is refused by name
  }

  /**
   * The embeddings of texts, in their order. Throws as {@link #embed}.
   *
   * @return for each text {@link #dimension} floats
   */
  public List<float[]> embedAll(List<String> texts) {
    List<float[]> vectors = new ArrayList<>(texts.size());
    embedEach(texts.stream(), embedding -> vectors.add(embedding.vector()));
    return vectors;
  }

  /**
   * Embeds a stream of any length in bounded memory: texts are pulled from it as they are needed, and each embedding goes to the sink, in
   * input order, before much further text is pulled. Both happen on the calling thread, while a daemon thread that ends with the call
   * encodes. Does not close the stream. What the stream or the sink throws ends the call and is thrown here; of the texts pulled before,
   * those of the last two batches may then not have reached the sink. Throws as {@link #embed}, by a text's index, and:
   *
   * @throws IllegalArgumentException where {@link Options#maxLength} has no room for the special tokens and, with {@link Overflow#WINDOW},
   *     one more
   * @throws NullPointerException where the stream or the sink is null, before any text is pulled
   */
  public void embedAll(Stream<String> texts, VectorSink sink) {
    embedEach(texts, Embedder.vectorsOnly(sink));
  }

  /** As {@link #embedAll(Stream, VectorSink)}, with what became of each text; throws what that throws. */
  public void embedEach(Stream<String> texts, Consumer<Embedding> sink) {
    embedEach(texts, () -> false, sink);
  }

  /**
   * As {@link #embedEach(Stream, Consumer)}, for a stream that may wait for its source: where {@code waits} says so before a text is
   * pulled, the embeddings of all texts before it go to the sink first. So a source may wait for one before it gives the next text.
   */
  public void embedEach(Stream<String> texts, BooleanSupplier waits, Consumer<Embedding> sink) {
    calls.run(() -> {
      try (Embedder embedder = new Embedder(encoder, tokenizer(), settings, options, sink)) {
        embedder.flushIf(waits.getAsBoolean());
        texts.sequential().forEachOrdered(text -> { // an iterator would hold all that one element of a flatMap becomes
          embedder.add(text);
          embedder.flushIf(waits.getAsBoolean());
        });
        embedder.flush();
        return true;
      }
    });
  }

  /**
   * The hidden states of texts, without a prompt. Only the layers asked for are kept, and none above the highest of them is computed.
   *
   * @throws IllegalArgumentException where a text is null, or longer than {@link Options#maxLength}, or where that is not given than the
   *     model has positions for, or where the model has no such layer, or a layer of all texts does not fit into an array
   * @throws CancellationException where the calling thread is interrupted
   * @throws IllegalStateException after {@link #close}
   * @throws ModelFileException where the tokenizer is missing, malformed or not supported
   */
  public EncodedTexts encode(List<String> texts, Layers layers) {
    return calls.run(() -> {
      Integer asked = options.maxLength();
      int most = asked == null ? encoder.maxTokens() : asked;
      List<Encoding> encodings = Embedder.tokenize(tokenizer(), texts, whole(), most);
      return new EncodedTexts(encodings, encodeIds(encodings.stream().map(Encoding::ids).toList(), layers));
    });
  }

  /**
   * The hidden states of texts given as token ids, which must hold the special tokens too. Needs no tokenizer.
   *
   * @throws IllegalArgumentException where a text is null, has no token ids, more than the model has positions for, or one that is not in
   *     the vocabulary, or where the model has no such layer, or a layer of all texts does not fit into an array
   * @throws CancellationException where the calling thread is interrupted
   * @throws IllegalStateException after {@link #close}
   */
  public HiddenStates encodeIds(List<int[]> texts, Layers layers) {
    return calls.run(() -> encoder.encode(TokenBatch.of(texts), layers.demand(encoder.layers())));
  }

  /**
   * The hidden states that are demanded of texts given as token ids. Throws as {@link #encodeIds(List, Layers)}.
   *
   * @throws IllegalArgumentException also where the demand is for a model of another depth
   */
  public HiddenStates encodeIds(List<int[]> texts, Demand demand) {
    return calls.run(() -> encoder.encode(TokenBatch.of(texts), demand));
  }

  /**
   * The token ids that stand for a text when it is pooled: with the prompt, special tokens included, cut to {@link #maxLength} tokens.
   *
   * @throws IllegalArgumentException where the text is null, or too long and {@link Options#overflow} is not {@link Overflow#TRUNCATE}: a
   *     head reads one piece
   * @throws IllegalStateException after {@link #close}
   * @throws ModelFileException where the tokenizer is missing, malformed or not supported
   */
  public int[] tokenIds(String text) {
    return tokenIds(0, text);
  }

  /** As {@link #tokenIds(String)} of a text among others, by whose index errors name it. */
  public int[] tokenIds(long index, String text) {
    return calls.run(() -> {
      Embedder.checkNotNull(index, text);
      EncodeOptions how = options.overflow() == Overflow.TRUNCATE ? whole().withMaxLength(settings.maxLength()) : whole();
      Encoding encoding = tokenizer().encode(settings.prompt() + text, how);
      Embedder.checkLength(index, text, encoding.length(), settings.maxLength());
      return encoding.ids();
    });
  }

  /**
   * Whether {@link #tokenIds} cuts a text, which with the prompt is longer than {@link #maxLength}. Nothing is cut where
   * {@link Options#overflow} is not {@link Overflow#TRUNCATE}. Throws as {@link #countTokens}.
   */
  public boolean isTruncated(String text) {
    return calls.run(() -> {
      Embedder.checkNotNull(0, text);
      return options.overflow() == Overflow.TRUNCATE
          && tokenizer().encode(settings.prompt() + text, whole()).length() > settings.maxLength();
    });
  }

  /** How texts are tokenised before any truncation. */
  private EncodeOptions whole() {
    return EncodeOptions.DEFAULT.withPlainSpecials(options.plainSpecials());
  }

  /** The name of the model's folder. */
  public String name() {
    return ModelInfo.name(source);
  }

  /** Its name, pooling, dimension and type, as {@code mini (mean, 256 floats, F32)}. */
  @Override
  public String toString() {
    return name() + " (" + settings.pooling() + ", " + dimension() + " floats, " + options.dtype() + ")";
  }

  /** L, the number of the model's layers. */
  public int layers() {
    return encoder.layers();
  }

  /** C, the hidden size. */
  public int hiddenSize() {
    return encoder.hiddenSize();
  }

  /** Whether the checkpoint has the weights that the pooling {@code pooler} reads. */
  public boolean hasPooler() {
    return encoder.hasPooler();
  }

  /** The encoder as a head's files name it. Its fingerprint is taken, from the files, when it is first asked for. */
  HeadFiles.Encoder identity() {
    return calls.run(() -> {
      HeadFiles.Encoder ready = identity;
      if (ready == null) {
        ready = new HeadFiles.Encoder(name(), encoder.fingerprint(source), encoder.layers(), encoder.hiddenSize());
        identity = ready;
      }
      return ready;
    });
  }

  /**
   * Stands for the checkpoint, see {@link dev.lanepool.encoder.Fingerprint}: heads and caches of features are for one encoder.
   *
   * @throws IllegalStateException after {@link #close}
   * @throws ModelFileException where a file has gone or changed since
   */
  public String fingerprint() {
    return identity().fingerprint();
  }

  /** For calls that may have nothing to ask of the model: an {@link IllegalStateException} after {@link #close}. */
  void checkOpen() {
    calls.run(() -> true);
  }

  /** How the model was loaded. */
  public Options options() {
    return options;
  }

  /**
   * The number of a text's tokens, special tokens included, before any truncation and without a prompt.
   *
   * @throws IllegalArgumentException where the text is null
   * @throws IllegalStateException after {@link #close}
   * @throws ModelFileException where the tokenizer is missing, malformed or not supported
   */
  public int countTokens(String text) {
    return calls.run(() -> {
      Embedder.checkNotNull(0, text);
      return tokenizer().encode(text, whole()).length();
    });
  }

  /** D, the length of an embedding. */
  public int dimension() {
    return settings.pooling().dimension(encoder.layers(), encoder.hiddenSize());
  }

  /** The most tokens of a text that are embedded, special tokens and prompt included. */
  public int maxLength() {
    return settings.maxLength();
  }

  /**
   * What the model is, what it does unless told otherwise, and what it costs in memory. Reads the files anew.
   *
   * @throws IllegalStateException after {@link #close}
   * @throws ModelFileException where a file has gone or changed since
   */
  public ModelInfo info() {
    return calls.run(() -> {
      encoder.checkUnchanged(source);
      return ModelInfo.read(source, options.dtype());
    });
  }

  /**
   * The model's tokenizer.
   *
   * @throws IllegalStateException after {@link #close}
   * @throws ModelFileException where the tokenizer is missing, malformed or not supported
   */
  public Tokenizer tokenizer() {
    return calls.run(() -> {
      Tokenizer ready = tokenizer;
      if (ready == null) {
        synchronized (calls) {
          ready = tokenizer == null ? loadTokenizer() : tokenizer;
          tokenizer = ready;
        }
      }
      return ready;
    });
  }

  /**
   * The tokenizer of a model whose weights are not needed. Where there is a {@code config.json} that says how large the vocabulary is, the
   * tokenizer must not give ids beyond it.
   *
   * @throws ModelFileException where the tokenizer is missing, malformed or not supported, or gives ids that the model does not have
   */
  public static Tokenizer loadTokenizer(ModelSource source) {
    Json config = source.findJson("config.json");
    Json size = config == null ? null : config.find("vocab_size");
    return TokenizerAhead.checked(Tokenizer.load(source), source, size == null ? Long.MAX_VALUE : size.asLong());
  }

  private Tokenizer loadTokenizer() {
    int most = options.maxLength() == null ? settings.maxLength() : encoder.maxTokens(); // the model's own limit
    return tokenizerAhead.get(encoder.config().vocabSize(), most, options.overflow() == Overflow.WINDOW);
  }

  /**
   * Waits for calls under way and lets go of memory and threads. Closing twice is the same as once.
   *
   * @throws IllegalStateException from within a call of this model, such as its sink
   */
  @Override
  public void close() {
    calls.close(encoder::close);
  }
}
