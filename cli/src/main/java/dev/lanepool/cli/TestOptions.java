package dev.lanepool.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What labels are taken for, on what heads are tested, and where the results go. */
final class TestOptions {
  private final Argument<@Nullable Path> test;
  private final Argument<LabelOptions.@Nullable Task> task;
  private final Argument<@Nullable Path> json;
  private final Argument<@Nullable Path> page;

  TestOptions(Arguments arguments) {
    test = arguments.option(Path.class, "--test", "FILE", "Train on DATA, test on this file.");
    task = LabelOptions.task(arguments);
    json = arguments.option(Path.class, "--json", "FILE", "Write the results as JSON too; - prints them in place of the table.");
    page = arguments.option(Path.class, "--report", "FILE", "Write the results as an HTML page too.");
  }

  @Nullable Path test() {
    return test.value();
  }

  LabelOptions.@Nullable Task task() {
    return task.value();
  }

  @Nullable Path json() {
    return json.value();
  }

  @Nullable Path page() {
    return page.value();
  }
}
