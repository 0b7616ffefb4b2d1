package dev.lanepool.training;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.nn.Compute;
import dev.lanepool.pooling.Pooling;
import dev.lanepool.training.data.DataFileException;
import dev.lanepool.training.data.Dataset;
import dev.lanepool.training.data.ProbingTask;
import dev.lanepool.training.data.Split;
import dev.lanepool.training.features.FeaturePlan;
import dev.lanepool.training.features.Features;
import dev.lanepool.training.report.Evaluation;
import dev.lanepool.training.report.FoldScores;
import dev.lanepool.training.report.Metric;
import dev.lanepool.training.report.ProbeResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Which layer knows this? A linear layer on the mean and on token 0 of every hidden state, from the embedding output to the last layer, for
 * any number of tasks. All texts are encoded once.
 *
 * <pre>{@code
 * Dataset data = Dataset.csv(path, "text", "label");
 * ProbeResult result = Probe.on(model)
 *     .labels("reviews", data, LabelledTask.classification(data))
 *     .run("reviews", "a fifth of the rows");
 * System.out.println(TableReport.text(result));
 * }</pre>
 *
 * <p>Deterministic, as a {@link Comparison} is. For one thread at a time.
 */
public final class Probe extends FittedHeads<Probe> {
  /** The share of the rows to test on where no test set is given. */
  public static final double TEST_SHARE = 0.2;

  private static final List<String> READINGS = List.of("mean", "cls");

  private final List<Asked> asked = new ArrayList<>();
  private final List<String> texts = new ArrayList<>();

  /** A task, its rows counted among those of all tasks. */
  private record Asked(String name, LabelledTask task, Split split) {}

  private Probe(EmbeddingModel model) {
    super(model);
  }

  /** Probes of this model, which stays its caller's. */
  public static Probe on(EmbeddingModel model) {
    return new Probe(model);
  }

  @Override
  Probe self() {
    return this;
  }

  /** @throws IllegalStateException after something was asked, whose rows to test on the settings before have chosen */
  @Override
  public Probe settings(FitSettings settings) {
    if (!asked.isEmpty()) {
      throw new IllegalStateException("settings come before labels and tasks, whose rows to test on they choose");
    }
    return super.settings(settings);
  }

  /**
   * Asks for the labels of a data set, of which a fifth is held out, stratified where they are classes.
   *
   * @param name of the task, for the report
   * @throws IllegalArgumentException where the task is of other data
   * @throws DataFileException where there are too few rows
   */
  public Probe labels(String name, Dataset data, LabelledTask task) {
    task.checkRows(data);
    int[] all = IntStream.range(0, data.size()).toArray();
    task.checkFit(data, all, TEST_SHARE, settings.seed());
    return add(name, data, data.texts(), task, task.holdOut(all, TEST_SHARE, settings.seed()));
  }

  /**
   * Asks for the labels of a data set, tested on another.
   *
   * @param name of the task, for the report
   * @param task of {@code train}
   * @param test its labels must be among those of {@code train}
   * @throws IllegalArgumentException where the task is of other data
   * @throws DataFileException where a label is wrong, or there are too few rows
   */
  public Probe labels(String name, Dataset train, LabelledTask task, Dataset test) {
    task.checkRows(train);
    List<String> both = new ArrayList<>(train.texts());
    both.addAll(test.texts());
    return add(name, train, both, task.followedBy(test), Split.inTurn(train.size(), test.size()));
  }

  /**
   * Asks for what the texts' form gives, tested on the task's own test rows.
   *
   * @throws DataFileException where there are too few rows
   */
  public Probe task(ProbingTask what, ProbingTask.Rows rows) {
    // The fit sets rows of its own aside to stop by, so those of the dev split are for training.
    int[] train = IntStream.concat(Arrays.stream(rows.train()), Arrays.stream(rows.dev())).sorted().toArray();
    return add(what.toString(), rows.data(), rows.data().texts(), LabelledTask.classification(rows.data()), new Split(train, rows.test()));
  }

  private Probe add(String name, Dataset data, List<String> more, LabelledTask task, Split split) {
    Objects.requireNonNull(name, "name");
    task.checkFit(data, split.train(), settings.devShare(), settings.seed());
    int first = texts.size();
    int[] rows = IntStream.range(first, first + more.size()).toArray();
    double[] targets = new double[first + more.size()];
    System.arraycopy(task.targets(), 0, targets, first, more.size());
    texts.addAll(more);
    asked.add(new Asked(name, new LabelledTask(task.task(), targets), split.within(rows)));
    return this;
  }

  /** How many texts of all tasks are to test on and, for the same task, to train on too. */
  public int shared() {
    return asked.stream().mapToInt(each -> each.split.shared(texts)).sum();
  }

  /**
   * Encodes the texts of all tasks once, and fits and tests a probe for each task, layer and reading.
   *
   * @param name of the data, for the report
   * @param tested on what, for the report alone, a file's name or words for a part of the data: {@link #labels} and {@link #task} have it
   * @throws IllegalStateException where nothing was asked, or the model is closed
   * @throws java.io.UncheckedIOException where features cannot be kept
   * @throws ArithmeticException where what the model makes of a text is not finite
   * @throws java.util.concurrent.CancellationException where the calling thread is interrupted; its interrupt status stays set
   * @throws IllegalArgumentException where an array cannot hold what a fit needs, such as the vectors of all rows
   * @throws dev.lanepool.training.optim.DivergenceException where a loss becomes NaN or infinite
   */
  public ProbeResult run(String name, String tested) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(tested, "tested");
    if (asked.isEmpty()) {
      throw new IllegalStateException("nothing asked: call labels or task first");
    }
    List<FeaturePlan> plans = new ArrayList<>(); // (readings, L + 1)
    for (String reading : READINGS) {
      for (int layer = 0; layer <= model.layers(); layer++) {
        plans.add(FeaturePlan.of(Pooling.parse(reading + "@" + layer), model));
      }
    }
    plans.forEach(plan -> asked.forEach(each -> FitSizes.check(model, texts, plan, each.task, settings, each.split.train())));
    return onFeatures(texts, plans, (compute, features) -> new ProbeResult(name, model.name(), Evaluation.heldOut(tested),
        settings.seed(), asked.stream().map(each -> probe(compute, features, plans, each)).toList()));
  }

  private ProbeResult.Task probe(Compute compute, Features features, List<FeaturePlan> plans, Asked each) {
    Metric metric = Scoring.primary(each.task);
    Map<String, List<FoldScores>> scores = new LinkedHashMap<>();
    for (int i = 0; i < plans.size(); i++) {
      progress.at(each.name, i, plans.size());
      HeadFitter fitter = new HeadFitter(compute, features, plans.get(i), each.task, settings);
      float[][] outputs = fitter.infer(fitter.fit(each.split.train()).network(), each.split.test());
      scores.computeIfAbsent(READINGS.get(i / (model.layers() + 1)), reading -> new ArrayList<>())
          .add(FoldScores.single(Scoring.of(each.task, each.split.test(), outputs).get(metric)));
    }
    progress.at(each.name, plans.size(), plans.size());
    double baseline = Scoring.baseline(each.task, each.split.train(), each.split.test()).get(metric);
    return new ProbeResult.Task(each.name, metric, each.split.train().length + each.split.test().length, FoldScores.single(baseline),
        scores);
  }
}
