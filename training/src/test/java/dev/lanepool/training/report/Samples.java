package dev.lanepool.training.report;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Results made up for tests, their numbers closed forms of an index. */
final class Samples {
  static final String HOSTILE = "</script><script>alert(1)</script> \"'><img src=x onerror=alert(2)>&amp; <!-- \u202E | ` \\";
  static final List<String> POOLINGS = List.of("cls", "mean", "max", "mean-max", "concat(layers=-1..-4,of=cls)", "lstm(hidden=256)",
      "weighted(start=4,of=cls)", "attention(hidden=512)", "cls+mean", "concat(layers=-1..-4,of=mean)");

  /** The index of the highest made-up mean, and of the lowest, which is the best by RMSE. */
  private static final int BEST = 1;
  private static final int WORST = 8;

  private Samples() {}

  static ComparisonResult classification() {
    return comparison("subj.csv", POOLINGS, List.of("subjective", "objective"), Evaluation.crossValidation(5));
  }

  /** @param evaluation of one fold: no interval, no test */
  static ComparisonResult comparison(String data, List<String> poolings, List<String> labels, Evaluation evaluation) {
    int folds = evaluation.folds();
    List<PoolingResult> results = new ArrayList<>();
    for (int i = 0; i < poolings.size(); i++) {
      double mean = 0.9 + 0.03 * Math.sin(2.1 * i);
      Map<Metric, FoldScores> metrics = new EnumMap<>(Metric.class);
      metrics.put(Metric.ACCURACY, scores(mean, folds));
      metrics.put(Metric.MACRO_F1, scores(mean - 0.01, folds));
      double p = folds == 1 || i == BEST ? Double.NaN : Math.abs(Math.cos(3 * i)) * (i % 2 == 0 ? 0.01 : 1);
      results.add(new PoolingResult(poolings.get(i), metrics, p, 1.5 + i, 256 * (1 + i % 3), training(i, folds)));
    }
    Map<Metric, FoldScores> baseline = new EnumMap<>(Metric.class);
    baseline.put(Metric.ACCURACY, scores(0.5, folds));
    baseline.put(Metric.MACRO_F1, scores(0.3333, folds));
    List<List<Integer>> counts = IntStream.range(0, labels.size()).mapToObj(truth -> IntStream.range(0, labels.size())
        .mapToObj(predicted -> truth == predicted ? 120 + truth : (truth * 7 + predicted * 3) % 11).toList()).toList();
    return new ComparisonResult(data, "mini", 10_000, evaluation, 7, Metric.ACCURACY, baseline, results, testRows(10_000, folds),
        devRows(folds), new Predictions.Confusion(labels, counts));
  }

  static ComparisonResult regression() {
    List<PoolingResult> results = new ArrayList<>();
    for (int i = 0; i < POOLINGS.size(); i++) {
      double mean = 0.62 + 0.04 * Math.sin(2.1 * i);
      Map<Metric, FoldScores> metrics = new EnumMap<>(Metric.class);
      metrics.put(Metric.RMSE, scores(mean, 5));
      metrics.put(Metric.PEARSON, scores(1 - mean / 2, 5));
      metrics.put(Metric.SPEARMAN, scores(0.99 - mean / 2, 5));
      metrics.put(Metric.R2, scores(0.9 - mean / 2, 5));
      results.add(new PoolingResult(POOLINGS.get(i), metrics, i == WORST ? Double.NaN : 0.02 * i, 2, 256, training(i, 5)));
    }
    Map<Metric, FoldScores> baseline = new EnumMap<>(Metric.class);
    FoldScores undefined = new FoldScores(Double.NaN, Double.NaN, Double.NaN, Double.NaN, List.of(Double.NaN, Double.NaN));
    baseline.put(Metric.RMSE, scores(1.03, 5));
    baseline.put(Metric.PEARSON, undefined);
    baseline.put(Metric.SPEARMAN, undefined);
    baseline.put(Metric.R2, scores(-0.002, 5));
    List<Double> truth = IntStream.range(0, 4700).mapToObj(i -> 2 * Math.sin(i * 0.37)).toList();
    List<Double> predicted = IntStream.range(0, 4700).mapToObj(i -> 1.6 * Math.sin(i * 0.37) + 0.6 * Math.cos(i * i * 0.11)).toList();
    return new ComparisonResult("clear.csv", "mini", 4700, Evaluation.crossValidation(5), 7, Metric.RMSE, baseline, results,
        testRows(4700, 5), devRows(5), new Predictions.Scores(truth, predicted));
  }

