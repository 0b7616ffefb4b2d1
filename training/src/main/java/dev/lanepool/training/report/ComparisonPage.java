package dev.lanepool.training.report;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The body of a comparison's page. */
final class ComparisonPage {
  /** Longer ones are written upwards at the head of a column. */
  private static final int LONG_LABEL = 6;
  /** Longer ones are cut. */
  private static final int LONGEST_LABEL = 80;

  private ComparisonPage() {}

  static String body(ComparisonResult result, List<String> command) {
    StringBuilder out = new StringBuilder();
    head(out, result);
    charts(out, result);
    table(out, result);
    switch (result.predictions()) {
      case null -> { }
      case Predictions.Confusion confusion -> confusion(out, result, confusion);
      case Predictions.Scores scores -> scatter(out, result, scores);
    }
    curves(out, result);
    Html.again(out, command);
    return out.toString();
  }

  private static void head(StringBuilder out, ComparisonResult result) {
    PoolingResult best = result.best();
    FoldScores score = best.score(result.metric());
    String title = Html.escape(result.metric().title());
    out.append("<h1>Poolings compared</h1>\n<p class=\"answer\">Best: ").append(Html.spec(best.pooling())).append(", ")
        .append(title).append(' ').append(Numbers.score(score.mean()));
    if (score.hasInterval()) {
      out.append(" (95% interval ").append(Numbers.interval(score)).append(')');
    }
    out.append(". The ").append(result.metric().baseline()).append(" alone");
    double baseline = result.baseline(result.metric()).mean();
    out.append(Double.isNaN(baseline) ? " has none" : ": " + Numbers.score(baseline)).append(".</p>\n");
    List<String> near = result.ranked().stream().skip(1).filter(PoolingResult::notWorse)
        .map(pooling -> Html.spec(pooling.pooling())).toList();
    if (result.isTested()) {
      boolean all = result.ranked().stream().skip(1).noneMatch(pooling -> Double.isNaN(pooling.pValue())); // a correlation may be undefined
      out.append("<p>").append(near.isEmpty() ? "Every other pooling " + (all ? "" : "that has a p ") + "is significantly worse."
          : "Not significantly worse: " + String.join(", ", near) + ".").append("</p>\n");
    }
    out.append("<dl>");
    Html.fact(out, "Data", result.data());
    int more = result.rows() - result.ownRows();
    Html.fact(out, "Rows", Numbers.count(result.ownRows()) + (more == 0 ? "" : ", and " + Numbers.count(more) + " to test on"));
    Html.fact(out, "Task", result.task());
    Html.fact(out, "Model", result.model());
    Html.fact(out, "Evaluation", result.evaluation().describe());
    Html.fact(out, "Seed", Long.toString(result.seed()));
    out.append("</dl>\n");
  }

  private static void charts(StringBuilder out, ComparisonResult result) {
    String title = Html.escape(result.metric().title());
    boolean intervals = result.results().stream().anyMatch(pooling -> pooling.score(result.metric()).hasInterval());
    out.append("<section hidden>\n<h2>").append(sentence(title)).append(" by pooling</h2>\n")
        .append("<p class=\"note\">")
        .append(result.metric().higherIsBetter() ? "Higher is better." : "Lower is better.")
        .append(intervals ? " Whiskers: 95% interval of the mean over the folds." : "")
        .append(Double.isNaN(result.baseline(result.metric()).mean()) ? "" : " Dashed: the " + result.metric().baseline() + ".")
        .append(" The best stands out most").append(result.isTested() ? "; poolings that the test finds worse are faint" : "")
        .append(".</p>\n")
        .append("<div class=\"chart\" data-chart=\"scores\" role=\"img\" aria-label=\"Bars, the numbers of the table\"></div>\n")
        .append("<h3>The same, closer</h3>\n<p class=\"note\">This scale does not begin at zero.</p>\n")
        .append("<div class=\"chart\" data-chart=\"closer\" role=\"img\" aria-label=\"Dots, the numbers of the table\"></div>\n")
        .append("</section>\n");
  }

  private static void table(StringBuilder out, ComparisonResult result) {
    List<Metric> metrics = Stream.concat(Stream.of(result.metric()),
        result.baseline().keySet().stream().filter(metric -> metric != result.metric())).toList();
    boolean intervals = result.evaluation().folds() > 1;
    boolean tested = result.isTested();
    out.append("<h2>All numbers</h2>\n<div class=\"scroll\"><table>\n<thead><tr><th>pooling</th>");
    metrics.forEach(metric -> out.append("<th>").append(Html.escape(metric.title())).append("</th>"));
    out.append(tested ? "<th>p</th>" : "").append("<th>dimension</th><th>seconds</th></tr></thead>\n<tbody>\n");
    for (PoolingResult pooling : result.ranked()) {
      String mark = TableReport.mark(result, pooling);
      out.append(mark.equals("*") ? "<tr class=\"best\">" : "<tr>").append("<th>").append(Html.spec(pooling.pooling()))
          .append(' ').append(mark).append("</th>");
      metrics.forEach(metric -> scores(out, pooling.score(metric)));
      if (tested) {
        cell(out, Numbers.probability(pooling.pValue()));
      }
      cell(out, Numbers.count(pooling.dimension()));
      cell(out, Numbers.seconds(pooling.seconds()));
      out.append("</tr>\n");
    }
    out.append("<tr><th>").append(result.metric().baseline()).append("</th>");
    metrics.forEach(metric -> scores(out, result.baseline(metric)));
    out.append(tested ? "<td>-</td>" : "").append("<td>-</td><td>-</td></tr>\n</tbody></table></div>\n<p class=\"note\">")
        .append(Html.escape(TableReport.legend(result)))
        .append(intervals ? " Scores: mean \u00B1 standard deviation over the folds, and the 95% interval of the mean." : "")
        .append(" Seconds: to train and test the ").append(intervals ? "heads on all folds" : "head").append(".</p>\n");
  }

