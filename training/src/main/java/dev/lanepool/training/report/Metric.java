package dev.lanepool.training.report;

/** How well predictions fit, by the names that JSON and people read. */
public enum Metric {
  ACCURACY("accuracy", "accuracy", true, "classification"),
  MACRO_F1("macro_f1", "macro F1", true, "classification"),
  PEARSON("pearson", "Pearson r", true, "regression"),
  SPEARMAN("spearman", "Spearman rho", true, "regression"),
  RMSE("rmse", "RMSE", false, "regression"),
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
