package dev.lanepool;

import dev.lanepool.encoder.RobertaEncoder;
import dev.lanepool.kernels.Gemm;
import dev.lanepool.weights.ModelFileException;
import dev.lanepool.weights.ModelSource;
import dev.lanepool.weights.RobertaConfig;
import dev.lanepool.weights.SentenceConfig;
import dev.lanepool.weights.StoredDtype;
import dev.lanepool.weights.TensorInfo;
import dev.lanepool.weights.Weights;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a model is, what it does unless told otherwise, and what it costs in memory.
 *
 * @param name the name of its folder
 * @param architecture {@code model_type} of its {@code config.json}
 * @param layers L
 * @param hiddenSize C
 * @param heads H
 * @param intermediateSize F
 * @param vocabularySize V
 * @param maxTokens the most tokens of a text that it has positions for, special tokens included
 * @param hasPooler whether it has weights for the pooling {@code pooler}
 * @param parameters of the encoder, and of the pooler where there is one; task heads are not counted
 * @param storedDtypes how the files hold them
 * @param pooling its own pooling, as a spec; {@code mean} where it names none
 * @param normalize whether it scales embeddings to unit length
 * @param dimension D, the length of its embeddings
 * @param maxLength the most tokens of a text that it embeds
 * @param prompts its prompts by name, in the file's order
 * @param defaultPromptName the prompt that is used unless told otherwise, or null
 * @param weightBytes an estimate of the memory that the weights take once loaded, in the type asked for
 * @param scratchBytes an estimate of the memory that computing takes on top, results not counted
 */
public record ModelInfo(String name, String architecture, int layers, int hiddenSize, int heads, int intermediateSize, int vocabularySize,
    int maxTokens, boolean hasPooler, long parameters, Set<StoredDtype> storedDtypes, String pooling, boolean normalize, int dimension,
    int maxLength, Map<String, String> prompts, @Nullable String defaultPromptName, long weightBytes, long scratchBytes) {

  /** Copies the set and the map, the latter in its order. */
  public ModelInfo {
    storedDtypes = Collections.unmodifiableSet(storedDtypes.isEmpty() ? EnumSet.noneOf(StoredDtype.class) : EnumSet.copyOf(storedDtypes));
    prompts = Collections.unmodifiableMap(new LinkedHashMap<>(prompts));
  }

  /** What to say of an error while a model was loaded: its name and what it takes, where its headers can still be read. */
  static OutOfMemoryError explained(ModelSource source, Dtype dtype, OutOfMemoryError error) {
    if (error.getMessage() != null && error.getMessage().contains("thread")) {
      return error; // so the JVM says that it could not start one
    }
    try {
      ModelInfo info = read(source, dtype);
      OutOfMemoryError explained = new OutOfMemoryError(source.describe("") + ": its weights take about " + (info.weightBytes() >> 20)
          + " MB, and computing " + (info.scratchBytes() >> 20) + " MB");
      explained.initCause(error);
      return explained;
    } catch (RuntimeException | OutOfMemoryError unreadable) {
      return error;
    }
  }

  /**
   * As {@link #read(ModelSource, Dtype)}, weights in 32-bit floats.
   *
   * @throws ModelFileException where a file is missing, malformed, or asks for what is not supported
   */
  public static ModelInfo read(ModelSource source) {
    return read(source, Dtype.F32);
  }

  /**
   * Reads what a model's files say of it, without loading weights or tokenizer. The tensors' names and shapes are checked as loading does.
   *
   * @param dtype what {@code weightBytes} is for
   * @throws ModelFileException where a file is missing, malformed, or asks for what is not supported
   */
  public static ModelInfo read(ModelSource source, Dtype dtype) {
    RobertaConfig config;
    SentenceConfig sentence = SentenceConfig.find(source);
    boolean hasPooler = false;
    long parameters = 0;
    long weightBytes = 0;
    Set<StoredDtype> dtypes = EnumSet.noneOf(StoredDtype.class);
    try (Weights weights = Weights.open(source)) {
      config = RobertaEncoder.check(source, weights);
      for (String tensor : weights.names()) {
        TensorInfo info = weights.info(tensor);
        if (!RobertaEncoder.reads(tensor) || !isFloat(info.dtype())) {
          continue;
        }
        parameters += info.elements();
        dtypes.add(info.dtype());
        weightBytes += held(tensor, info, dtype);
        hasPooler |= tensor.endsWith("pooler.dense.weight");
      }
    }
    Settings settings = Settings.own(sentence, source.describe("modules.json"), config.layers(), config.maxTokens(), hasPooler);
    long rows = Math.max(RobertaEncoder.MICRO_BATCH_TOKENS, config.maxTokens());
    // qkv, context and intermediate once; x and attended for all threads together and for each thread's own texts.
    int c = config.hiddenSize();
    long scratchBytes = 4 * rows * (Gemm.stride(3 * c) + 5L * Gemm.stride(c) + Gemm.stride(config.intermediateSize()));
    String architecture = source.readJson("config.json").get("model_type").asString();
    return new ModelInfo(name(source), architecture, config.layers(), config.hiddenSize(), config.heads(),
        config.intermediateSize(), config.vocabSize(), config.maxTokens(), hasPooler, parameters, dtypes, settings.pooling().toString(),
        settings.normalize(), settings.pooling().dimension(config.layers(), config.hiddenSize()), settings.maxLength(),
        sentence == null ? Map.of() : sentence.prompts(), sentence == null ? null : sentence.defaultPromptName(),
        weightBytes, scratchBytes);
  }

  /** The bytes that a tensor takes: tables in 16 bits stay as they are stored, biases and layer norms are floats whatever is asked for. */
  private static long held(String tensor, TensorInfo info, Dtype dtype) {
    long elements = info.elements();
    boolean table = tensor.endsWith("_embeddings.weight");
    long floats = table ? Math.min(info.bytes(), 4 * elements) : 4 * elements;
    if (info.shape().size() != 2) {
      return floats;
    }
    return switch (dtype) {
      case F32 -> floats;
      case BF16 -> 2 * elements;
      case INT8 -> table && !tensor.endsWith("word_embeddings.weight") ? 2 * elements : elements + 4 * info.shape().getFirst();
    };
  }

  private static boolean isFloat(StoredDtype dtype) {
    return dtype == StoredDtype.F16 || dtype == StoredDtype.BF16 || dtype == StoredDtype.F32 || dtype == StoredDtype.F64;
  }

  /** The name of a model's folder. */
  static String name(ModelSource source) {
    Path path = switch (source) {
      case ModelSource.Folder folder -> folder.path().toAbsolutePath().normalize();
      case ModelSource.Resources resources -> Path.of(resources.prefix());
    };
    return path.getFileName() == null ? path.toString() : path.getFileName().toString();
  }
}
