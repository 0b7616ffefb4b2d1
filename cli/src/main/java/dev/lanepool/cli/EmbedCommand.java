package dev.lanepool.cli;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.Options;
import dev.lanepool.Overflow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Texts to vectors. */
final class EmbedCommand extends Command {
  private final TextInput input = new TextInput(arguments);
  private final ModelOptions modelOptions = new ModelOptions(arguments);
  private final Argument<@Nullable String> pooling = arguments.option(String.class, "-p, --pooling", "POOLING",
      "Such as mean, cls, max, mean@-2, cls+mean, concat(layers=-1..-4,of=cls). Default: the model's own, else mean.");
  private final Argument<Boolean> plain = arguments.flag("--no-normalize",
      "Leave the vectors at their own length. Default: the model's own, else unit length.");
  private final Argument<@Nullable String> prompt = arguments.option(String.class, "--prompt", "TEXT",
      "What to put before each text. Default: the model's own, if any.");
  private final Argument<@Nullable String> promptName = arguments.option(String.class, "--prompt-name", "NAME",
      "Which of the model's own prompts to put before each text.");
  private final Argument<@Nullable Integer> maxLength = arguments.option(Integer.class, "--max-length", "N",
      "At most so many tokens a text, <s> and </s> included; 3 or more.");
  private final Argument<Overflow> overflow = arguments.withDefault(Overflow.class, "--on-overflow", "POLICY", "truncate",
      "What becomes of longer texts: truncate, error, or window (the mean over pieces). Default: ${DEFAULT-VALUE}.");
  private final Argument<EmbeddingWriter.@Nullable Format> format = arguments.option(EmbeddingWriter.Format.class, "-f, --format", "FORMAT",
      "${COMPLETION-CANDIDATES}. Default: as the output file is named, else jsonl.");
  private final Argument<@Nullable Path> file = arguments.option(Path.class, "-o, --output", "FILE",
      "Write to a file. Default: standard output.");

  EmbedCommand(Shell shell) {
    super(shell, "One vector for each text.");
  }

  @Override
  public Integer call() throws IOException {
    Path file = this.file.value();
    EmbeddingWriter.Format chosen = format(file);
    Output.check(file);
    try (Stream<String> texts = input.open(shell); EmbeddingModel model = modelOptions.load(this::options, input.bytes())) {
      long[] truncated = new long[1];
      Output.write(file, shell, out -> {
        try (EmbeddingWriter writer = chosen.open(out, model.dimension()); Progress progress = new Progress(shell, file, input::fraction)) {
          model.embedEach(texts, input::waits, row -> {
            try {
              writer.write(row);
            } catch (IOException e) {
              throw new UncheckedIOException(e.getMessage(), e);
            }
            truncated[0] += row.truncated() ? 1 : 0;
            progress.advance();
          });
          writer.finish();
        }
      });
      Notices.truncated(truncated[0], model, shell);
    }
    return 0;
  }

  private Options options(Options options) {
    if (prompt.value() != null && promptName.value() != null) {
      throw new IllegalArgumentException("--prompt and --prompt-name: give one or the other");
    }
    if (pooling.value() != null) {
      options = options.withPooling(pooling.value());
    }
    if (plain.value()) {
      options = options.withNormalize(false);
    }
    if (prompt.value() != null) {
      options = options.withPrompt(prompt.value());
    }
    if (promptName.value() != null) {
      options = options.withPromptName(promptName.value());
    }
    if (maxLength.value() != null) {
      options = options.withMaxLength(maxLength.value());
    }
    return options.withOverflow(overflow.value()).withPlainSpecials(input.plainSpecials());
  }

  private EmbeddingWriter.Format format(@Nullable Path file) {
    if (format.value() != null) {
      return format.value();
    }
    if (Output.isStandardOutput(file)) {
      return EmbeddingWriter.Format.jsonl;
    }
    String suffix = TextInput.suffix(file.toString());
    for (EmbeddingWriter.Format known : EmbeddingWriter.Format.values()) {
      if (known.name().equals(suffix)) {
        return known;
      }
    }
    throw arguments.wrong(file + ": the name says no format: end it in .jsonl, .csv, .npy or .safetensors, or give one with -f");
  }
}
