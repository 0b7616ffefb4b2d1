package dev.lanepool.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What labels are taken for, on what heads are tested, and where the results go. */
final class TestOptions {
  @Option(names = "--test", paramLabel = "FILE", description = "Train on DATA, test on this file.")
  private @Nullable Path test;

  @Option(names = "--task", paramLabel = "TASK", description = "${COMPLETION-CANDIDATES}. Default: regression where every label is a"
      + " finite number and there are more than 20 different ones, else classification.")
  private LabelOptions.@Nullable Task task;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the results as JSON too; - prints them in place of the table.")
  private @Nullable Path json;

  @Option(names = "--report", paramLabel = "FILE", description = "Write the results as an HTML page too.")
  private @Nullable Path page;

  @Nullable Path test() {
    return test;
  }

  LabelOptions.@Nullable Task task() {
    return task;
  }

  @Nullable Path json() {
    return json;
  }

  @Nullable Path page() {
    return page;
  }
}
