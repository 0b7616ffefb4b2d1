package dev.lanepool.cli;

import dev.lanepool.EmbeddingModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What a model is. */
@Command(name = "info", description = "What the model is, its sizes, and what it costs in memory.%n")
final class InfoCommand implements Callable<Integer> {
  private final Shell shell;

  @Spec
  private @Nullable CommandSpec command;

  @Mixin
  private final ModelOptions modelOptions = new ModelOptions();

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  InfoCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() throws IOException {
    try (EmbeddingModel model = modelOptions.load(command, options -> options)) {
      Output.write(null, shell, out -> out.write((model.info() + "\n").getBytes(StandardCharsets.UTF_8)));
    }
    return 0;
  }
}
