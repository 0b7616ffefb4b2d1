package dev.lanepool.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder for the cache that cannot be had: the usual one is done without, one that was asked for is an error. */
class UnusableCacheTest {
  @TempDir
  private Path folder;

  @Test
  void theUsualOneIsDoneWithoutAndThatIsSaid() throws Exception {
    Path model = folder.resolve("model");
    TinyModel.write(model);
    Path data = Files.writeString(folder.resolve("data.csv"), "text,label\n" + IntStream.range(0, 40)
        .mapToObj(i -> (i % 2 == 0 ? "abc " : "xyz ") + i + "," + i % 2 + "\n").collect(Collectors.joining()));
    Path none = Files.writeString(folder.resolve("none"), "a file, so that no folder can be made in it");
    List<String> arguments = List.of("train", data.toString(), "-m", model.toString(), "--epochs", "1", "-o");
    String said = withUsual(none, arguments, "head");
    assertEquals(1, said.lines().filter(line -> line.startsWith("lanepool: " + none + "/lanepool/features: ")
        && line.contains(none + " is none") && line.endsWith(": features are kept for this run only, as with --no-cache")).count(), said);
    assertFalse(withUsual(none, arguments, "without", "--no-cache").contains("lanepool/features"), "of no use to this run");
    List<String> kept = new ArrayList<>(arguments);
    kept.addAll(List.of(folder.resolve("kept").toString(), "--cache", folder.resolve("cache").toString()));
    CommandLineRun with = CommandLineRun.of(kept.toArray(String[]::new));
    assertEquals(0, with.code(), with.err());
    assertFalse(with.err().contains("--no-cache"), with.err());
    assertArrayEquals(Files.readAllBytes(folder.resolve("kept/head.safetensors")),
        Files.readAllBytes(folder.resolve("head/head.safetensors")));
  }

  /** Runs with a usual folder in this one. */
  private String withUsual(Path caches, List<String> arguments, String head, String... more) throws Exception {
    List<String> all = new ArrayList<>(arguments);
    all.add(folder.resolve(head).toString());
    all.addAll(List.of(more));
    ProcessBuilder builder = CommandLineRun.process(List.of(), all);
    builder.environment().put("XDG_CACHE_HOME", caches.toString());
    Process run = builder.start();
    String said = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, run.waitFor(), said);
    return said;
  }

  /** Nothing is there, as it seems, and its folder is. */
  @Test
  void aLinkThatLeadsNowhereIsNoFolder() throws Exception {
    Path model = folder.resolve("model");
    TinyModel.write(model);
    Path data = Files.writeString(folder.resolve("data.csv"), "text,label\n" + "abc,0\nxyz,1\n".repeat(20));
    Path link = Files.createSymbolicLink(Files.createDirectory(folder.resolve("lanepool")).resolve("features"), folder.resolve("absent"));
    List<String> arguments = List.of("train", data.toString(), "-m", model.toString(), "--epochs", "1", "-o");
    String said = withUsual(folder, arguments, "head");
    assertTrue(said.contains("lanepool: " + link + ": cannot be made: ")
        && said.contains(": features are kept for this run only, as with --no-cache\n"), said);
    List<String> asked = new ArrayList<>(arguments);
    asked.addAll(List.of(folder.resolve("none").toString(), "--cache", link.toString()));
    CommandLineRun run = CommandLineRun.of(asked.toArray(String[]::new));
    assertEquals(1, run.code(), run.err());
    assertTrue(run.err().contains(link.toString()), run.err());
    assertTrue(Files.notExists(folder.resolve("none")));
  }

  @Test
  void withoutAHomeThereIsNone() throws Exception {
    Path model = folder.resolve("model");
    TinyModel.write(model);
    Path data = Files.writeString(folder.resolve("data.csv"), "text,label\n" + "abc,0\nxyz,1\n".repeat(20));
    String homeless = "lanepool: " + CacheOptions.HOMELESS;
    String temporary = System.getProperty("java.io.tmpdir");
    String said = homeless(0, temporary, "train", data.toString(), "-m", model.toString(), "--epochs", "1", "-o", "head");
    assertTrue(said.contains(homeless + ": features are kept for this run only, as with --no-cache\n"), said);
    assertTrue(Files.exists(folder.resolve("head")));
    said = homeless(1, temporary, "cache");
    assertTrue(said.endsWith(homeless + ": name one with --cache\n"), said);
    assertTrue(Files.notExists(folder.resolve("?")));
    String absent = folder.resolve("absent").toString();
    said = homeless(1, absent, "embed", "text", "-f", "npy", "-m", model.toString());
    assertTrue(said.endsWith(absent + ": no temporary file for the vectors can be made there: no such file or folder\n"), said);
    said = homeless(1, absent, "train", data.toString(), "-m", model.toString(), "-o", "head");
    assertTrue(said.endsWith("lanepool: " + absent + ": no temporary folder for features can be made there: no such file or folder\n"),
        said);
  }

  /** Runs as a user whom the system does not know, in the test's folder. */
  private String homeless(int code, String temporary, String... arguments) throws Exception {
    ProcessBuilder builder = CommandLineRun.process(List.of("-Duser.home=?", "-Djava.io.tmpdir=" + temporary), List.of(arguments))
        .directory(folder.toFile());
    builder.environment().keySet().removeAll(List.of("XDG_CACHE_HOME", "HOME"));
    Process run = builder.start();
    String said = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(code, run.waitFor(), said);
    return said;
  }

  @Test
  void oneThatWasAskedForIsAnErrorBeforeAnythingIsRead() throws IOException {
    Path file = Files.writeString(folder.resolve("none"), "a file");
    for (String line : List.of("train absent.csv -o " + folder.resolve("head"), "compare absent.csv", "probe absent.csv")) {
      CommandLineRun run = CommandLineRun.of((line + " --cache " + file.resolve("cache")).split(" "));
      assertEquals(1, run.code(), run.err());
      assertEquals("lanepool: --cache " + file.resolve("cache") + ": cannot be a folder: " + file + " is none\n", run.err());
    }
    assertTrue(Files.notExists(folder.resolve("head")));
  }
}
