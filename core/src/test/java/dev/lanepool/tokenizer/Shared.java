package dev.lanepool.tokenizer;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/**
 * Files outside this module. {@link #path} gives the data that lie beside the repository on some machines; tests that need them are
 * skipped, visibly, on the others.
 */
final class Shared {
  private Shared() {}

  static Path path(String name) {
    Path path = root().resolveSibling("shared").resolve(name);
    Assumptions.assumeTrue(Files.exists(path), "../shared/" + name + " is not on this machine");
    return path;
  }

  /** The folder of the built-in model, which is in the repository. */
  static Path mini() {
    return root().resolve("default-model/src/main/resources/META-INF/lanepool/mini");
  }

  private static Path root() {
    for (Path folder = Path.of(System.getProperty("user.dir")).toAbsolutePath(); folder != null; folder = folder.getParent()) {
      if (Files.exists(folder.resolve(".ci/run"))) {
        return folder;
      }
    }
    throw new IllegalStateException("the repository's root, the folder that holds .ci/run, is not above user.dir");
  }
}