  private static List<List<Integer>> testRows(int rows, int folds) {
    return IntStream.range(0, folds).mapToObj(fold -> IntStream.iterate(fold, row -> row < rows, row -> row + folds).boxed().toList())
        .toList();
  }

  private static List<List<Integer>> devRows(int folds) {
    return IntStream.range(0, folds).mapToObj(fold -> List.of((fold + 1) % folds)).toList();
  }

  static ProbeResult probe() {
    return probe("texts.txt", List.of("sentence-length", "word-content", "bigram-shift"), 13);
  }

  static ProbeResult probe(String data, List<String> names, int hiddenStates) {
    List<ProbeResult.Task> tasks = new ArrayList<>();
    for (int t = 0; t < names.size(); t++) {
      Map<String, List<FoldScores>> readings = new LinkedHashMap<>();
      for (String reading : List.of("mean", "cls")) {
        double shift = t + (reading.equals("cls") ? 0.7 : 0);
        readings.put(reading, IntStream.range(0, hiddenStates)
            .mapToObj(layer -> FoldScores.single(0.6 + 0.25 * Math.sin(0.4 * layer + shift) - (reading.equals("cls") ? 0.1 : 0))).toList());
      }
      tasks.add(new ProbeResult.Task(names.get(t), Metric.ACCURACY, 3000 + t, FoldScores.single(0.2 + 0.1 * t), readings));
    }
    return new ProbeResult(data, "mini", Evaluation.heldOut("the test split"), 7, tasks);
  }

  private static FoldScores scores(double mean, int folds) {
    if (folds == 1) {
      return FoldScores.single(mean);
    }
    List<Double> each = IntStream.range(0, folds).mapToObj(fold -> mean + 0.01 * (fold - (folds - 1) / 2.0)).toList();
    return new FoldScores(mean, 0.0158, mean - 0.0196, mean + 0.0196, each);
  }

  private static List<FoldTraining> training(int pooling, int folds) {
    return IntStream.range(0, folds).mapToObj(fold -> {
      List<Double> loss = IntStream.range(0, 12 + fold).mapToObj(epoch -> 0.1 + Math.exp(-0.3 * epoch) * (0.6 + 0.02 * fold)).toList();
      List<Double> devLoss = IntStream.range(0, 12 + fold)
          .mapToObj(epoch -> 0.3 + 0.4 * Math.exp(-0.5 * epoch) + 0.005 * fold + 0.01 * epoch).toList();
      return new FoldTraining(0.001 * (1 + pooling), 0.01, loss, devLoss);
    }).toList();
  }

  static String page(ComparisonResult result) {
    return HtmlReport.of(result, List.of("./lanepool", "compare", result.data(), "--folds", "5", "--seed", "7", "--report", "it's.html"));
  }

  static String page(ProbeResult result) {
    return HtmlReport.of(result, List.of("./lanepool", "probe", result.data(), "--seed", "7"));
  }

  static PoolingResult result(String pooling, FoldScores rmse, FoldScores r2, double p, double seconds, int dimension) {
    return new PoolingResult(pooling, Map.of(Metric.RMSE, rmse, Metric.R2, r2), p, seconds, dimension,
        List.of(new FoldTraining(0.5, 0.25, List.of(4.0, 3.0), List.of(2.0, 1.0))));
  }

  static ComparisonResult with(ComparisonResult result, Metric metric, List<PoolingResult> results) {
    return new ComparisonResult(result.data(), result.model(), result.rows(), result.evaluation(), result.seed(), metric,
        result.baseline(), results, result.testRows(), result.devRows(), null);
  }
}
