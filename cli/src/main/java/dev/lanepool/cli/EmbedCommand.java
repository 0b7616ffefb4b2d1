package dev.lanepool.cli;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.Options;
import dev.lanepool.Overflow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Texts to vectors. */
@Command(name = "embed", parameterListHeading = "%n", description = "One vector for each text.")
final class EmbedCommand implements Callable<Integer> {
  private final Shell shell;

  @Spec
  private @Nullable CommandSpec command;

  @Mixin
  private final TextInput input = new TextInput();

  @Mixin
  private final ModelOptions modelOptions = new ModelOptions();

  @Option(names = {"-p", "--pooling"}, paramLabel = "POOLING",
      description = "Such as mean, cls, max, mean@-2, cls+mean, concat(layers=-1..-4,of=cls). Default: the model's own, else mean.")
  private @Nullable String pooling;

  @Option(names = "--no-normalize", description = "Leave the vectors at their own length. Default: the model's own, else unit length.")
  private boolean plain;

  @Option(names = "--prompt", paramLabel = "TEXT", description = "What to put before each text. Default: the model's own, if any.")
  private @Nullable String prompt;

  @Option(names = "--prompt-name", paramLabel = "NAME", description = "Which of the model's own prompts to put before each text.")
  private @Nullable String promptName;

  @Option(names = "--max-length", paramLabel = "N", description = "At most so many tokens a text, <s> and </s> included; 3 or more.")
  private @Nullable Integer maxLength;

  @Option(names = "--on-overflow", paramLabel = "POLICY", defaultValue = "truncate",
      description = "What becomes of longer texts: truncate, error, or window (the mean over pieces). Default: ${DEFAULT-VALUE}.")
  private Overflow overflow;

  @Option(names = {"-f", "--format"}, paramLabel = "FORMAT",
      description = "${COMPLETION-CANDIDATES}. Default: as the output file is named, else jsonl.")
  private EmbeddingWriter.@Nullable Format format;

  @Option(names = {"-o", "--output"}, paramLabel = "FILE", description = "Write to a file. Default: standard output.")
  private @Nullable Path file;

  EmbedCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() throws IOException {
    EmbeddingWriter.Format chosen = format();
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
    if (prompt != null && promptName != null) {
      throw new IllegalArgumentException("--prompt and --prompt-name: give one or the other");
    }
    if (pooling != null) {
      options = options.withPooling(pooling);
    }
    if (plain) {
      options = options.withNormalize(false);
    }
    if (prompt != null) {
      options = options.withPrompt(prompt);
    }
    if (promptName != null) {
      options = options.withPromptName(promptName);
    }
    if (maxLength != null) {
      options = options.withMaxLength(maxLength);
    }
    return options.withOverflow(overflow).withPlainSpecials(input.plainSpecials());
  }

  private EmbeddingWriter.Format format() {
    if (format != null) {
      return format;
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
    throw Main.usage(command, file + ": the name says no format: end it in .jsonl, .csv, .npy or .safetensors, or give one with -f");
  }
}
