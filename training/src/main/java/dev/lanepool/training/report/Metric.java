package dev.lanepool.training.report;

/** How well predictions fit, by the names that JSON and people read. */
public enum Metric {
  /** The share of the rows whose class is predicted, from 0 to 1. */
  ACCURACY("accuracy", "accuracy", true, "classification"),
  /** The mean of 2 TP / (2 TP + FP + FN) over the classes that occur or were predicted, from 0 to 1. */
  MACRO_F1("macro_f1", "macro F1", true, "classification"),
  /** The correlation of labels and predictions, from -1 to 1. */
  PEARSON("pearson", "Pearson r", true, "regression"),
  /** The correlation of their ranks, from -1 to 1. */
  SPEARMAN("spearman", "Spearman rho", true, "regression"),
  /** The root of the mean squared error, in units of the label: the only one that is better where it is lower. */
  RMSE("rmse", "RMSE", false, "regression"),
  /** 1 less the squared errors' sum over that of the mean label: 1 at best, 0 for the mean of the rows tested on. */
  R2("r2", "R2", true, "regression");

  private final String key;
  private final String title;
  private final boolean higherIsBetter;
  private final String task;

  Metric(String key, String title, boolean higherIsBetter, String task) {
    this.key = key;
    this.title = title;
    this.higherIsBetter = higherIsBetter;
    this.task = task;
  }

  /** Its name in JSON. */
  public String key() {
    return key;
  }

  /** Its name for people. */
  public String title() {
    return title;
  }

  /** Whether a higher score is the better one. */
  public boolean higherIsBetter() {
    return higherIsBetter;
  }

  /** What it measures: {@code classification} or {@code regression}. */
  public String task() {
    return task;
  }

  /** What the baseline of its task predicts. */
  public String baseline() {
    return task.equals("classification") ? "majority class" : "mean label";
  }

  /** Orders scores, the better one first and NaN last. */
  public int compare(double a, double b) {
    if (Double.isNaN(a) || Double.isNaN(b)) {
      return Boolean.compare(Double.isNaN(a), Double.isNaN(b));
    }
    return higherIsBetter ? Double.compare(b, a) : Double.compare(a, b);
  }
}
