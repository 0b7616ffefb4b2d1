package dev.lanepool.cli;

import static dev.lanepool.cli.CommandLineRun.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code cache}, and what commands that train keep there, on a model of two tiny layers. */
class CacheCommandTest extends TinyModelRuns {
  private static final int ROWS = 60;

  /** Two classes of texts, each with this word. */
  private Path data(String word) throws IOException {
    return Files.writeString(folder.resolve(word + ".csv"), "text,label\n" + IntStream.range(0, ROWS)
        .mapToObj(i -> word + " " + i + "," + (i % 2 == 0 ? "first" : "second") + "\n").collect(Collectors.joining()));
  }

  @Test
  void cacheShowsItsSizeAndEmptiesIt() throws IOException {
    ok(run("train", data("abc").toString(), "-o", folder.resolve("head").toString(), "--epochs", "1"));
    String shown = ok(CommandLineRun.of("cache", "--cache", folder.resolve("cache").toString())).out();
    assertTrue(shown.endsWith(": 1 file, 1,960 bytes\n"), shown); // 32 + 60 x 8 x 4 + 8
    String cleared = ok(CommandLineRun.of("cache", "--clear", "--cache", folder.resolve("cache").toString())).out();
    assertTrue(cleared.contains("freed 1,960 bytes"), cleared);
    assertTrue(ok(CommandLineRun.of("cache", "--cache", folder.resolve("cache").toString())).out().contains(": 0 files, 0 bytes"));
  }

  @Test
  void theUsualFolderIsInTheHomeThatTheEnvironmentNames() {
    assertEquals(Path.of("/x/lanepool/features"), CacheOptions.usual(name -> "/x", "/z"));
    assertEquals(Path.of("/h/.cache/lanepool/features"), CacheOptions.usual(Map.of("HOME", "/h")::get, "/y"));
    assertEquals(Path.of("/h/.cache/lanepool/features"), CacheOptions.usual(Map.of("XDG_CACHE_HOME", "x", "HOME", "/h")::get, "/y"));
    assertEquals(Path.of("/y/.cache/lanepool/features"), CacheOptions.usual(name -> null, "/y"));
    assertEquals(Path.of("/y/.cache/lanepool/features"), CacheOptions.usual(name -> "relative", "/y"));
    assertNull(CacheOptions.usual(name -> null, "?"));
  }

  @Test
  void theCacheKeepsToItsLimit() throws IOException {
    for (String word : List.of("one", "two")) { // 1,960 bytes each
      ok(run("train", data(word).toString(), "-o", folder.resolve("head").toString(), "--epochs", "1", "--cache-limit", " 3.92kb "));
    }
    assertTrue(ok(CommandLineRun.of("cache", "--cache", folder.resolve("cache").toString())).out().contains(": 2 files, 3,920 bytes"));
    ok(run("train", data("abc").toString(), "-o", folder.resolve("head").toString(), "--epochs", "1", "--cache-limit", "0.00587 MB"));
    assertTrue(ok(CommandLineRun.of("cache", "--cache", folder.resolve("cache").toString())).out().contains(": 2 files, 3,920 bytes"));
  }

  @Test
  void damagedFeaturesAreSaidToBeAndMadeAnew() throws IOException {
    String[] train = {"train", data("abc").toString(), "-o", folder.resolve("head").toString(), "--epochs", "1"};
    ok(run(train));
    try (Stream<Path> files = Files.walk(folder.resolve("cache"))) {
      Path features = files.filter(file -> file.toFile().length() == 1960).findFirst().orElseThrow();
      byte[] bytes = Files.readAllBytes(features);
      bytes[1000] ^= 1;
      Files.write(features, bytes);
    }
    String said = ok(run(train)).err();
    assertTrue(said.contains("lanepool: the cache's features were damaged: encoding anew\nlanepool: encoded 60 texts\n"), said);
    assertFalse(ok(run(train)).err().contains("damaged"));
  }
}
