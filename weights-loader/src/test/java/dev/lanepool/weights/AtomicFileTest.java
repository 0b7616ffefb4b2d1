package dev.lanepool.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir
  private Path folder;

  @Test
  void onlyNothingAndAFileAreReplaceable() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "old");
    assertTrue(AtomicFile.isReplaceable(file));
    assertTrue(AtomicFile.isReplaceable(Files.createSymbolicLink(folder.resolve("link"), file)));
    assertTrue(AtomicFile.isReplaceable(folder.resolve("new")));
    assertFalse(AtomicFile.isReplaceable(folder));
    assertFalse(AtomicFile.isReplaceable(Files.createSymbolicLink(folder.resolve("folder-link"), folder)));
  }

  /** At no moment is anything else there: with two looks, one before and one after it goes, this fails within some thousand of them. */
  @Test
  void aFileThatComesAndGoesIsReplaceableAtAnyMoment() throws Exception {
    Path file = folder.resolve("file");
    AtomicBoolean done = new AtomicBoolean();
    Callable<Boolean> comesAndGoes = () -> {
      while (!done.get()) {
        Files.createFile(file);
        Files.delete(file);
      }
      return true;
    };
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      Future<Boolean> ran = thread.submit(comesAndGoes);
      int refused = 0;
      try {
        for (int look = 0; look < 50_000; look++) {
          refused += AtomicFile.isReplaceable(file) ? 0 : 1;
        }
      } finally {
        done.set(true); // or closing the executor would wait for ever
      }
      assertTrue(ran.get());
      assertEquals(0, refused);
    }
  }
}
