package dev.lanepool.cli;

import java.io.Closeable;
import java.util.Locale;

/** A line on the terminal that counts, a few times a second; nothing where nobody watches. */
final class Progress implements Closeable {
  private static final long INTERVAL = 200_000_000; // ns

  private final Shell shell;
  private final String unit;
  private final long start = System.nanoTime();
  private long shown = start;
  private long count;
  private boolean visible;

  Progress(Shell shell, String unit) {
    this.shell = shell;
    this.unit = unit;
  }

  void advance() {
    count++;
    long now = System.nanoTime();
    if (shell.terminal() && now - shown >= INTERVAL) {
      shown = now;
      visible = true;
      shell.err().print(String.format(Locale.ROOT, "\r%,d %s, %,.0f a second\033[K", count, unit, count * 1e9 / (now - start)));
      shell.err().flush();
    }
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
