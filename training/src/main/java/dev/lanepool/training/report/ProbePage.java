package dev.lanepool.training.report;

import java.util.List;

/** The body of a probe's page. */
final class ProbePage {
  private ProbePage() {}

  static String body(ProbeResult result, List<String> command) {
    StringBuilder out = new StringBuilder("<h1>Layers probed</h1>\n");
    out.append("<p class=\"answer\">Which layer knows what? The best of each task:</p>\n<ul>");
    for (ProbeResult.Task task : result.tasks()) {
      best(out, result, task);
    }
    out.append("</ul>\n<dl>");
    Html.fact(out, "Data", result.data());
    Html.fact(out, "Model", result.model());
    Html.fact(out, "Layers", Integer.toString(result.hiddenStates() - 1));
    Html.fact(out, "Evaluation", result.evaluation().describe());
    Html.fact(out, "Seed", Long.toString(result.seed()));
    out.append("</dl>\n");
    heatMap(out, result);
    lines(out, result);
    Html.again(out, command);
    return out.toString();
  }

  private static void best(StringBuilder out, ProbeResult result, ProbeResult.Task task) {
    for (String reading : result.readings()) {
      for (int layer = 0; layer < result.hiddenStates(); layer++) {
        if (task.scores(reading).get(layer).mean() == task.best()) {
          out.append("<li>").append(Html.escape(task.name())).append(": layer ").append(layer).append(", ").append(Html.escape(reading))
              .append(", ").append(Html.escape(task.metric().title())).append(' ').append(Numbers.score(task.best()))
              .append(" (").append(task.metric().baseline()).append(": ").append(Numbers.score(task.baseline().mean())).append(")</li>\n");
          return;
        }
      }
    }
  }

  private static void heatMap(StringBuilder out, ProbeResult result) {
    out.append("<h2>Score by layer and task</h2>\n")
        .append("<p class=\"note\">Tinted from the baseline of each task, or from 0 where it has none, to its best score, which is framed.")
        .append(" Layer 0 is the embedding output.</p>\n")
        .append("<div class=\"scroll\"><table class=\"heat\">\n<thead><tr><th></th>");
    List<String> readings = result.readings();
    for (ProbeResult.Task task : result.tasks()) {
      String name = Html.escape(task.name());
      out.append("<th class=\"group\" colspan=\"").append(readings.size()).append("\" title=\"").append(name).append("\">").append(name)
          .append("<br>").append(Html.escape(task.metric().title())).append(", ").append(Numbers.count(task.rows())).append(" rows</th>");
    }
    out.append("</tr>\n<tr><th>layer</th>");
    result.tasks().forEach(task -> readings.forEach(reading -> out.append("<th>").append(Html.escape(reading)).append("</th>")));
    out.append("</tr></thead>\n<tbody>\n");
    for (int layer = 0; layer < result.hiddenStates(); layer++) {
      out.append("<tr><th>").append(layer).append("</th>");
      for (ProbeResult.Task task : result.tasks()) {
        for (String reading : readings) {
          FoldScores scores = task.scores(reading).get(layer);
          String title = scores.hasInterval() ? " title=\"95% interval " + Numbers.interval(scores) + '"' : "";
          String best = scores.mean() == task.best() ? " class=\"best\"" : "";
          Html.tinted(out, share(task, scores.mean()), best + title, Numbers.score(scores.mean()));
        }
      }
      out.append("</tr>\n");
    }
    out.append("<tr><th>baseline</th>");
    result.tasks().forEach(task -> readings.forEach(reading ->
        out.append("<td class=\"plain\">").append(Numbers.score(task.baseline().mean())).append("</td>")));
    out.append("</tr>\n</tbody></table></div>\n");
  }

  /** How far a score is on the way from the task's baseline to its best, 0 to 1. The mean label has no correlation: 0 stands for it. */
  private static double share(ProbeResult.Task task, double score) {
    double base = Double.isNaN(task.baseline().mean()) ? 0 : task.baseline().mean();
    double share = (score - base) / (task.best() - base);
    return Double.isFinite(share) ? Math.clamp(share, 0, 1) : 0;
  }

  private static void lines(StringBuilder out, ProbeResult result) {
    out.append("<section hidden>\n<h2>The same as lines</h2>\n")
        .append("<p class=\"note\">The scale fits the scores and may begin above zero.</p>\n<ul class=\"key\">");
    for (int task = 0; task < result.tasks().size(); task++) {
      for (int reading = 0; reading < result.readings().size(); reading++) {
        out.append("<li><i").append(reading > 0 ? " class=\"dashed\"" : "").append(' ').append(Html.series(task))
            .append("></i>").append(Html.escape(result.tasks().get(task).name())).append(", ")
            .append(Html.escape(result.readings().get(reading))).append("</li>");
      }
    }
    out.append("</ul>\n<div class=\"chart\" data-chart=\"layers\" role=\"img\" ")
        .append("aria-label=\"Lines by layer, the numbers of the table\"></div>\n")
        .append("</section>\n");
  }
}
