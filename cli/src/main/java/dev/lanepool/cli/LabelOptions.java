package dev.lanepool.cli;

import dev.lanepool.training.LabelledTask;
import dev.lanepool.training.data.DataFileException;
import dev.lanepool.training.data.Dataset;
import dev.lanepool.training.data.TableReader;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How a file of labelled texts is read. */
final class LabelOptions {
  /** What labels are. */
  enum Task { classification, regression }

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  @Option(names = "--text", paramLabel = "COL", defaultValue = "text", description = "The column of the texts. Default: ${DEFAULT-VALUE}.")
  private String text = "text";

  @Option(names = "--label", paramLabel = "COL", defaultValue = "label",
      description = "The column of the labels. Default: ${DEFAULT-VALUE}.")
  private String label = "label";

  @Option(names = "--plain-specials", description = "Take <s>, </s>, <mask> and the like in a text for plain text.")
  private boolean plainSpecials;

  boolean plainSpecials() {
    return plainSpecials;
  }

  /** The labels' column. */
  String label() {
    return label;
  }

  /**
   * Reads a file.
   *
   * @throws ParameterException where its name says no format
   * @throws DataFileException where it is wrong
   */
  Dataset read(Path file) {
    if (TableReader.Format.of(file.toString()) == null) {
      throw Main.usage(command, file + ": expected a file whose name ends in .csv, .tsv or .jsonl");
    }
    if (text.equals(label)) {
      throw Main.usage(command, "--text and --label " + label + ": expected two columns");
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
