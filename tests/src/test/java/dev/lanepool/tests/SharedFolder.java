package dev.lanepool.tests;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** The folder of shared data that may stand beside the repository. It is not part of it: tests that need it skip where it is absent. */
final class SharedFolder {
  private SharedFolder() {}

  /** The repository's root: the nearest folder upwards that holds {@code .ci/run}. */
  static Path repositoryRoot() {
    Path start = Path.of("").toAbsolutePath();
    for (Path folder = start; folder != null; folder = folder.getParent()) {
      if (Files.exists(folder.resolve(".ci/run"))) {
        return folder;
      }
    }
    throw new AssertionError("no folder above " + start + " holds .ci/run");
  }

  /** The file or folder below the shared folder; the test is skipped where it is absent. */
  static Path require(String name) {
    Path path = repositoryRoot().resolveSibling("shared").resolve(name);
    Assumptions.assumeTrue(Files.exists(path), () -> "skipped: " + path + " is absent");
    return path;
  }
}
