package dev.lanepool.cli;

import dev.lanepool.training.TrainingProgress;
import java.io.Closeable;
import java.util.Locale;

/** A line on the terminal for a run of several stages: which one, how far it is, and the time that it has left. */
final class StageProgress implements TrainingProgress, Closeable {
  private final Progress line;
  private String stage = "";
  private long start;
  private int before;

  StageProgress(Shell shell) {
    line = new Progress(shell, null, count -> Double.NaN);
  }

  @Override
  public void at(String stage, int done, int total) {
    if (!stage.equals(this.stage)) {
      this.stage = stage;
      start = System.nanoTime();
      before = done;
    }
    if (line.isDue()) {
      line.show(line(stage, done, total, before, (System.nanoTime() - start) / 1e9));
    }
  }

  /** @param before how many were done when the stage began */
  static String line(String stage, int done, int total, int before, double seconds) {
    String line = String.format(Locale.ROOT, "%s: %,d of %,d", stage, done, total);
    double fraction = (double) (done - before) / (total - before);
    return fraction > 0 && fraction < 1 ? line + Progress.left(seconds, fraction) : line;
  }

  /** Takes the line away, so that others may be printed. */
  void clear() {
    line.close();
  }

  @Override
  public void close() {
    clear();
  }
}
