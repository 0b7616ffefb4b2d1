package dev.lanepool.training;

import dev.lanepool.head.HeadTask;
import dev.lanepool.training.data.DataFileException;
import dev.lanepool.training.data.Dataset;
import dev.lanepool.training.data.Split;
import dev.lanepool.weights.Json;
import java.util.Arrays;
import java.util.List;

/**
 * What is to be learnt of a data set.
 *
 * @param task what a head's outputs mean
 * @param targets for each row, the index of its label in the task's names, or its number
 */
public record LabelledTask(HeadTask task, double[] targets) {

  /**
   * Each different label is a class.
   *
   * @throws DataFileException where there is only one
   */
  public static LabelledTask classification(Dataset data) {
    List<String> classes = data.classes();
    if (classes.size() < 2) {
      throw new DataFileException(data.labelPlace(0) + ": found only the class " + Json.quote(classes.getFirst())
          + " in all rows, expected at least two");
    }
    return classification(data, classes);
  }

  /**
   * Labels of known classes.
   *
   * @throws DataFileException where a label is none of them
   */
  public static LabelledTask classification(Dataset data, List<String> classes) {
    int[] indices = data.classIndices(classes);
    return new LabelledTask(HeadTask.classification(classes), Arrays.stream(indices).asDoubleStream().toArray());
  }

  /**
   * Labels are numbers.
   *
   * @throws DataFileException where one is not a finite number
   */
  public static LabelledTask regression(Dataset data) {
    return new LabelledTask(HeadTask.regression(), data.numbers());
  }

  /** The rows of two data sets, one after the other, whose classes are those of the first. */
  static LabelledTask together(Dataset train, Dataset test, boolean classification) {
    LabelledTask task = classification ? classification(train) : regression(train);
    LabelledTask other = classification ? classification(test, task.task().names()) : regression(test);
    double[] targets = Arrays.copyOf(task.targets, train.size() + test.size());
    System.arraycopy(other.targets, 0, targets, train.size(), test.size());
    return new LabelledTask(task.task, targets);
  }

  /** Whether labels are classes. */
  public boolean isClassification() {
    return task instanceof HeadTask.Classification;
  }

  /**
   * Checks that some rows can be divided so, before anything is computed for them.
   *
   * @throws DataFileException where they are too few
   */
  void checkHoldOut(Dataset data, int[] rows, double share, long seed) {
    try {
      holdOut(rows, share, seed);
    } catch (IllegalArgumentException e) {
      throw new DataFileException(data.name() + ": too few rows to set some aside: " + e.getMessage(), e);
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
