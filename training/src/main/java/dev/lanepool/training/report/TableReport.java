package dev.lanepool.training.report;

import java.util.ArrayList;
import java.util.List;

/** Results as tables for a terminal and for Markdown. Every text ends in a newline; none holds a control character from the data. */
public final class TableReport {
  private static final String PROBE_LEGEND = "Mark: * the best of its task. Layer 0 is the embedding output.";

  private TableReport() {}

  /** For a terminal: the best first and marked, what may be as good as it marked, the baseline last. */
  public static String text(ComparisonResult result) {
    return plain(heading(result)) + "\n\n" + table(result, false).aligned() + "\n" + legend(result) + "\n";
  }

  /** As {@link #text(ComparisonResult)}, in Markdown. */
  public static String markdown(ComparisonResult result) {
    return plain(heading(result)) + "\n\n" + table(result, true).markdown() + "\n" + legend(result) + "\n";
  }

  /** For a terminal: a row for each layer, a column for each task and reading, the best of each task marked, the baseline last. */
  public static String text(ProbeResult result) {
    return plain(heading(result)) + "\n\n" + table(result).aligned() + "\n" + PROBE_LEGEND + "\n";
  }

  /** As {@link #text(ProbeResult)}, in Markdown. */
  public static String markdown(ProbeResult result) {
    return plain(heading(result)) + "\n\n" + table(result).markdown() + "\n" + PROBE_LEGEND + "\n";
  }

  /** For a terminal: the head's scores beside the baseline's, and for classes what was taken for what. */
  public static String text(EvaluationResult result) {
    List<List<String>> rows = new ArrayList<>();
    result.metrics().forEach((metric, score) ->
        rows.add(List.of(metric.title(), Numbers.score(score), Numbers.score(result.baseline().get(metric)))));
    String text = plain(result.data() + ": " + Numbers.count(result.rows()) + " rows, head " + result.pooling() + ", model "
        + result.model()) + "\n\n" + new Table(List.of("metric", "head", result.metric().baseline()), 1, rows).aligned();
    return result.predictions() instanceof Predictions.Confusion confusion ? text + "\n" + confusion(confusion) : text;
  }

  private static String confusion(Predictions.Confusion confusion) {
    List<String> header = new ArrayList<>(List.of("true \\ predicted"));
    confusion.labels().forEach(label -> header.add(plain(label)));
    List<List<String>> rows = new ArrayList<>();
    for (int truth = 0; truth < confusion.labels().size(); truth++) {
      List<String> row = new ArrayList<>(List.of(plain(confusion.labels().get(truth))));
      confusion.counts().get(truth).forEach(count -> row.add(Numbers.count(count)));
      rows.add(row);
    }
    return new Table(header, 1, rows).aligned();
  }

  static String heading(ComparisonResult result) {
    return result.data() + ": " + Numbers.count(result.ownRows()) + " rows, " + result.evaluation().describe() + ", model " + result.model()
        + ", seed " + result.seed();
  }

  static String heading(ProbeResult result) {
    return result.data() + ": a linear probe on " + result.hiddenStates() + " hidden states, " + result.evaluation().describe()
        + ", model " + result.model() + ", seed " + result.seed();
  }

  /** What the marks mean, and how far to trust them. */
  static String legend(ComparisonResult result) {
    StringBuilder legend = new StringBuilder("Marks: * the best");
    if (result.isTested()) {
      legend.append("; = not significantly worse than it (p >= ").append(PoolingResult.SIGNIFICANCE)
          .append(", corrected resampled t-test, not corrected for the number of poolings)");
    }
    return legend.append('.').toString();
  }

  /** The sign before a pooling: {@code *} the best, {@code =} not significantly worse, else a space. */
  static String mark(ComparisonResult result, PoolingResult pooling) {
    return pooling == result.best() ? "*" : pooling.notWorse() ? "=" : " ";
  }

  private static Table table(ComparisonResult result, boolean markdown) {
    boolean folds = result.evaluation().folds() > 1;
    boolean tested = result.isTested();
    List<Metric> others = result.baseline().keySet().stream().filter(metric -> metric != result.metric()).toList();
    List<String> header = new ArrayList<>(List.of(markdown ? "pooling" : "  pooling", result.metric().title()));
    if (folds) {
      header.addAll(List.of("sd", "95% interval"));
    }
    if (tested) {
      header.add("p");
    }
    others.forEach(metric -> header.add(metric.title()));
    header.addAll(List.of("dimension", "seconds"));

    List<List<String>> rows = new ArrayList<>();
    for (PoolingResult pooling : result.ranked()) {
      String mark = mark(result, pooling);
      List<String> row = new ArrayList<>();
      row.add(markdown ? ("`" + plain(pooling.pooling()) + "` " + mark).strip() : mark + " " + plain(pooling.pooling()));
      addScores(row, pooling.score(result.metric()), folds);
      if (tested) {
        row.add(Numbers.probability(pooling.pValue()));
      }
      others.forEach(metric -> row.add(Numbers.score(pooling.score(metric).mean())));
      row.add(Numbers.count(pooling.dimension()));
      row.add(Numbers.seconds(pooling.seconds()));
      rows.add(row);
    }
    List<String> baseline = new ArrayList<>();
    baseline.add((markdown ? "" : "  ") + "(" + result.metric().baseline() + ")");
    addScores(baseline, result.baseline(result.metric()), folds);
    if (tested) {
      baseline.add("-");
    }
    others.forEach(metric -> baseline.add(Numbers.score(result.baseline(metric).mean())));
    baseline.addAll(List.of("-", "-"));
    rows.add(baseline);
    return new Table(header, 1, rows);
  }

  private static void addScores(List<String> row, FoldScores scores, boolean folds) {
    row.add(Numbers.score(scores.mean()));
    if (folds) {
      row.add(Numbers.score(scores.sd()));
      row.add(Numbers.interval(scores));
    }
  }

  private static Table table(ProbeResult result) {
    List<String> header = new ArrayList<>(List.of("layer"));
    List<String> baseline = new ArrayList<>(List.of("baseline"));
    for (ProbeResult.Task task : result.tasks()) {
      for (String reading : result.readings()) {
        header.add(plain(task.name()) + " " + plain(reading));
        baseline.add(Numbers.score(task.baseline().mean()));
      }
    }
    List<List<String>> rows = new ArrayList<>();
    for (int layer = 0; layer < result.hiddenStates(); layer++) {
      List<String> row = new ArrayList<>(List.of(Integer.toString(layer)));
      for (ProbeResult.Task task : result.tasks()) {
        for (String reading : result.readings()) {
          double score = task.scores(reading).get(layer).mean();
          row.add((score == task.best() ? "* " : "") + Numbers.score(score));
        }
      }
      rows.add(row);
    }
    rows.add(baseline);
    return new Table(header, 1, rows);
  }

  /** Without control characters, which could move a terminal's cursor or end a row. */
  static String plain(String text) {
    return text.codePoints().map(c -> Character.isISOControl(c) || c == 0x2028 || c == 0x2029 ? ' ' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
  }
}
