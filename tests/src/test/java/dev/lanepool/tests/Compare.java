package dev.lanepool.tests;

import dev.lanepool.encoder.Rows;

/** Comparisons whose failure says where it is worst, what was expected there, and what was found. */
final class Compare {
  private Compare() {}

  /** Every element within {@code ofLargest} of the largest expected absolute value. Returns the worst difference as that part. */
  static double close(double[][] expected, double[][] found, double ofLargest, String what) {
    if (found.length != expected.length || found[0].length != expected[0].length) {
      throw new AssertionError(what + ": found (" + found.length + ", " + found[0].length
          + "), expected (" + expected.length + ", " + expected[0].length + ")");
    }
    double largest = 0;
    double worst = -1;
    int row = 0;
    int column = 0;
    for (int r = 0; r < expected.length; r++) {
      for (int c = 0; c < expected[r].length; c++) {
        largest = Math.max(largest, Math.abs(expected[r][c]));
        double difference = Math.abs(found[r][c] - expected[r][c]);
        if (difference > worst || Double.isNaN(difference)) {
          worst = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
          row = r;
          column = c;
        }
      }
    }
    if (!(worst <= ofLargest * largest)) {
      throw new AssertionError(what + ": worst at [" + row + ", " + column + "]: expected " + expected[row][column] + ", found "
          + found[row][column] + "; off by " + worst / largest + " of the largest activation " + largest + ", allowed " + ofLargest);
    }
    return largest == 0 ? 0 : worst / largest;
  }

  /** As {@link #close(double[][], double[][], double, String)}, for a tensor in one piece. */
  static double close(double[] expected, float[] found, double ofLargest, String what) {
    double[] values = new double[found.length];
    for (int i = 0; i < found.length; i++) {
      values[i] = found[i];
    }
    return close(new double[][] {expected}, new double[][] {values}, ofLargest, what);
  }

  /** As {@link #close(double[][], double[][], double, String)}. */
  static double close(double[][] expected, Rows found, double ofLargest, String what) {
    double[][] rows = new double[found.count()][found.width()];
    for (int r = 0; r < rows.length; r++) {
      for (int c = 0; c < found.width(); c++) {
        rows[r][c] = found.get(r, c);
      }
    }
    return close(expected, rows, ofLargest, what);
  }

  /**
   * Every one of the expected elements within {@code part} of it and {@code floor}. Returns the worst difference as a part of what is
   * allowed.
   *
   * @param found at least as long; what is beyond is not looked at
   */
  static double near(float[] expected, float[] found, double part, double floor, String what) {
    double worst = 0;
    int at = 0;
    for (int i = 0; i < expected.length; i++) {
      double excess = Math.abs((double) found[i] - expected[i]) / (part * Math.abs((double) expected[i]) + floor);
      if (!(excess <= worst)) {
        worst = Double.isNaN(excess) ? Double.POSITIVE_INFINITY : excess;
        at = i;
      }
    }
    if (worst > 1) {
      throw new AssertionError(what + ": worst at " + at + " of " + expected.length + ": expected " + expected[at] + ", found " + found[at]
          + "; allowed are " + part + " of it and " + floor);
    }
    return worst;
  }

  /** Equal bit for bit: rows {@code first}, {@code first + 1}, ... of {@code expected} against all of {@code found}. */
  static void sameBits(float[] expected, int first, Rows found, String what) {
    float[] values = found.toArray();
    int start = first * found.width();
    if (start < 0 || start + values.length > expected.length) {
      throw new AssertionError(what + ": found " + found.count() + " rows from row " + first + " of " + expected.length / found.width());
    }
    for (int i = 0; i < values.length; i++) {
      if (Float.floatToRawIntBits(values[i]) != Float.floatToRawIntBits(expected[start + i])) {
        throw new AssertionError(what + ": at [" + (first + i / found.width()) + ", " + i % found.width() + "] expected the bits of "
            + Float.toHexString(expected[start + i]) + ", found " + Float.toHexString(values[i]));
      }
    }
  }
}
