package dev.lanepool.cli;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.training.FeatureCost;
import java.util.Locale;

/** What a command says on standard error of the texts it read. */
final class Notices {
  private Notices() {}

  /** What the features cost. */
  static void cost(FeatureCost cost, EmbeddingModel model, Shell shell) {
    if (cost.damaged()) {
      shell.err().println("lanepool: the cache's features were damaged: encoding anew");
    }
    shell.err().println("lanepool: encoded " + texts(cost.encoded()) + (cost.encoded() == 0 ? ": features found in the cache" : ""));
    truncated(cost.truncated(), model, shell);
  }

  /** How many texts were cut, if any. */
  static void truncated(long count, EmbeddingModel model, Shell shell) {
    if (count > 0) {
      shell.err().println("lanepool: truncated to " + model.maxLength() + " tokens: " + texts(count));
    }
  }

  /** How many of the texts to test on are to train on too, if any. */
  static void shared(int count, Shell shell) {
    if (count > 0) {
      shell.err().println("lanepool: " + texts(count) + " to test on " + (count == 1 ? "is" : "are") + " to train on too: scores flatter");
    }
  }

  private static String texts(long count) {
    return String.format(Locale.ROOT, "%,d ", count) + (count == 1 ? "text" : "texts");
  }
}
