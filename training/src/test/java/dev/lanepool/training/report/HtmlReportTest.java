package dev.lanepool.training.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.weights.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Pages that are well formed, fetch nothing and take nothing that users name for their own. Their looks need eyes. */
class HtmlReportTest {
  private static final Pattern TAG = Pattern.compile("<(/?)([a-z][a-z0-9]*)((?:\\s+[a-z-]+(?:=\"[^\"<>]*\")?)*)\\s*>");
  private static final Pattern ATTRIBUTE = Pattern.compile("([a-z-]+)(?:=\"[^\"]*\")?");
  private static final Set<String> VOID = Set.of("meta", "br");
  private static final Pattern SCRIPT = Pattern.compile("<script[^>]*>(.*?)</script>", Pattern.DOTALL);

  static Stream<String> pages() {
    String hostile = Samples.HOSTILE;
    return Stream.of(Samples.page(Samples.classification()), Samples.page(Samples.regression()), Samples.page(Samples.probe()),
        Samples.page(Samples.comparison(hostile, List.of(hostile), List.of(hostile, hostile + 2), Evaluation.heldOut(hostile))),
        Samples.page(Samples.probe(hostile, List.of(hostile, "b"), 1)),
        Samples.page(Samples.comparison("one class", List.of("cls"), List.of("a"), Evaluation.crossValidation(2))),
        Samples.page(Samples.comparison("forty", ReportTest.poolings(40), List.of("a", "b"), Evaluation.crossValidation(10))),
        Samples.page(ReportTest.one("a")));
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyElementIsClosedAndNothingElseLooksLikeOne(String page) {
    String body = withoutScripts(page).replaceAll("(?s)<style>.*?</style>", "<style></style>");
    assertTrue(body.startsWith("<!DOCTYPE html>\n<html "));
    Deque<String> open = new ArrayDeque<>();
    Matcher tag = TAG.matcher(body);
    int from = "<!DOCTYPE html>".length();
    int tags = 0;
    while (tag.find(from)) {
      String between = body.substring(from, tag.start());
      assertFalse(between.contains("<"), between);
      if (!tag.group(1).isEmpty()) {
        assertEquals(open.pop(), tag.group(2), () -> "closed too early or too late: " + tag);
      } else if (!VOID.contains(tag.group(2))) {
        open.push(tag.group(2));
      }
      from = tag.end();
      tags++;
    }
    assertEquals("\n", body.substring(from));
    assertTrue(open.isEmpty() && tags > 50, () -> "left open: " + open);
  }

  @ParameterizedTest
  @MethodSource("pages")
  void nothingIsFetched(String page) {
    String markup = withoutScripts(page);
    Set<String> attributes = TAG.matcher(markup).results().flatMap(tag -> ATTRIBUTE.matcher(tag.group(3)).results())
        .map(attribute -> attribute.group(1)).collect(Collectors.toCollection(TreeSet::new));
    assertTrue(attributes.containsAll(Set.of("class", "style", "lang")), attributes::toString);
    attributes.retainAll(Set.of("src", "href", "srcset", "action", "data", "poster", "background"));
    assertEquals(Set.of(), attributes);
    String style = markup.substring(markup.indexOf("<style>"), markup.indexOf("</style>"));
    assertFalse(style.contains("url(") || style.contains("@import"));
    assertTrue(markup.contains("default-src 'none'"));
  }

  @ParameterizedTest
  @MethodSource("pages")
  void thereAreThreeScriptsAndTheFirstIsTheResult(String page) {
    List<String> scripts = SCRIPT.matcher(page).results().map(match -> match.group(1)).toList();
    assertEquals(3, scripts.size());
    Json json = Json.parse(scripts.getFirst().getBytes(StandardCharsets.UTF_8), "page");
    assertTrue(json.find("results") != null || json.find("tasks") != null);
    assertTrue(scripts.get(1).contains("Apache Software Foundation") && scripts.get(1).length() > 900_000);
    assertFalse(scripts.get(2).contains("innerHTML"));
  }

  @Test
  void theTableHoldsTheNumbersWithoutAnyScript() {
    ComparisonResult result = Samples.regression();
    String page = withoutScripts(Samples.page(result));
    for (PoolingResult pooling : result.results()) {
      for (FoldScores scores : pooling.metrics().values()) {
        assertTrue(page.contains("<td>" + Numbers.score(scores.mean()) + " <small>"), pooling.pooling());
      }
    }
    String probe = withoutScripts(Samples.page(Samples.probe()));
    assertEquals(3 * 2 * 13, probe.split("--t:", -1).length - 1);
  }

  @Test
  void theCommandCanBePastedIntoAShell() {
    assertEquals("./lanepool compare 'my data.csv' -p 'concat(layers=-1..-4,of=cls)' --report 'it'\\''s.html' ''",
        Html.command(List.of("./lanepool", "compare", "my data.csv", "-p", "concat(layers=-1..-4,of=cls)", "--report", "it's.html", "")));
    assertEquals("a &#39;b c&#39; <span>-p mean</span> <span>--no-cache</span> <span>--json &#39;&lt;&#39; x</span>",
        Html.commandSpans(List.of("a", "b c", "-p", "mean", "--no-cache", "--json", "<", "x")));
    assertEquals("a", Html.commandSpans(List.of("a")));
  }

  @Test
  void aLongPoolingBreaksBetweenItsParts() {
    assertEquals("<code><span>concat(</span><span>layers=-1..-4,</span><span>of=cls)+</span><span>mean</span></code>",
        Html.spec("concat(layers=-1..-4,of=cls)+mean"));
    assertEquals("<code><span>&lt;&amp;</span></code>", Html.spec("<&"));
  }

  @Test
  void aProbesAxisHasTheMetricsNameWhereAllTasksHaveOne() {
    ProbeResult probe = Samples.probe();
    assertTrue(Samples.page(probe).contains("<html lang=\"en\" data-title=\"accuracy\">"));
    ProbeResult.Task task = probe.tasks().getFirst();
    List<ProbeResult.Task> mixed =
        List.of(task, new ProbeResult.Task("score", Metric.SPEARMAN, task.rows(), task.baseline(), task.scores()));
    assertTrue(Samples.page(new ProbeResult("d", "m", probe.evaluation(), 1, mixed)).contains("<html lang=\"en\" data-title=\"score\">"));
  }

  /** As many as the style sheet has. */
  @Test
  void coloursOfSeriesBeginAnewAfterTheLast() {
    assertEquals("style=\"--c:var(--series-6)\"", Html.series(5));
    assertEquals(Html.series(0), Html.series(6));
  }

  @Test
  void whatNoPageMayHoldIsReplaced() {
    assertEquals("a&lt;b&gt;&amp;&quot;&#39;\uFFFD\uFFFD\uFFFD\n\t\uD83D\uDE00",
        Html.escape("a<b>&\"'\u0000\uD83D\u0085\n\t\uD83D\uDE00"));
  }

  private static String withoutScripts(String page) {
    return SCRIPT.matcher(page).replaceAll("");
  }
}
