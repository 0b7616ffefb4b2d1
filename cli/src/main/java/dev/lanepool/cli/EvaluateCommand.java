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
import org.jspecify.annotations.Nullable;

/** How good a head is. */
final class EvaluateCommand extends Command {
  private final Argument<Path> data = arguments.parameter(Path.class, "DATA", "Labelled texts: a .csv, .tsv or .jsonl file in UTF-8.");
  private final Argument<Path> folder = arguments.required(Path.class, "-H, --head", "HEAD", "The head's folder.");
  private final LabelOptions labels = new LabelOptions(arguments);
  private final Argument<@Nullable Path> json = arguments.option(Path.class, "--json", "FILE",
      "Write the scores as JSON too; - prints them in place of the table.");
  private final ModelOptions modelOptions = new ModelOptions(arguments);

  EvaluateCommand(Shell shell) {
    super(shell, "A trained head's scores on labelled texts, beside those of the texts' most frequent class or mean label.");
  }

  @Override
  public Integer call() throws IOException {
    Path json = this.json.value();
    Reports.check(arguments, json, null, data.value());
    Dataset rows = labels.read(data.value());
    long characters = rows.texts().stream().mapToLong(String::length).sum();
    try (EmbeddingModel model = modelOptions.load(options -> options.withPlainSpecials(labels.plainSpecials()), characters)) {
      EvaluationResult result;
      try (StageProgress progress = new StageProgress(shell)) {
        result = HeadEvaluation.of(Reports.name(data.value()), Head.load(folder.value(), model), rows, progress);
      }
      Reports.write(shell, json, JsonReport.of(result), null, "", TableReport.text(result));
    }
    return 0;
  }
}
