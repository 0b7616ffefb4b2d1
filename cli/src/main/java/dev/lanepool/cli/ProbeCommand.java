package dev.lanepool.cli;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.training.FitSettings;
import dev.lanepool.training.LabelledTask;
import dev.lanepool.training.Probe;
import dev.lanepool.training.data.DataFileException;
import dev.lanepool.training.data.Dataset;
import dev.lanepool.training.data.ProbingTask;
import dev.lanepool.training.data.Sentences;
import dev.lanepool.training.report.HtmlReport;
import dev.lanepool.training.report.JsonReport;
import dev.lanepool.training.report.ProbeResult;
import dev.lanepool.training.report.TableReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which layer? */
final class ProbeCommand extends Command {
  private final Argument<@Nullable Path> data = arguments.optionalParameter(Path.class, "DATA",
      "Labelled texts: a .csv, .tsv or .jsonl file in UTF-8.");
  private final Argument<@Nullable Path> text = arguments.option(Path.class, "--tasks", "FILE",
      "Make probing tasks from a plain text in UTF-8, a sentence or paragraph a line.");
  private final Argument<Integer> taskRows = arguments.withDefault(int.class, "--task-rows", "N", "10000",
      "The most rows of each of these. Default: ${DEFAULT-VALUE}.");
  private final TestOptions asked = new TestOptions(arguments);
  private final LabelOptions labels = new LabelOptions(arguments);
  private final Argument<Long> seed = arguments.withDefault(long.class, "--seed", "N", "1",
      "Of the rows' division, the tasks and the training. Default: ${DEFAULT-VALUE}.");
  private final CacheOptions features = new CacheOptions(arguments);
  private final ModelOptions modelOptions = new ModelOptions(arguments);

  ProbeCommand(Shell shell) {
    super(shell,
        "Which layer knows what: a linear probe on the mean and on token 0 of every layer.",
        "",
        "DATA is tested on a fifth of its rows, or on --test. --tasks needs no labels: sentence-length,",
        "word-content and bigram-shift are made from the text's sentences, as SentEval defines them.");
  }

  @Override
  public Integer call() throws IOException {
    Path test = asked.test();
    Path json = asked.json();
    Path page = asked.page();
    Path data = this.data.value();
    Path text = this.text.value();
    checkGiven(data, text, test);
    features.check();
    Reports.check(arguments, json, page, data, text, test);
    Dataset rows = data == null ? null : labels.read(data);
    Dataset testRows = test == null ? null : labels.read(test);
    LabelledTask what = rows == null ? null : LabelOptions.task(asked.task(), rows, shell);
    Map<ProbingTask, ProbingTask.Rows> made = text == null ? Map.of() : tasks(text);
    FitSettings settings = FitSettings.defaults().withSeed(seed.value());
    try (EmbeddingModel model = modelOptions.load(options -> options.withPlainSpecials(labels.plainSpecials()))) {
      ProbeResult result;
      try (StageProgress progress = new StageProgress(shell)) {
        result = features.with(shell, cache -> {
          Probe probe = Probe.on(model).settings(settings).cache(cache).storage(features.storage()).progress(progress);
          if (rows != null && what != null) {
            if (testRows == null) {
              probe.labels(labels.label(), rows, what);
            } else {
              probe.labels(labels.label(), rows, what, testRows);
            }
          }
          made.forEach(probe::task);
          ProbeResult found = probe.run(name(), tested());
          progress.clear();
          Notices.cost(probe.cost(), model, shell);
          Notices.shared(probe.shared(), shell);
          return found;
        });
      }
      Reports.write(shell, json, JsonReport.of(result), page, page == null ? "" : HtmlReport.of(result, Reports.command(arguments)),
          TableReport.text(result));
    }
    return 0;
  }

  /** That there is something to probe, and no option for what there is not. */
  private void checkGiven(@Nullable Path data, @Nullable Path text, @Nullable Path test) {
    if (data == null) {
      if (text == null) {
        throw arguments.wrong("nothing to probe: give DATA with labels, or --tasks FILE");
      }
      if (test != null) {
        throw arguments.wrong("--test is for DATA, found none");
      }
      for (String option : List.of("--task", "--text", "--label")) {
        if (arguments.given(option)) {
          throw arguments.wrong(option + " is for DATA, found none");
        }
      }
    }
    if (text == null && arguments.given("--task-rows")) {
      throw arguments.wrong("--task-rows is for --tasks, found none");
    }
  }

  /** The tasks that the text is large enough for; of the others it is said. */
  private Map<ProbingTask, ProbingTask.Rows> tasks(Path text) {
    Sentences sentences = Sentences.read(text);
    Map<ProbingTask, ProbingTask.Rows> made = new LinkedHashMap<>();
    DataFileException last = null;
    for (ProbingTask each : ProbingTask.values()) {
      try {
        made.put(each, each.make(sentences, taskRows.value(), seed.value()));
      } catch (DataFileException e) {
        last = e;
        if (each != ProbingTask.values()[ProbingTask.values().length - 1] || !made.isEmpty()) {
          shell.err().println("lanepool: left out: " + e.getMessage());
        }
      } catch (IllegalArgumentException e) {
        throw arguments.wrong("--task-rows: " + e.getMessage());
      }
    }
    if (made.isEmpty() && last != null) {
      throw last;
    }
    return made;
  }

  private String name() {
    Path data = this.data.value();
    return Stream.of(data, text.value()).filter(file -> file != null)
        .map(file -> file == data ? Reports.name(file, asked.test()) : Reports.name(file)).collect(Collectors.joining(" and "));
  }

  private String tested() {
    Path data = this.data.value();
    Path text = this.text.value();
    Path test = asked.test();
    String own = test == null ? "a fifth of the rows" : Reports.name(test, data);
    return data == null ? "a tenth of the rows" : text == null ? own : own + ", and on a tenth of the rows of " + Reports.name(text);
  }
}
