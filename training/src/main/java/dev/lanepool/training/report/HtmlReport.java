package dev.lanepool.training.report;

import java.util.List;

/**
 * Results as a page: one file that needs no network, with charts, a table that holds every number without them, and the command that
 * repeats the run. It follows the reader's light or dark theme, fits a phone, and prints in light. Texts are escaped, whatever they hold.
 */
public final class HtmlReport {
  private HtmlReport() {}

  /**
   * The page of a comparison.
   *
   * @param command the words that repeat it, the program's name first; quoted for a POSIX shell where needed
   */
  public static String of(ComparisonResult result, List<String> command) {
    boolean lower = !result.metric().higherIsBetter();
    String attributes = "data-title=\"" + Html.escape(result.metric().title()) + "\" data-lower=\"" + lower + '"';
    return Html.page("Poolings compared: " + result.data(), attributes, ComparisonPage.body(result, command), JsonReport.of(result));
  }

  /**
   * The page of a probe.
   *
   * @param command the words that repeat it, the program's name first; quoted for a POSIX shell where needed
   */
  public static String of(ProbeResult result, List<String> command) {
    List<String> titles = result.tasks().stream().map(task -> task.metric().title()).distinct().toList();
    String attributes = "data-title=\"" + (titles.size() == 1 ? Html.escape(titles.getFirst()) : "score") + '"';
    return Html.page("Layers probed: " + result.data(), attributes, ProbePage.body(result, command), JsonReport.of(result));
  }
}
