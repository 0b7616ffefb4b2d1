package dev.lanepool.cli;

import java.io.Closeable;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.LongToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A line on the terminal, renewed a few times a second: texts done, how many a second, and the time left where the input's size is known.
 * Nothing where nobody watches, nor where the data itself passes by on the terminal.
 */
final class Progress implements Closeable {
  private static final long INTERVAL = 200_000_000; // ns

  private final Shell shell;
  private final boolean watched;
  private final LongToDoubleFunction fraction;
  private final long start = System.nanoTime();
  private long shown = start;
  private long count;
  private boolean visible;

  /**
   * @param output where the data goes
   * @param fraction how much of the input is done after so many texts, from 0 to 1; NaN where that is not known
   */
  Progress(Shell shell, @Nullable Path output, LongToDoubleFunction fraction) {
    this.shell = shell;
    this.watched = shell.errTerminal() && !(Output.isStandardOutput(output) && shell.outTerminal());
    this.fraction = fraction;
  }

  void advance() {
    count++;
    if (isDue()) {
      show(line(count, (System.nanoTime() - start) / 1e9, fraction.applyAsDouble(count)));
    }
  }

  /** Whether somebody watches, and the line has stood for long enough. */
  boolean isDue() {
    return watched && System.nanoTime() - shown >= INTERVAL;
  }

  /** Renews the line. */
  void show(String line) {
    shown = System.nanoTime();
    visible = true;
    shell.err().print("\r" + line + "\033[K");
    shell.err().flush();
  }

  /** The line after so many texts and seconds. */
  static String line(long count, double seconds, double fraction) {
    String line = String.format(Locale.ROOT, "%,d %s, %,.1f a second", count, count == 1 ? "text" : "texts", count / seconds);
    if (!(fraction > 0 && fraction <= 1)) {
      return line;
    }
    return line + left(seconds, fraction);
  }

  /** For the line's end: the time left after so many seconds for this part of the whole. */
  static String left(double seconds, double fraction) {
    long left = Math.round(seconds * (1 - fraction) / fraction);
    return (left < 3600 ? String.format(Locale.ROOT, ", %d:%02d left", left / 60, left % 60)
        : String.format(Locale.ROOT, ", %d:%02d:%02d left", left / 3600, left / 60 % 60, left % 60));
  }

  /** Takes the line away. */
  @Override
  public void close() {
    if (visible) {
      visible = false;
      shell.err().print("\r\033[K");
      shell.err().flush();
    }
  }
}
