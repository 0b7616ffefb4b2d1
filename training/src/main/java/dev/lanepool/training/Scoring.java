package dev.lanepool.training;

import dev.lanepool.training.report.FoldScores;
import dev.lanepool.training.report.Metric;
import dev.lanepool.training.report.Predictions;
import dev.lanepool.training.stats.Baseline;
import dev.lanepool.training.stats.ConfusionMatrix;
import dev.lanepool.training.stats.RegressionScores;
import dev.lanepool.training.stats.Summary;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** From a head's outputs to scores by every metric of its task. */
final class Scoring {
  private Scoring() {}

  /** The metric that ranks heads. */
  static Metric primary(LabelledTask task) {
    return task.isClassification() ? Metric.ACCURACY : Metric.SPEARMAN;
  }

  /** @param outputs one row of logits or one value for each of {@code rows} */
  static Map<Metric, Double> of(LabelledTask task, int[] rows, float[][] outputs) {
    return task.isClassification()
        ? of(confusion(task, rows, outputs))
        : of(RegressionScores.of(targets(task, rows), values(outputs)));
  }

  /** The majority class or the mean of the training rows, on the test rows. */
  static Map<Metric, Double> baseline(LabelledTask task, int[] train, int[] test) {
    return task.isClassification()
        ? of(Baseline.majority(task.task().outputs(), classes(task, train), classes(task, test)))
        : of(Baseline.mean(targets(task, train), targets(task, test)));
  }

  static ConfusionMatrix confusion(LabelledTask task, int[] rows, float[][] outputs) {
    int[] predicted = Arrays.stream(outputs).mapToInt(Scoring::largest).toArray();
    return ConfusionMatrix.of(task.task().outputs(), classes(task, rows), predicted);
  }

  static Predictions predictions(LabelledTask task, int[] rows, float[][] outputs) {
    if (task.isClassification()) {
      var matrix = confusion(task, rows, outputs);
      int n = matrix.classes();
      return new Predictions.Confusion(task.task().names(), IntStream.range(0, n)
          .mapToObj(truth -> IntStream.range(0, n).mapToObj(guess -> matrix.count(truth, guess)).toList()).toList());
    }
    return new Predictions.Scores(Arrays.stream(targets(task, rows)).boxed().toList(),
        Arrays.stream(values(outputs)).boxed().toList());
  }

  static double[] values(float[][] outputs) {
    return Arrays.stream(outputs).mapToDouble(row -> row[0]).toArray();
  }

  static double[] targets(LabelledTask task, int[] rows) {
    return Arrays.stream(rows).mapToDouble(row -> task.targets()[row]).toArray();
  }

  /** The scores of all folds by each metric. A correlation that is not defined makes its mean so. */
  static Map<Metric, FoldScores> summary(List<Map<Metric, Double>> folds) {
    Map<Metric, FoldScores> scores = new EnumMap<>(Metric.class);
    for (Metric metric : folds.getFirst().keySet()) {
      double[] values = folds.stream().mapToDouble(fold -> fold.get(metric)).toArray();
      Summary summary = Summary.of(values);
      scores.put(metric, new FoldScores(summary.mean(), summary.sd(), summary.low(), summary.high(), summary.values()));
    }
    return scores;
  }

  private static int[] classes(LabelledTask task, int[] rows) {
    return Arrays.stream(rows).map(row -> (int) task.targets()[row]).toArray();
  }

  private static int largest(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      best = logits[i] > logits[best] ? i : best;
    }
    return best;
  }

  private static Map<Metric, Double> of(ConfusionMatrix matrix) {
    return new EnumMap<>(Map.of(Metric.ACCURACY, matrix.accuracy(), Metric.MACRO_F1, matrix.macroF1()));
  }

  private static Map<Metric, Double> of(RegressionScores scores) {
    return new EnumMap<>(Map.of(Metric.PEARSON, scores.pearson(), Metric.SPEARMAN, scores.spearman(), Metric.RMSE, scores.rmse(),
        Metric.R2, scores.r2()));
  }
}
