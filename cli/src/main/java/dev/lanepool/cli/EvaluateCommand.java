package dev.lanepool.cli;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.Head;
import dev.lanepool.training.HeadEvaluation;
import dev.lanepool.training.data.Dataset;
import dev.lanepool.training.report.EvaluationResult;
import dev.lanepool.training.report.JsonReport;
import dev.lanepool.training.report.TableReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** How good a head is. */
@Command(name = "evaluate", parameterListHeading = "%n", description = "A trained head's scores on labelled texts, beside those of the"
    + " texts' most frequent class or mean label.")
final class EvaluateCommand implements Callable<Integer> {
  private final Shell shell;

  @Parameters(paramLabel = "DATA", description = "Labelled texts: a .csv, .tsv or .jsonl file in UTF-8.")
  private Path data;

  @Option(names = {"-H", "--head"}, paramLabel = "HEAD", required = true, description = "The head's folder.")
  private Path folder;

  @Mixin
  private final LabelOptions labels = new LabelOptions();

  @Option(names = "--json", paramLabel = "FILE", description = "Write the scores as JSON too; - prints them in place of the table.")
  private @Nullable Path json;

  @Mixin
  private final ModelOptions modelOptions = new ModelOptions();

  EvaluateCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() throws IOException {
    Output.check(json);
    Dataset rows = labels.read(data);
    long characters = rows.texts().stream().mapToLong(String::length).sum();
    try (EmbeddingModel model = modelOptions.load(options -> options.withPlainSpecials(labels.plainSpecials()), characters)) {
      EvaluationResult result;
      try (StageProgress progress = new StageProgress(shell)) {
        result = HeadEvaluation.of(Reports.name(data), model.info().name(), Head.load(folder, model), rows, progress);
      }
      Reports.write(shell, json, JsonReport.of(result), null, "", TableReport.text(result));
    }
    return 0;
  }
}
