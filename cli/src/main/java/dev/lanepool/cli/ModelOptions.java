package dev.lanepool.cli;

import dev.lanepool.Dtype;
import dev.lanepool.EmbeddingModel;
import dev.lanepool.Options;
import dev.lanepool.weights.ModelFileException;
import dev.lanepool.weights.ModelSource;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Which model, and how it is run: the options of every command that has one. */
final class ModelOptions {
  /** UTF-8 bytes of text from which compiling kernels saves more than it takes, with the built-in model too. */
  private static final long MUCH = 8192;

  private final Arguments arguments;
  private final Argument<@Nullable Path> folder;
  private final Argument<Dtype> dtype;
  private final Argument<@Nullable Integer> threads;

  ModelOptions(Arguments arguments) {
    this.arguments = arguments;
    folder = arguments.option(Path.class, "-m, --model", "MODEL",
        "A model's folder in Hugging Face layout. Default: the built-in model.");
    dtype = arguments.withDefault(Dtype.class, "--dtype", "TYPE", "f32",
        "How weights are kept in memory: f32, bf16 or int8. Default: ${DEFAULT-VALUE}.");
    threads = arguments.option(Integer.class, "--threads", "N", "How many threads compute. Default: one a processor.", this::checkThreads);
  }

  private void checkThreads(int threads) {
    if (threads < 1 || threads > Options.MOST_THREADS) {
      throw arguments.wrong("--threads " + threads + ": expected 1 to " + Options.MOST_THREADS);
    }
  }

  /**
   * Loads the model.
   *
   * @param change what a command's own options change
   * @param bytes about how much text is to come; 0 where one cannot tell
   * @throws picocli.CommandLine.ParameterException where an option is wrong, be it in itself or for this model
   * @throws ModelFileException where a file of the model is wrong
   */
  EmbeddingModel load(UnaryOperator<Options> change, long bytes) {
    if (bytes >= MUCH) {
      EmbeddingModel.warmUp(dtype.value());
    }
    try {
      Options options = Options.defaults().withDtype(dtype.value());
      options = change.apply(threads.value() == null ? options : options.withThreads(threads.value()));
      return EmbeddingModel.load(source(), options);
    } catch (IllegalArgumentException e) { // only options are arguments: whatever is wrong with files is a ModelFileException
      throw arguments.wrong(named(e.getMessage()));
    }
  }

  /** {@link #load(UnaryOperator, long)} where one cannot tell how much text is to come. */
  EmbeddingModel load(UnaryOperator<Options> change) {
    return load(change, 0);
  }

  /** The message with an option's name where it begins with that of a setting of the library. */
  private static String named(String message) {
    return message.replaceFirst("^maxLength: (-?\\d+), ", "--max-length $1: ").replaceFirst("^prompt name ", "--prompt-name ");
  }

  /** How weights are kept. */
  Dtype dtype() {
    return dtype.value();
  }

  /** The model's files. */
  ModelSource source() {
    Path folder = this.folder.value();
    return folder == null ? EmbeddingModel.builtInSource() : ModelSource.model(folder);
  }
}