  private static void scores(StringBuilder out, FoldScores scores) {
    out.append("<td>").append(Numbers.score(scores.mean()));
    if (scores.hasInterval()) {
      out.append(" <small>\u00B1 ").append(Numbers.score(scores.sd())).append("<br>").append(Numbers.interval(scores)).append("</small>");
    }
    out.append("</td>");
  }

  private static void cell(StringBuilder out, String text) {
    out.append("<td>").append(Html.escape(text)).append("</td>");
  }

  private static void confusion(StringBuilder out, ComparisonResult result, Predictions.Confusion confusion) {
    List<String> labels = confusion.labels().stream().map(ComparisonPage::shortened).toList();
    String up = labels.stream().anyMatch(label -> label.length() > LONG_LABEL) ? " class=\"up\"" : "";
    out.append("<h2>What ").append(Html.spec(result.best().pooling())).append(" takes for what</h2>\n")
        .append("<p class=\"note\">Rows: the true label; columns: the predicted one. Tinted by the share of the row.</p>\n")
        .append("<div class=\"scroll\"><table class=\"heat\">\n<thead><tr><th>true label</th>");
    labels.forEach(label -> out.append("<th").append(up).append("><span>").append(Html.escape(label)).append("</span></th>"));
    out.append("<th").append(up).append("><span>recall</span></th></tr></thead>\n<tbody>\n");
    for (int truth = 0; truth < labels.size(); truth++) {
      List<Integer> row = confusion.counts().get(truth);
      long sum = row.stream().mapToLong(Integer::longValue).sum();
      String label = Html.escape(labels.get(truth));
      out.append("<tr><th>").append(label).append("</th>");
      for (int count : row) {
        Html.tinted(out, sum == 0 ? 0 : (double) count / sum, "", Numbers.count(count));
      }
      double recall = sum == 0 ? Double.NaN : (double) row.get(truth) / sum;
      out.append("<td class=\"plain\">").append(Numbers.score(recall)).append("</td></tr>\n");
    }
    out.append("<tr><th>precision</th>");
    for (int predicted = 0; predicted < labels.size(); predicted++) {
      int column = predicted;
      long sum = confusion.counts().stream().mapToLong(row -> row.get(column)).sum();
      double right = confusion.counts().get(column).get(column);
      out.append("<td class=\"plain\">").append(Numbers.score(sum == 0 ? Double.NaN : right / sum)).append("</td>");
    }
    out.append("<td class=\"plain\"></td></tr>\n</tbody></table></div>\n");
  }

  private static void scatter(StringBuilder out, ComparisonResult result, Predictions.Scores scores) {
    out.append("<section hidden>\n<h2>Label and prediction, ").append(Html.spec(result.best().pooling()))
        .append("</h2>\n<p class=\"note\">").append(Numbers.count(scores.truth().size()))
        .append(" rows, of which at most 2,000 are drawn, evenly chosen. Dashed: prediction and label agree.</p>\n")
        .append("<div class=\"chart\" data-chart=\"scatter\" role=\"img\" aria-label=\"A dot for each row\"></div>\n</section>\n");
  }

  private static void curves(StringBuilder out, ComparisonResult result) {
    List<PoolingResult> trained = result.ranked().stream()
        .filter(pooling -> pooling.training().stream().anyMatch(fold -> !fold.loss().isEmpty())).toList();
    if (trained.isEmpty()) {
      return;
    }
    String options = trained.stream().map(pooling -> "<option>" + Html.escape(pooling.pooling()) + "</option>")
        .collect(Collectors.joining());
    String loss = result.task().equals("regression")
        ? "the mean squared error, divided by the variance of the labels that were trained on" : "the cross-entropy";
    out.append("<section hidden>\n<h2>Training</h2>\n<p class=\"note\">The loss is ").append(loss)
        .append(".</p>\n<p><label>Pooling <select id=\"curves-of\">").append(options)
        .append("</select></label></p>\n");
    out.append("<ul class=\"key\">");
    int folds = trained.stream().mapToInt(pooling -> pooling.training().size()).max().orElse(0);
    for (int fold = 0; fold < folds; fold++) {
      out.append("<li><i ").append(Html.series(fold)).append("></i>fold ").append(fold + 1).append("</li>");
    }
    out.append("</ul>\n<div class=\"chart\" data-chart=\"curves\" role=\"img\" aria-label=\"Lines by epoch\"></div>\n</section>\n");
  }

  private static String shortened(String label) {
    return label.codePointCount(0, label.length()) <= LONGEST_LABEL ? label
        : label.substring(0, label.offsetByCodePoints(0, LONGEST_LABEL)) + "\u2026";
  }

  private static String sentence(String text) {
    return Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }
}
