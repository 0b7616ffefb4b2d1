package dev.lanepool.training;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.pooling.Pooling;
import dev.lanepool.training.data.DataFileException;
import dev.lanepool.training.data.Dataset;
import dev.lanepool.training.data.Split;
import dev.lanepool.training.features.FeaturePlan;
import dev.lanepool.training.report.ComparisonResult;
import dev.lanepool.training.report.Evaluation;
import dev.lanepool.training.report.FoldScores;
import dev.lanepool.training.report.FoldTraining;
import dev.lanepool.training.report.Metric;
import dev.lanepool.training.report.PoolingResult;
import dev.lanepool.training.report.Predictions;
import dev.lanepool.training.stats.CorrectedTTest;
import dev.lanepool.weights.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Which pooling? Heads on several poolings, fitted and tested on the same rows: the texts are encoded once, every head learns from the same
 * features, the same folds and the same choice of settings, which is made inside each fold's training rows.
 *
 * <pre>{@code
 * Dataset data = Dataset.csv(path, "text", "label");
 * ComparisonResult result = Comparison.on(model)
 *     .crossValidate("reviews", data, LabelledTask.classification(data), Comparison.usual(model), 5);
 * System.out.println(TableReport.text(result));
 * }</pre>
 *
 * <p>Deterministic: the same data, model, settings and seed give the same scores, whatever the number of threads. For one
 * thread at a time.
 */
public final class Comparison extends FittedHeads<Comparison> {
  private int shared;

  private Comparison(EmbeddingModel model) {
    super(model);
  }

  /** Comparisons on this model, which stays its caller's. */
  public static Comparison on(EmbeddingModel model) {
    return new Comparison(model);
  }

  @Override
  Comparison self() {
    return this;
  }

  /** The poolings that answer the question for most: the eight, {@code pooler} where the checkpoint has one, and two combinations. */
  public static List<Pooling> usual(EmbeddingModel model) {
    String last = "layers=-1..-" + Math.min(4, model.layers());
    List<String> specs = new ArrayList<>(List.of("cls", "mean", "max", "mean-max", "concat(" + last + ",of=cls)", "lstm(hidden=256)",
        "weighted(start=4,of=cls)", "attention(hidden=512)", "cls+mean", "concat(" + last + ",of=mean)"));
    if (model.hasPooler()) {
      specs.add(1, "pooler");
    }
    return specs.stream().map(Pooling::parse).toList();
  }

  /**
   * By cross-validation.
   *
   * @param name of the data, for the report
   * @param task of the data
   * @param folds at least 2; of classes, stratified
   * @throws IllegalArgumentException where the task is of other data, a pooling does not fit the model or stands there twice, there are
   *     fewer than 2 folds, or an array cannot hold what a fit needs, such as the vectors of all rows
   * @throws DataFileException where the data, or a class, has fewer rows than there are folds or than a fit takes, or labels are numbers
   *     that 32-bit floats cannot hold or tell apart
   * @throws IllegalStateException where the model is closed
   * @throws java.io.UncheckedIOException where features cannot be kept
   * @throws ArithmeticException where what the model makes of a text is not finite
   * @throws java.util.concurrent.CancellationException where the calling thread is interrupted; its interrupt status stays set
   * @throws dev.lanepool.training.optim.DivergenceException where a loss becomes NaN or infinite
   */
  public ComparisonResult crossValidate(String name, Dataset data, LabelledTask task, List<Pooling> poolings, int folds) {
    task.checkRows(data);
    if (task.isClassification()) {
      checkClasses(data, folds);
    } else if (data.size() < folds) {
      throw new DataFileException(data.name() + ": found " + data.size() + (data.size() == 1 ? " row" : " rows") + ", expected at least "
          + folds + ", one for each fold");
    }
    List<Split> splits = task.isClassification()
        ? Split.stratifiedFolds(data.labels(), folds, settings.seed())
        : Split.folds(data.size(), folds, settings.seed());
    return run(name, data, data.texts(), task, poolings, splits, Evaluation.crossValidation(folds));
  }

  private static void checkClasses(Dataset data, int folds) {
    Map<String, Long> rows = data.labels().stream().collect(Collectors.groupingBy(label -> label, TreeMap::new, Collectors.counting()));
    rows.forEach((label, count) -> {
      if (count < folds) {
        throw new DataFileException(data.labelPlace(data.labels().indexOf(label)) + ": the class " + Json.quote(label) + " has " + count
            + (count == 1 ? " row" : " rows") + ", expected at least " + folds + ", one for each fold");
      }
    });
  }

  /**
   * On rows held out.
   *
   * @param name of the data to fit to, for the report
   * @param task of {@code train}
   * @param testName of the data to test on, for the report
   * @param test its labels must be among those of {@code train}
   * @throws DataFileException where a label is wrong or there are too few rows
   * @throws IllegalArgumentException where the task is of other data, a pooling does not fit the model or stands there twice, or an array
   *     cannot hold what a fit needs, such as the vectors of all rows
   * @throws IllegalStateException where the model is closed
   * @throws java.io.UncheckedIOException where features cannot be kept
   * @throws ArithmeticException where what the model makes of a text is not finite
   * @throws java.util.concurrent.CancellationException where the calling thread is interrupted; its interrupt status stays set
   * @throws dev.lanepool.training.optim.DivergenceException where a loss becomes NaN or infinite
   */
  public ComparisonResult heldOut(String name, Dataset train, LabelledTask task, String testName, Dataset test, List<Pooling> poolings) {
    task.checkRows(train);
    Objects.requireNonNull(testName, "testName");
    List<String> texts = new ArrayList<>(train.texts());
    texts.addAll(test.texts());
    Split split = Split.inTurn(train.size(), test.size());
    return run(name, train, texts, task.followedBy(test), poolings, List.of(split), Evaluation.heldOut(testName));
  }

