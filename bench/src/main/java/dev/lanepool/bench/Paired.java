package dev.lanepool.bench;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Measurements that take turns, A B A B, so that all meet the same noise of the machine: what is compared is neighbours, never a run of
 * today with one of yesterday. Reported are each one's median, and of the ratios of neighbours the median and the quartiles.
 */
final class Paired {
  /** After each turn, so that threads which still spin for more work, as OpenMP's do, are asleep in the next one's. */
  private static final long PAUSE_MILLIS = 10;

  private Paired() {}

  /** One measurement. */
  @FunctionalInterface
  interface Stopwatch {
    /** The nanoseconds that one unit of work took. */
    double nanos() throws IOException;
  }

  /** Who takes turns, and its name in the report. */
  record Contender(String name, Stopwatch stopwatch) {}

  /** How nanoseconds are shown. */
  enum Unit {
    /** For a whole run. */
    MILLISECONDS("ms") {
      @Override
      double of(double nanos) {
        return nanos / 1e6;
      }
    },
    /** For a step that is short. */
    MICROSECONDS("us") {
      @Override
      double of(double nanos) {
        return nanos / 1e3;
      }
    },
    /** For one floating-point operation. */
    GFLOPS("GFLOPS") {
      @Override
      double of(double nanos) {
        return 1 / nanos;
      }
    },
    /** For one byte. */
    MEGABYTES_PER_SECOND("MB/s") {
      @Override
      double of(double nanos) {
        return 1e3 / nanos;
      }
    };

    private final String symbol;

    Unit(String symbol) {
      this.symbol = symbol;
    }

    abstract double of(double nanos);
  }

  /** Nanoseconds that {@code work} takes. */
  static double time(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return System.nanoTime() - start;
  }

  /** Runs one side for five seconds: that long C2 may take over the kernels, which turns of some milliseconds would not wait for. */
  static void warmUp(Stopwatch ours) throws IOException {
    long until = System.nanoTime() + 5_000_000_000L;
    while (System.nanoTime() < until) {
      ours.nanos();
    }
  }

  /**
   * Runs and prints one row of a Markdown table for each peer: what, ours, the peer, how many times as fast ours is.
   *
   * @param warmUps turns that are not counted
   * @param pairs turns that are, at least 1
   */
  static void compare(String what, Unit unit, int warmUps, int pairs, Stopwatch ours, List<Contender> peers) throws IOException {
    double[] own = new double[pairs];
    double[][] others = new double[peers.size()][pairs];
    for (int i = -warmUps; i < pairs; i++) {
      double time = turn(ours);
      if (i >= 0) {
        own[i] = time;
      }
      for (int j = 0; j < others.length; j++) {
        double other = turn(peers.get(j).stopwatch());
        if (i >= 0) {
          others[j][i] = other;
        }
      }
    }
    for (int j = 0; j < others.length; j++) {
      double[] ratios = new double[pairs];
      for (int i = 0; i < pairs; i++) {
        ratios[i] = others[j][i] / own[i];
      }
      System.out.printf(Locale.ROOT, "| %s | %s | %.1f %s | %.1f %s | %.3f | %.3f to %.3f | %d |%n", what, peers.get(j).name(),
          unit.of(quantile(own, 0.5)), unit.symbol, unit.of(quantile(others[j], 0.5)), unit.symbol, quantile(ratios, 0.5),
          quantile(ratios, 0.25), quantile(ratios, 0.75), pairs);
    }
  }

  /** The head of the table. */
  static void printHead() {
    System.out.println("| what | peer | Lanepool | peer | times as fast | quartiles | pairs |");
    System.out.println("|---|---|---|---|---|---|---|");
  }

  private static double turn(Stopwatch stopwatch) throws IOException {
    double nanos = stopwatch.nanos();
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      throw new IOException("interrupted", e);
    }
    return nanos;
  }

  /** With linear interpolation between neighbours. Package-private for its test. */
  static double quantile(double[] values, double q) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double at = q * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }
}
