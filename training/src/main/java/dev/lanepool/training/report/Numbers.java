package dev.lanepool.training.report;

import java.util.Locale;

/** Numbers as people read them, the same in every locale. */
final class Numbers {
  private static final double LARGE = 1000;

  private Numbers() {}

  /** A score: four decimals, one where it is large; a hyphen for what is not defined. */
  static String score(double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, Math.abs(value) < LARGE ? "%.4f" : "%.1f", value);
  }

  static String interval(FoldScores scores) {
    return scores.hasInterval() ? score(scores.low()) + " to " + score(scores.high()) : "-";
  }

  static String probability(double p) {
    if (Double.isNaN(p)) {
      return "-";
    }
    return p < 0.001 ? "< 0.001" : String.format(Locale.ROOT, "%.3f", p);
  }

  static String seconds(double seconds) {
    return Double.isNaN(seconds) ? "-" : String.format(Locale.ROOT, "%,.1f", seconds);
  }

  static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }
}
