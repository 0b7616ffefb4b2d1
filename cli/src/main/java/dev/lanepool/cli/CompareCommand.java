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
import org.jspecify.annotations.Nullable;

/** Which pooling? */
final class CompareCommand extends Command {
  private final Argument<Path> data = arguments.parameter(Path.class, "DATA", "Labelled texts: a .csv, .tsv or .jsonl file in UTF-8.");
  private final Argument<List<String>> specs = arguments.list("-p, --pooling", "POOLING",
      "A pooling to compare. May be repeated. Default: the eight, pooler where the model has one, cls+mean and"
          + " concat(layers=-1..-4,of=mean).");
  private final Argument<@Nullable Integer> folds = arguments.option(Integer.class, "--folds", "K",
      "Cross-validate on so many folds. Default: 5.");
  private final TestOptions asked = new TestOptions(arguments);
  private final LabelOptions labels = new LabelOptions(arguments);
  private final FitOptions fit = new FitOptions(arguments);
  private final CacheOptions features = new CacheOptions(arguments);
  private final ModelOptions modelOptions = new ModelOptions(arguments);

  CompareCommand(Shell shell) {
    super(shell,
        "Which pooling is best for these texts: heads on several, trained and tested on the same rows.",
        "",
        FitOptions.WITHOUT_EPOCHS);
  }

  @Override
  public Integer call() throws IOException {
    Path data = this.data.value();
    Path test = asked.test();
    Path json = asked.json();
    Path page = asked.page();
    Integer folds = this.folds.value();
    if (folds != null && (test != null || folds < 2)) {
      throw arguments.wrong(test != null ? "--folds and --test: give one or the other" : "--folds " + folds + ": expected at least 2");
    }
    List<Pooling> given = Poolings.parse(arguments, specs.value());
    FitSettings settings = fit.settings();
    features.check();
    Reports.check(arguments, json, page, data, test);
    Dataset rows = labels.read(data);
    Dataset testRows = test == null ? null : labels.read(test);
    LabelledTask what = LabelOptions.task(asked.task(), rows, shell);
    try (EmbeddingModel model = modelOptions.load(options -> options.withPlainSpecials(labels.plainSpecials()))) {
      List<Pooling> poolings = given.isEmpty() ? Comparison.usual(model) : given;
      Poolings.checkFit(arguments, poolings, settings, model);
      ComparisonResult result;
      try (StageProgress progress = new StageProgress(shell)) {
        result = features.with(shell, cache -> {
          Comparison comparison = Comparison.on(model).settings(settings).cache(cache).storage(features.storage())
              .progress(progress);
          ComparisonResult found = testRows == null
              ? comparison.crossValidate(Reports.name(data), rows, what, poolings, folds == null ? 5 : folds)
              : comparison.heldOut(Reports.name(data, test), rows, what, Reports.name(test, data), testRows, poolings);
          progress.clear();
          Notices.cost(comparison.cost(), model, shell);
          Notices.shared(comparison.shared(), shell);
          return found;
        });
      }
      Reports.write(shell, json, JsonReport.of(result), page, page == null ? "" : HtmlReport.of(result, Reports.command(arguments)),
          TableReport.text(result));
    }
    return 0;
  }
}
