package dev.lanepool.training.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/** Numbers and cells of tables, whatever the locale and the data. */
class TablesTest {
  @Test
  void numbersReadTheSameInEveryLocale() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY);
    try {
      assertEquals(List.of("0.5000", "999.9990", "1000.0", "-1000.0", "-"),
          DoubleStream.of(0.5, 999.999, 1000, -1000, Double.NaN).mapToObj(Numbers::score).toList());
      assertEquals(List.of("0.123", "0.001", "< 0.001", "-"),
          DoubleStream.of(0.1234, 0.001, 0.0007, Double.NaN).mapToObj(Numbers::probability).toList());
      assertEquals(List.of("1,234.5", "-"), DoubleStream.of(1234.5, Double.NaN).mapToObj(Numbers::seconds).toList());
      assertEquals("1,234", Numbers.count(1234));
      assertEquals("-", Numbers.interval(FoldScores.single(1)));
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void aTablesWordsAreOnTheLeftAndNoLineEndsInSpaces() {
    Table table = new Table(List.of("a", "b", "c "), 2, List.of(List.of("long", "x", "12345")));
    assertEquals("a     b     c\nlong  x  12345\n", table.aligned());
    assertEquals("| a | b | c  |\n|---|---|--:|\n| long | x | 12345 |\n", table.markdown());
  }

  @Test
  void tablesHoldNoControlCharacterFromTheData() {
    String hostile = "a\r\u001B\u2028b\u2029c";
    ProbeResult probe = new ProbeResult(hostile, hostile, Evaluation.heldOut(hostile), 7, List.of(new ProbeResult.Task(hostile,
        Metric.ACCURACY, 1, FoldScores.single(0), Map.of(hostile, List.of(FoldScores.single(0.5))))));
    ComparisonResult comparison = Samples.comparison(hostile, List.of(hostile), List.of(hostile), Evaluation.heldOut(hostile));
    for (String table : List.of(TableReport.text(comparison), TableReport.markdown(comparison), TableReport.text(probe),
        TableReport.markdown(probe))) {
      assertTrue(table.chars().noneMatch(c -> c != '\n' && Character.isISOControl(c) || c == 0x2028 || c == 0x2029), table);
      assertTrue(table.lines().skip(2).anyMatch(line -> line.contains("a   b c")), table);
    }
  }
}