  /** How many texts the last run tested on that were among those trained on, over all folds; folds do not keep equal texts together. */
  public int shared() {
    return shared;
  }

  private ComparisonResult run(String name, Dataset data, List<String> texts, LabelledTask task, List<Pooling> poolings,
      List<Split> splits, Evaluation evaluation) {
    Objects.requireNonNull(name, "name");
    if (poolings.isEmpty() || new HashSet<>(poolings).size() < poolings.size()) {
      throw new IllegalArgumentException("poolings: found " + poolings + ", expected at least one, and each once");
    }
    splits.forEach(split -> task.checkFit(data, split.train(), settings.devShare(), settings.seed()));
    List<FeaturePlan> plans = poolings.stream().map(pooling -> FeaturePlan.of(pooling, model)).toList();
    plans.forEach(plan -> splits.forEach(split -> FitSizes.check(model, texts, plan, task, settings, split.train())));
    shared = splits.stream().mapToInt(split -> split.shared(texts)).sum();
    return onFeatures(texts, plans, (compute, features) -> {
      List<Tested> tested = new ArrayList<>();
      for (FeaturePlan plan : plans) {
        tested.add(test(new HeadFitter(compute, features, plan, task, settings), plan, task, splits));
      }
      return result(name, texts.size(), task, splits, evaluation, tested);
    });
  }

  /** One pooling on all folds. */
  private record Tested(FeaturePlan plan, List<Map<Metric, Double>> scores, List<float[][]> outputs, List<FoldTraining> training,
      double seconds) {}

  private Tested test(HeadFitter fitter, FeaturePlan plan, LabelledTask task, List<Split> splits) {
    long start = System.nanoTime();
    Tested tested = new Tested(plan, new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), 0);
    for (Split split : splits) {
      progress.at(plan.pooling().toString(), tested.scores.size(), splits.size());
      Fit fit = fitter.fit(split.train());
      float[][] outputs = fitter.infer(fit.network(), split.test());
      tested.scores.add(Scoring.of(task, split.test(), outputs));
      tested.outputs.add(outputs);
      tested.training.add(new FoldTraining(fit.learningRate(), fit.weightDecay(), fit.trainLoss(), fit.devLoss()));
    }
    progress.at(plan.pooling().toString(), splits.size(), splits.size());
    return new Tested(plan, tested.scores, tested.outputs, tested.training, (System.nanoTime() - start) / 1e9);
  }

  private ComparisonResult result(String name, int rows, LabelledTask task, List<Split> splits, Evaluation evaluation,
      List<Tested> tested) {
    Metric metric = Scoring.primary(task);
    Tested best = tested.getFirst();
    for (Tested each : tested) {
      best = metric.compare(mean(each, metric), mean(best, metric)) < 0 ? each : best;
    }
    List<PoolingResult> results = new ArrayList<>();
    for (Tested each : tested) {
      results.add(new PoolingResult(each.plan.pooling().toString(), Scoring.summary(each.scores),
          each == best || splits.size() < 2 ? Double.NaN : pValue(each, best, metric, splits.getFirst()), each.seconds,
          each.plan.pooling().dimension(model.layers(), model.hiddenSize()), each.training));
    }
    Map<Metric, FoldScores> baseline =
        Scoring.summary(splits.stream().map(split -> Scoring.baseline(task, split.train(), split.test())).toList());
    return new ComparisonResult(name, model.name(), rows, evaluation, settings.seed(), metric, baseline, results,
        splits.stream().map(split -> boxed(split.test())).toList(),
        splits.stream().map(split -> boxed(task.holdOut(split.train(), settings.devShare(), settings.seed()).test())).toList(),
        predictions(task, splits, best));
  }

  private static List<Integer> boxed(int[] rows) {
    return Arrays.stream(rows).boxed().toList();
  }

  private static double mean(Tested tested, Metric metric) {
    return tested.scores.stream().mapToDouble(fold -> fold.get(metric)).average().orElse(Double.NaN);
  }

  private static double pValue(Tested a, Tested b, Metric metric, Split split) {
    double[] of = a.scores.stream().mapToDouble(fold -> fold.get(metric)).toArray();
    double[] best = b.scores.stream().mapToDouble(fold -> fold.get(metric)).toArray();
    boolean defined = Arrays.stream(of).allMatch(Double::isFinite) && Arrays.stream(best).allMatch(Double::isFinite);
    return defined ? CorrectedTTest.pValue(of, best, (double) split.test().length / split.train().length) : Double.NaN;
  }

  /** Of all folds' test rows together. */
  private static Predictions predictions(LabelledTask task, List<Split> splits, Tested best) {
    int[] rows = splits.stream().flatMapToInt(split -> Arrays.stream(split.test())).toArray();
    float[][] outputs = best.outputs.stream().flatMap(Arrays::stream).toArray(float[][]::new);
    return Scoring.predictions(task, rows, outputs);
  }
}
