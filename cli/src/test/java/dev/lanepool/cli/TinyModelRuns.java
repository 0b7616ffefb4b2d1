package dev.lanepool.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Tests that run commands on a model of two tiny layers: what they share. */
abstract class TinyModelRuns {
  @TempDir
  static Path model;

  /** One test's own. */
  @TempDir
  Path folder;

  @BeforeAll
  static void writeModel() throws IOException {
    TinyModel.write(model);
  }

  CommandLineRun run(String... args) {
    return run(model, args);
  }

  /** With another model, and, where the command trains, a cache of the test's own. */
  CommandLineRun run(Path with, String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("-m", with.toString()));
    if (List.of("train", "compare", "probe").contains(args[0])) {
      all.addAll(List.of("--cache", folder.resolve("cache").toString()));
    }
    return CommandLineRun.of(all.toArray(String[]::new));
  }
}
