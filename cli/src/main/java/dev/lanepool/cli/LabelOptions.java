package dev.lanepool.cli;

import dev.lanepool.training.LabelledTask;
import dev.lanepool.training.data.DataFileException;
import dev.lanepool.training.data.Dataset;
import dev.lanepool.training.data.TableReader;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParameterException;

/** How a file of labelled texts is read. */
final class LabelOptions {
  /** What labels are. */
  enum Task { classification, regression }

  private final Arguments arguments;
  private final Argument<String> text;
  private final Argument<String> label;
  private final Argument<Boolean> plainSpecials;

  LabelOptions(Arguments arguments) {
    this.arguments = arguments;
    text = arguments.withDefault(String.class, "--text", "COL", "text", "The column of the texts. Default: ${DEFAULT-VALUE}.");
    label = arguments.withDefault(String.class, "--label", "COL", "label", "The column of the labels. Default: ${DEFAULT-VALUE}.");
    plainSpecials = arguments.flag("--plain-specials", "Take <s>, </s>, <mask> and the like in a text for plain text.");
  }

  /** Adds an option that says what labels are, null where it is not given. */
  static Argument<@Nullable Task> task(Arguments arguments) {
    return arguments.option(Task.class, "--task", "TASK",
        "${COMPLETION-CANDIDATES}. Default: regression where every label is a finite number and there are more than 20 different ones, else"
            + " classification.");
  }

  boolean plainSpecials() {
    return plainSpecials.value();
  }

  /** The labels' column. */
  String label() {
    return label.value();
  }

  /**
   * Reads a file.
   *
   * @throws ParameterException where its name says no format, or one column is asked for twice
   * @throws DataFileException where it is wrong
   */
  Dataset read(Path file) {
    if (TableReader.Format.of(file.toString()) == null) {
      throw arguments.wrong(file + ": expected a file whose name ends in .csv, .tsv or .jsonl");
    }
    String text = this.text.value();
    String label = this.label.value();
    if (text.equals(label)) {
      throw arguments.wrong("--text " + text + " and --label " + label + ": expected two columns");
    }
    return Dataset.read(file, text, label);
  }

  /** What is to be learnt: what was asked for, else what the labels look like, which is said. */
  static LabelledTask task(@Nullable Task asked, Dataset data, Shell shell) {
    if (asked != null) {
      return asked == Task.regression ? LabelledTask.regression(data) : LabelledTask.classification(data);
    }
    boolean regression = data.looksNumeric();
    LabelledTask task = regression ? LabelledTask.regression(data) : LabelledTask.classification(data);
    int different = data.classes().size();
    shell.err().println("lanepool: task: " + (regression
        ? "regression (every label is a number, " + different + " different ones)"
        : "classification (" + different + " different labels)"));
    return task;
  }
}
