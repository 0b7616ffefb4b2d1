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
}
