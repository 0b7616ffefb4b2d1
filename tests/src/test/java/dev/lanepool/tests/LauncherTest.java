package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The {@code ./lanepool} script, run as a user runs it; it builds what it runs where that is missing. */
class LauncherTest {
  private static final Path SCRIPT = SharedFolder.repositoryRoot().resolve("lanepool");

  @TempDir
  private Path folder;

  private record Run(int code, String out, String err) {}

  @BeforeEach
  void needsBashAndMaven() {
    for (String program : List.of("bash", "mvn")) {
      Assumptions.assumeTrue(
          Arrays.stream(System.getenv("PATH").split(File.pathSeparator)).anyMatch(path -> Files.isExecutable(Path.of(path, program))),
          () -> "skipped: " + program + " is not in PATH");
    }
  }

  private Run run(Path script, Map<String, String> environment, String... args) throws IOException, InterruptedException {
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    List<String> command = new ArrayList<>(List.of(script.toString()));
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile())
        .redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    assertTrue(process.waitFor(5, TimeUnit.MINUTES), "still running");
    return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  @Test
  void runsThroughASymbolicLinkFromAnyFolder() throws IOException, InterruptedException {
    Path link = Files.createSymbolicLink(folder.resolve("a link"), SCRIPT);
    Run run = run(link, Map.of(), "--version");
    Files.delete(link); // JUnit warns of a link that leads out of the folder
    assertEquals(0, run.code, run.err);
    assertTrue(run.out.startsWith("lanepool "), run.out);
  }

  @Test
  void argumentsFilesAndOutputAreUtf8InAnyLocale() throws IOException, InterruptedException {
    // The JVM that runs this test may itself be unable to pass such an argument: a script in a file passes it.
    Path script = Files.writeString(folder.resolve("run.sh"), """
        #!/usr/bin/env bash
        echo 'e 😀' > 'é.txt'
        "$1" tokenize 'é 😀'
        "$1" tokenize -i 'é.txt'
        """, StandardCharsets.UTF_8);
    assertTrue(script.toFile().setExecutable(true));
    Run run = run(script, Map.of("LC_ALL", "C", "LANG", "C"), SCRIPT.toString());
    assertEquals(0, run.code, run.err);
    List<String> rows = run.out.lines().toList();
    assertEquals(2, rows.size(), run.out);
    assertTrue(rows.get(0).startsWith("{\"text\":\"é 😀\","), run.out);
    assertTrue(rows.get(1).startsWith("{\"text\":\"e 😀\","), run.out);
  }

  @Test
  void passesTheExitCodeOn() throws IOException, InterruptedException {
    assertEquals(2, run(SCRIPT, Map.of(), "none-such").code);
  }

  @Test
  void anImageRunsWithoutAJdkWhereverItStands() throws IOException, InterruptedException {
    Assumptions.assumeFalse("scalar".equals(System.getProperty("lanepool.kernels")), "skipped: the vector twin's run does it");
    Path jdk = Path.of(System.getProperty("java.home"));
    Path jlink = jdk.resolve("bin/jlink");
    Assumptions.assumeTrue(Files.isExecutable(jlink) && (Files.isDirectory(jdk.resolve("jmods"))
        || run(jlink, Map.of(), "--help").out.contains("Linking from run-time image enabled")),
        () -> "skipped: " + jdk + " has neither jmods nor a jlink that does without");
    Run made = run(SCRIPT, Map.of("JAVA_HOME", jdk.toString()), "image", "image");
    assertEquals(0, made.code, made.err);
    Path image = Files.move(folder.resolve("image"), folder.resolve("moved"));
    for (String file : List.of("LICENSE", "NOTICE", "legal/java.base/LICENSE")) {
      assertTrue(Files.isRegularFile(image.resolve(file)), file);
    }
    Path script = Files.writeString(folder.resolve("run.sh"), """
        #!/bin/sh
        exec env -i LC_ALL=C "$1/bin/lanepool" tokenize 'é 😀'
        """, StandardCharsets.UTF_8);
    assertTrue(script.toFile().setExecutable(true));
    Run run = run(script, Map.of(), image.toString());
    assertEquals(0, run.code, run.err);
    assertTrue(run.out.startsWith("{\"text\":\"é 😀\","), run.out);
    assertEquals(List.of("moved"), foldersInFolder());

    // An archive for a quick start that is damaged, or not one, is as good as none, and no news.
    Path archive = image.resolve("lib/lanepool/lanepool.aot");
    byte[] whole = Files.readAllBytes(archive);
    for (byte[] broken : List.of(Arrays.copyOf(whole, whole.length / 2), new byte[100], new byte[0])) {
      Files.write(archive, broken);
      assertEquals(run, run(script, Map.of(), image.toString()), broken.length + " bytes");
    }
  }

  @Test
  void anImageNeverReplacesWhatIsThere() throws IOException, InterruptedException {
    Files.writeString(Files.createDirectory(folder.resolve("full")).resolve("a file"), "kept");
    Run run = run(SCRIPT, Map.of(), "image", "full");
    assertEquals(1, run.code);
    assertEquals("lanepool: image: full: exists, expected a new or empty folder\n", run.err);
    assertEquals("kept", Files.readString(folder.resolve("full/a file")));
    assertEquals(List.of("full"), foldersInFolder());
    assertEquals(2, run(SCRIPT, Map.of(), "image").code);
    assertEquals(2, run(SCRIPT, Map.of(), "image", "a", "b").code);
    assertTrue(run(SCRIPT, Map.of(), "image", "--help").out.startsWith("Usage: lanepool image DIR\n"));
  }

  private List<String> foldersInFolder() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(Files::isDirectory).map(file -> file.getFileName().toString()).toList();
    }
  }
}
