package dev.lanepool.tokenizer;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** The data that lie beside the repository on some machines; tests that need them are skipped, visibly, on the others. */
final class Shared {
  private Shared() {}

  static Path path(String name) {
    for (Path folder = Path.of(System.getProperty("user.dir")).toAbsolutePath(); folder != null; folder = folder.getParent()) {
      if (Files.exists(folder.resolve(".ci/run"))) {
        Path path = folder.resolveSibling("shared").resolve(name);
        Assumptions.assumeTrue(Files.exists(path), "../shared/" + name + " is not on this machine");
        return path;
      }
    }
    throw new IllegalStateException("the repository's root, the folder that holds .ci/run, is not above user.dir");
  }
}
