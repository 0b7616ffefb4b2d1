package dev.lanepool.cli;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.Head;
import dev.lanepool.pooling.Pooling;
import dev.lanepool.training.FitSettings;
import dev.lanepool.training.HeadTrainer;
import dev.lanepool.training.LabelledTask;
import dev.lanepool.training.data.Dataset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Labelled texts to a head. */
final class TrainCommand extends Command {
  private final Argument<Path> data = arguments.parameter(Path.class, "DATA", "Labelled texts: a .csv, .tsv or .jsonl file in UTF-8.");
  private final Argument<String> pooling = arguments.withDefault(String.class, "-p, --pooling", "POOLING", "mean",
      "What the head reads, such as mean, cls+mean@-2, attention(hidden=512). Default: ${DEFAULT-VALUE}.");
  private final Argument<Path> head = arguments.required(Path.class, "-o, --output", "HEAD", "The folder to write the head to.");
  private final Argument<LabelOptions.@Nullable Task> task = LabelOptions.task(arguments);
  private final LabelOptions labels = new LabelOptions(arguments);
  private final FitOptions fit = new FitOptions(arguments);
  private final CacheOptions features = new CacheOptions(arguments);
  private final ModelOptions modelOptions = new ModelOptions(arguments);

  TrainCommand(Shell shell) {
    super(shell,
        "A head trained on labelled texts, with the encoder as it is.",
        "",
        "Prints the head's scores on a tenth of the rows, which it was chosen by and not fitted to: they flatter a little.",
        "dev_loss is the cross-entropy, of a regression the mean squared error divided by the labels' variance.",
        "",
        FitOptions.WITHOUT_EPOCHS);
  }

  @Override
  public Integer call() throws IOException {
    List<Pooling> poolings = Poolings.parse(arguments, List.of(pooling.value()));
    FitSettings settings = fit.settings();
    features.check();
    Output.checkFolder(head.value());
    Dataset rows = labels.read(data.value());
    LabelledTask what = LabelOptions.task(task.value(), rows, shell);
    try (EmbeddingModel model = modelOptions.load(options -> options.withPlainSpecials(labels.plainSpecials()))) {
      Poolings.checkFit(arguments, poolings, settings, model);
      HeadTrainer trainer = HeadTrainer.on(model).pooling(poolings.getFirst()).settings(settings).storage(features.storage());
      trainer = what.isClassification() ? trainer.classification(rows) : trainer.regression(rows);
      Head trained = train(trainer);
      Notices.cost(trainer.cost(), model, shell);
      trained.save(head.value());
      shell.err().println("lanepool: " + trained.metrics().entrySet().stream()
          .map(entry -> String.format(Locale.ROOT, "%s %.4f", entry.getKey(), entry.getValue())).collect(Collectors.joining(", ")));
    }
    return 0;
  }

  private Head train(HeadTrainer trainer) {
    try (StageProgress progress = new StageProgress(shell)) {
      return features.with(shell, cache -> trainer.cache(cache).progress(progress).fit());
    }
  }
}
