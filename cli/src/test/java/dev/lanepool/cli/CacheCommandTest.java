package dev.lanepool.cli;

import static dev.lanepool.cli.CommandLineRun.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
    Locale usual = Locale.getDefault();
    try {
      Locale.setDefault(Locale.GERMANY); // who write 1.960
      showsAndEmpties();
    } finally {
      Locale.setDefault(usual);
    }
  }

  private void showsAndEmpties() {
    String shown = ok(CommandLineRun.of("cache", "--cache", folder.resolve("cache").toString())).out();
    assertEquals(folder.resolve("cache") + ": 1 file, 1,960 bytes\n", shown); // 32 + 60 x 8 x 4 + 8
    String cleared = ok(CommandLineRun.of("cache", "--clear", "--cache", folder.resolve("cache").toString())).out();
    assertEquals(folder.resolve("cache") + ": freed 1,960 bytes\n", cleared);
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

  /** Three files of 1,960 bytes each, of which two have room. */
  @Test
  void aLimitMayHaveAnyUnitOrNone() throws IOException {
    String cache = folder.resolve("cache").toString();
    for (String limit : List.of("5870", "0.00000587g", "0.00000000587TB")) {
      for (String word : List.of("one", "two", "abc")) {
        ok(run("train", data(word).toString(), "-o", folder.resolve("head").toString(), "--epochs", "1", "--cache-limit", limit));
      }
      assertTrue(ok(CommandLineRun.of("cache", "--cache", cache)).out().endsWith(": 2 files, 3,920 bytes\n"), limit);
      ok(CommandLineRun.of("cache", "--clear", "--cache", cache));
    }
  }

  @Test
  void featuresAreKeptInHalfTheSpaceWhereAsked() throws IOException {
    String data = data("abc").toString();
    String cache = folder.resolve("cache").toString();
    String[][] commands = {{"train", data, "-o", folder.resolve("head").toString()}, {"compare", data, "-p", "mean"}, {"probe", data}};
    for (int i = 0; i < commands.length; i++) {
      List<String> args = new ArrayList<>(List.of(commands[i]));
      args.addAll(List.of("--features", "bf16"));
      ok(run(args.toArray(String[]::new)));
      String files = i < 2 ? ": 1 file, 1,000 bytes\n" : ": 6 files, 6,000 bytes\n"; // 32 + 60 x 8 x 2 + 8
      String shown = ok(CommandLineRun.of("cache", "--cache", cache)).out();
      assertTrue(shown.endsWith(files), shown);
      ok(CommandLineRun.of("cache", "--clear", "--cache", cache));
    }
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
