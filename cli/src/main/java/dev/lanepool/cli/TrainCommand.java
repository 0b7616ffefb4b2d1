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
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Labelled texts to a head. */
@Command(name = "train", parameterListHeading = "%n", description = "A head trained on labelled texts, with the encoder as it is.",
    footer = {"", "Prints the head's scores on a tenth of the rows, which it was chosen by and not fitted to: they flatter a little.",
        "dev_loss is the cross-entropy, of a regression the mean squared error divided by the labels' variance.",
        "", FitOptions.WITHOUT_EPOCHS})
final class TrainCommand implements Callable<Integer> {
  private final Shell shell;

  @Spec
  private @Nullable CommandSpec command;

  @Parameters(paramLabel = "DATA", description = "Labelled texts: a .csv, .tsv or .jsonl file in UTF-8.")
  private Path data;

  @Option(names = {"-p", "--pooling"}, paramLabel = "SPEC", defaultValue = "mean",
      description = "What the head reads, such as mean, cls+mean@-2, attention(hidden=512). Default: ${DEFAULT-VALUE}.")
  private String pooling = "mean";

  @Option(names = {"-o", "--output"}, paramLabel = "HEAD", required = true, description = "The folder to write the head to.")
  private Path head;

  @Option(names = "--task", paramLabel = "TASK", description = "${COMPLETION-CANDIDATES}. Default: regression where every label is a"
      + " finite number and there are more than 20 different ones, else classification.")
  private LabelOptions.@Nullable Task task;

  @Mixin
  private final LabelOptions labels = new LabelOptions();

  @Mixin
  private final FitOptions fit = new FitOptions();

  @Mixin
  private final CacheOptions features = new CacheOptions();

  @Mixin
  private final ModelOptions modelOptions = new ModelOptions();

  TrainCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() throws IOException {
    List<Pooling> poolings = Poolings.parse(command, List.of(pooling));
    FitSettings settings = fit.settings();
    features.check();
    Output.checkFolder(head);
    Dataset rows = labels.read(data);
    LabelledTask what = LabelOptions.task(task, rows, shell);
    try (EmbeddingModel model = modelOptions.load(options -> options.withPlainSpecials(labels.plainSpecials()))) {
      Poolings.checkFit(command, poolings, model);
      HeadTrainer trainer = HeadTrainer.on(model).pooling(poolings.getFirst()).settings(settings).storage(features.storage());
      trainer = what.isClassification() ? trainer.classification(rows) : trainer.regression(rows);
      Head trained = train(trainer);
      Notices.cost(trainer.cost(), model, shell);
      trained.save(head);
      shell.err().println("lanepool: " + new TreeMap<>(trained.metrics()).entrySet().stream()
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
