package dev.lanepool.head;

import dev.lanepool.nn.BinaryCrossEntropy;
import dev.lanepool.nn.CrossEntropy;
import dev.lanepool.nn.Loss;
import dev.lanepool.nn.MeanSquaredError;
import dev.lanepool.weights.Json;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;

/** What a head's outputs mean. */
public sealed interface HeadTask {

  /** One number a text. */
  static HeadTask regression() {
    return new Regression(List.of("value"));
  }

  /**
   * One of several labels a text.
   *
   * @throws IllegalArgumentException where there are fewer than two labels, or one is blank, named twice or not valid Unicode
   */
  static HeadTask classification(List<String> labels) {
    return new Classification(labels, false);
  }

  /** The outputs' names, N. */
  List<String> names();

  /** What training makes small unless told otherwise; its targets are as {@link Loss} says. */
  Loss loss();

  /** N. */
  default int outputs() {
    return names().size();
  }

  /**
   * N numbers a text. The loss is the mean squared error; targets are (B, N) values.
   *
   * @param names one a number
   */
  record Regression(List<String> names) implements HeadTask {

    /** @throws IllegalArgumentException where there is no name, or one is blank, there twice or not valid Unicode */
    public Regression {
      names = checked(names, 1);
    }

    @Override
    public Loss loss() {
      return new MeanSquaredError();
    }
  }

  /**
   * One label of N by softmax, or any number of N labels, each by a sigmoid of its own. The loss is the cross-entropy; targets are (B, 1)
   * indices of labels, or for {@code multiLabel} (B, N) ones and zeros.
   *
   * @param names the labels
   * @param multiLabel whether a text may have any number of them
   */
  record Classification(List<String> names, boolean multiLabel) implements HeadTask {

    /**
     * @throws IllegalArgumentException where there are too few labels (two, or one of many), or one is blank, there twice or not valid
     *     Unicode
     */
    public Classification {
      names = checked(names, multiLabel ? 1 : 2);
    }

    @Override
    public Loss loss() {
      return multiLabel ? new BinaryCrossEntropy() : new CrossEntropy();
    }
  }

  private static List<String> checked(List<String> names, int least) {
    List<String> copy = List.copyOf(names);
    if (copy.size() < least) {
      throw new IllegalArgumentException("names of outputs: found " + copy.size() + ", expected at least " + least);
    }
    HashSet<String> seen = new HashSet<>();
    for (String name : copy) {
      if (name.isBlank() || !seen.add(name)) {
        throw new IllegalArgumentException("names of outputs: \"" + name + "\" " + (name.isBlank() ? "is blank" : "is there twice"));
      }
      if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
        throw new IllegalArgumentException("names of outputs: " + Json.quote(name) + " is not valid Unicode (a surrogate is alone)");
      }
    }
    return copy;
  }
}
