package dev.lanepool.nn;

import org.jspecify.annotations.Nullable;

/** Checks of what losses are given. */
final class Targets {
  private Targets() {}

  /** Checks sizes, resizes the gradient, and returns how many outputs there are. */
  static int check(Mat outputs, Mat targets, int targetColumns, @Nullable Mat gradient) {
    if (outputs.rows() == 0 || outputs.columns() == 0) {
      throw new IllegalArgumentException("outputs of " + outputs.rows() + " x " + outputs.columns() + ": there is no mean of nothing");
    }
    Sizes.same("targets", targets, outputs.rows(), targetColumns);
    if (gradient != null) {
      Sizes.check(outputs.rows(), outputs.columns(), gradient, outputs.rows());
    }
    return outputs.rows() * outputs.columns();
  }

  /** Target i, a value. */
  static float finite(Mat targets, int i) {
    float target = targets.data()[i];
    if (!Float.isFinite(target)) {
      throw bad(targets, i, "a finite number");
    }
    return target;
  }

  /** Target i, a probability. */
  static float probability(Mat targets, int i) {
    float target = targets.data()[i];
    if (!(target >= 0 && target <= 1)) {
      throw bad(targets, i, "0 to 1");
    }
    return target;
  }

  /** Target i, one of the classes. */
  static int label(Mat targets, int i, int classes) {
    float target = targets.data()[i];
    if (!(target >= 0 && target < classes) || target != (int) target) {
      throw bad(targets, i, "a class from 0 to " + (classes - 1));
    }
    return (int) target;
  }

  private static IllegalArgumentException bad(Mat targets, int i, String expected) {
    int columns = targets.columns();
    return new IllegalArgumentException("target of row " + i / columns + (columns == 1 ? "" : ", output " + i % columns) + ": found "
        + targets.data()[i] + ", expected " + expected);
  }
}
