package dev.lanepool.training;

import dev.lanepool.head.HeadTask;
import dev.lanepool.training.data.DataFileException;
import dev.lanepool.training.data.Dataset;
import dev.lanepool.training.data.Split;
import dev.lanepool.weights.Json;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What is to be learnt of a data set: one label or one number a row. Made by {@link #classification(Dataset)} or {@link #regression}, for
 * that data set alone.
 *
 * @param task what a head's outputs mean; a regression with one output, or a classification of one label a text
 * @param targets for each row, the index of its label in the task's names, or its number; not copied, not to be modified
 */
public record LabelledTask(HeadTask task, double[] targets) {

  /** Of labels that are numbers, the largest size and the least spread for a head, whose outputs are 32-bit floats. */
  private static final double LARGEST = 1e30;

  private static final double LEAST_SPREAD = 1e-30;

  /** How many of the steps that floats of the labels' size have the standard deviation must be. */
  private static final int STEPS = 128;

  /** @throws IllegalArgumentException where the task has several values or labels a text, or a target is none that it can have */
  public LabelledTask {
    boolean classes = task instanceof HeadTask.Classification;
    if (task instanceof HeadTask.Classification(_, boolean multiLabel) ? multiLabel : task.outputs() != 1) {
      throw new IllegalArgumentException("task: found " + task + ", expected one label or one value a text");
    }
    for (int row = 0; row < targets.length; row++) {
      double target = targets[row];
      if (classes ? target != (int) target || target < 0 || target >= task.outputs() : !Double.isFinite(target)) {
        throw new IllegalArgumentException("targets: row " + row + ": found " + target + ", expected "
            + (classes ? "the index of one of " + task.outputs() + " labels" : "a finite number"));
      }
    }
  }

  /**
   * Each different label is a class.
   *
   * @throws DataFileException where there is only one, or one is blank or not valid Unicode
   */
  public static LabelledTask classification(Dataset data) {
    List<String> classes = data.classes();
    if (classes.size() < 2) {
      throw new DataFileException(data.labelPlace(0) + ": found only the class " + Json.quote(classes.getFirst())
          + " in all rows, expected at least two");
    }
    for (String name : classes) {
      if (name.isBlank() || !StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
        throw new DataFileException(data.labelPlace(data.labels().indexOf(name)) + ": found " + Json.quote(name)
            + ", expected a label that " + (name.isBlank() ? "is not blank" : "is valid Unicode (a surrogate is alone)"));
      }
    }
    return classification(data, classes);
  }

  /**
   * Labels of known classes.
   *
   * @throws DataFileException where a label is none of them
   * @throws IllegalArgumentException where there are fewer than two classes, or one is blank, there twice or not valid Unicode
   */
  public static LabelledTask classification(Dataset data, List<String> classes) {
    int[] indices = data.classIndices(classes);
    return new LabelledTask(HeadTask.classification(classes), Arrays.stream(indices).asDoubleStream().toArray());
  }

  /**
   * Labels are numbers.
   *
   * @throws DataFileException where one is not a finite number, or not from -1e30 to 1e30
   */
  public static LabelledTask regression(Dataset data) {
    double[] targets = data.numbers();
    int largest = largest(targets, IntStream.range(0, targets.length).toArray());
    // Those to test on too: the squared errors of 1e155 have no sum.
    if (Math.abs(targets[largest]) > LARGEST) {
      throw new DataFileException(data.labelPlace(largest) + ": found " + targets[largest] + ", expected a number from -" + LARGEST + " to "
          + LARGEST);
    }
    return new LabelledTask(HeadTask.regression(), targets);
  }

  private static int largest(double[] targets, int[] rows) {
    int largest = rows[0];
    for (int row : rows) {
      largest = Math.abs(targets[row]) > Math.abs(targets[largest]) ? row : largest;
    }
    return largest;
  }

  /**
   * The same of this task's rows and then of others, whose labels must be among this one's.
   *
   * @throws DataFileException where they are not
   */
  LabelledTask followedBy(Dataset more) {
    LabelledTask other = isClassification() ? classification(more, task.names()) : regression(more);
    double[] both = Arrays.copyOf(targets, targets.length + more.size());
    System.arraycopy(other.targets, 0, both, targets.length, more.size());
    return new LabelledTask(task, both);
  }

  /** @throws IllegalArgumentException where the task cannot be that of this data, since they have not as many rows */
  void checkRows(Dataset data) {
    if (targets.length != data.size()) {
      throw new IllegalArgumentException("task: found one of " + targets.length + " rows, expected that of the " + data.size() + " of "
          + data.name());
    }
  }

  /** Whether labels are classes. */
  public boolean isClassification() {
    return task instanceof HeadTask.Classification;
  }

  /**
   * Checks that a head can be fitted to some rows, divided so, before anything is computed for them.
   *
   * @throws DataFileException where they are too few, or numbers that 32-bit floats cannot tell apart
   */
  void checkFit(Dataset data, int[] rows, double share, long seed) {
    try {
      holdOut(rows, share, seed);
    } catch (IllegalArgumentException e) {
      throw new DataFileException(data.name() + ": too few rows to set some aside: " + e.getMessage(), e);
    }
    if (!isClassification()) {
      checkFloats(data, rows);
    }
  }

  private void checkFloats(Dataset data, int[] rows) {
    int largest = largest(targets, rows);
    double mean = Arrays.stream(rows).mapToDouble(row -> targets[row]).average().orElse(0);
    double spread = Math.sqrt(Arrays.stream(rows).mapToDouble(row -> (targets[row] - mean) * (targets[row] - mean)).average().orElse(0));
    // Of the labels as they are written: long numbers that differ may be one double.
    BigDecimal first = written(data, rows[0]);
    boolean same = Arrays.stream(rows).allMatch(row -> targets[row] == targets[rows[0]] && written(data, row).compareTo(first) == 0);
    double least = Math.max(LEAST_SPREAD, STEPS * (double) Math.ulp((float) targets[largest]));
    if (!same && spread < least) {
      throw new DataFileException(data.name() + ": found labels with a standard deviation of " + spread + ", expected at least " + least
          + ", as 32-bit floats of the size of " + targets[largest] + " (" + data.labelPlace(largest) + ") cannot tell them apart;"
          + " subtract a constant from all, or multiply them by one");
    }
  }

  private static BigDecimal written(Dataset data, int row) {
    try {
      return new BigDecimal(data.labels().get(row).strip());
    } catch (NumberFormatException e) { // an exponent of more than 31 bits: its double is 0
      return BigDecimal.ZERO;
    }
  }

  /** Sets a share of some rows aside, of each class alike. The indices are of the whole data set. */
  Split holdOut(int[] rows, double share, long seed) {
    Split split = isClassification()
        ? Split.stratifiedHoldOut(Arrays.stream(rows).mapToObj(row -> task.names().get((int) targets[row])).toList(), share, seed)
        : Split.holdOut(rows.length, share, seed);
    return split.within(rows);
  }
}
