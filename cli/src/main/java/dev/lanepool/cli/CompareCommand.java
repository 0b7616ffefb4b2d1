package dev.lanepool.cli;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.pooling.Pooling;
import dev.lanepool.training.Comparison;
import dev.lanepool.training.FitSettings;
import dev.lanepool.training.LabelledTask;
import dev.lanepool.training.data.Dataset;
import dev.lanepool.training.report.ComparisonResult;
import dev.lanepool.training.report.HtmlReport;
import dev.lanepool.training.report.JsonReport;
import dev.lanepool.training.report.TableReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Which pooling? */
@Command(name = "compare", parameterListHeading = "%n", description = "Which pooling is best for these texts: heads on several, trained"
    + " and tested on the same rows.",
    footer = {"", FitOptions.WITHOUT_EPOCHS})
final class CompareCommand implements Callable<Integer> {
  private final Shell shell;

  @Spec
  private @Nullable CommandSpec command;

  @Parameters(paramLabel = "DATA", description = "Labelled texts: a .csv, .tsv or .jsonl file in UTF-8.")
  private Path data;

  @Option(names = {"-p", "--pooling"}, paramLabel = "SPEC",
      description = "A pooling to compare. May be repeated. Default: the eight, pooler where the model has one, cls+mean and"
          + " concat(layers=-1..-4,of=mean).")
  private List<String> specs = List.of();

  @Option(names = "--folds", paramLabel = "K", description = "Cross-validate on so many folds. Default: 5.")
  private @Nullable Integer folds;

  @Mixin
  private final TestOptions asked = new TestOptions();

  @Mixin
  private final LabelOptions labels = new LabelOptions();

  @Mixin
  private final FitOptions fit = new FitOptions();

  @Mixin
  private final CacheOptions features = new CacheOptions();

  @Mixin
  private final ModelOptions modelOptions = new ModelOptions();

  CompareCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() throws IOException {
    Path test = asked.test();
    Path json = asked.json();
    Path page = asked.page();
    if (folds != null && (test != null || folds < 2)) {
      throw Main.usage(command, test != null ? "--folds and --test: give one or the other" : "--folds " + folds + ": expected at least 2");
    }
    List<Pooling> given = Poolings.parse(command, specs);
    FitSettings settings = fit.settings();
    features.check();
    Reports.check(command, json, page);
    Dataset rows = labels.read(data);
    Dataset testRows = test == null ? null : labels.read(test);
    LabelledTask what = LabelOptions.task(asked.task(), rows, shell);
    try (EmbeddingModel model = modelOptions.load(options -> options.withPlainSpecials(labels.plainSpecials()))) {
      List<Pooling> poolings = given.isEmpty() ? Comparison.usual(model) : given;
      Poolings.checkFit(command, poolings, model);
      ComparisonResult result;
      try (StageProgress progress = new StageProgress(shell)) {
        result = features.with(shell, cache -> {
          Comparison comparison = new Comparison(model, cache, settings, features.storage(), progress);
          ComparisonResult found = testRows == null
              ? comparison.crossValidate(Reports.name(data), rows, what, poolings, folds == null ? 5 : folds)
              : comparison.heldOut(Reports.name(data, test), rows, testRows, Reports.name(test, data), what.isClassification(), poolings);
          progress.clear();
          Notices.cost(comparison.cost(), model, shell);
          Notices.shared(comparison.shared(), shell);
          return found;
        });
      }
      Reports.write(shell, json, JsonReport.of(result), page, page == null ? "" : HtmlReport.of(result, Reports.command(command)),
          TableReport.text(result));
    }
    return 0;
  }
}
