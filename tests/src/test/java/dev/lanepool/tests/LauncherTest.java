package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
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
  void findsItselfWhateverCdpathSays() throws IOException, InterruptedException {
    Path script = script("""
        #!/usr/bin/env bash
        cd "$1/.." && CDPATH=$PWD exec "${1##*/}/lanepool" --version
        """);
    Run run = run(script, Map.of(), SCRIPT.getParent().toString());
    assertEquals(0, run.code, run.err);
  }

  @Test
  void argumentsFilesAndOutputAreUtf8InAnyLocale() throws IOException, InterruptedException {
    // The JVM that runs this test may itself be unable to pass such an argument: a script in a file passes it.
    Path script = script("""
        #!/usr/bin/env bash
        echo 'e 😀' > 'é.txt'
        "$1" tokenize 'é 😀'
        "$1" tokenize -i 'é.txt'
        """);
    Run run = run(script, Map.of("LC_ALL", "C", "LANG", "C"), SCRIPT.toString());
    assertEquals(0, run.code, run.err);
    List<String> rows = run.out.lines().toList();
    assertEquals(2, rows.size(), run.out);
    assertTrue(rows.get(0).startsWith("{\"text\":\"é 😀\","), run.out);
    assertTrue(rows.get(1).startsWith("{\"text\":\"e 😀\","), run.out);
  }

  @Test
  void anArgumentThatIsNotUtf8IsWrongUsage() throws IOException, InterruptedException {
    Assumptions.assumeTrue(Files.isReadable(Path.of("/proc/self/cmdline")), "skipped: the system does not show a process its arguments");
    Path script = script("""
        #!/usr/bin/env bash
        exec "$1" tokenize é $'a\\xff'
        """);
    Run run = run(script, Map.of("LC_ALL", "C"), SCRIPT.toString());
    assertEquals(2, run.code, run.err);
    assertEquals("", run.out);
    assertTrue(run.err.endsWith("lanepool: argument 3 \"a\uFFFD\": found the byte 0xFF, expected UTF-8 (see lanepool --help)\n"), run.err);
  }

  @Test
  void aClosedStdinIsEmptyAndAClosedStderrNoFault() throws IOException, InterruptedException {
    Path script = script("""
        #!/usr/bin/env bash
        "$1" tokenize -i - <&- && "$1" tokenize word 2>&- && "$1" tokenize word <&- 2>&-
        """);
    Run run = run(script, Map.of(), SCRIPT.toString());
    assertEquals(0, run.code, run.err);
    assertEquals(2, run.out.lines().count(), run.out);
  }

  @Test
  void whatTheJvmSaysByItselfIsNoData() throws IOException, InterruptedException {
    Run run = run(SCRIPT, Map.of("JDK_JAVA_OPTIONS", "-XX:+UseG1GC -XX:+UseSerialGC"), "tokenize", "e"); // the JVM does not start
    assertEquals(1, run.code, run.err);
    assertEquals("", run.out);
    assertTrue(run.err.contains("Multiple garbage collectors selected"), run.err);
  }

  @Test
  void theEnvironmentMayChooseAnotherCollector() throws IOException, InterruptedException {
    assertEquals(0, run(SCRIPT, Map.of(), "--version").code); // built, so that nothing is said of that
    chooseCollectors(SCRIPT);
  }

  private void chooseCollectors(Path script) throws IOException, InterruptedException {
    for (String variable : List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")) {
      for (String collector : List.of("Parallel", "G1", "Serial")) {
        choosesCollector(script, variable, " -XX:+UseGCOverheadLimit -XX:+Use" + collector + "GC", collector);
      }
    }
    choosesCollector(script, "JDK_JAVA_OPTIONS", "", "Serial");
  }

  private void choosesCollector(Path script, String variable, String options, String expected) throws IOException, InterruptedException {
    Run run = run(script, Map.of(variable, "-Xlog:gc:file=gc.log" + options), "tokenize", "e");
    assertEquals(0, run.code, run.err);
    assertTrue(run.out.startsWith("{\"text\":\"e\","), run.out);
    String log = Files.readString(folder.resolve("gc.log"));
    assertTrue(log.contains("Using " + expected), log);
  }

  @Test
  void withoutFlockAKilledBuildsLockIsTakenOverAndALivingOnesWaitedFor() throws IOException, InterruptedException {
    Path root = rootWithLauncher();
    Path script = script("""
        #!/usr/bin/env bash
        # All that the launcher needs but flock, and a stand-in for Maven that fails.
        mkdir bin 'a root/.lanepool'
        for program in bash basename cat date dirname env find head ln mkdir mv readlink rm sleep tail touch; do
          ln -s "$(type -P $program)" bin/
        done
        printf '%s\\n' '#!/usr/bin/env bash' \\
          'echo "built with the lock of $(readlink "$ROOT"/.lanepool/lock.[0-9]* | tail -n 1)"' 'exit 1' >bin/mvn
        chmod +x bin/mvn
        export PATH=$PWD/bin ROOT=$PWD/a\\ root
        bash -c 'exit 0' &
        gone=$!
        wait $gone
        mkdir "$ROOT/.lanepool/lock.d" # what older versions left when they were killed before they wrote who they were
        ln -s $gone "$ROOT/.lanepool/lock.1"
        "$ROOT/lanepool" --version || echo $? >after-a-killed-one
        sleep 3 &
        holder=$!
        ln -s $holder "$ROOT/.lanepool/lock.2"
        "$ROOT/lanepool" --version || echo $? >after-a-living-one
        kill -0 $holder 2>/dev/null && exit 3 # not waited for
        rm -rf bin # JUnit warns of links that lead out of the folder
        """);
    Run run = run(script, Map.of("JAVA_HOME", System.getProperty("java.home")));
    assertEquals(0, run.code, run.err);
    assertEquals("1\n1\n", Files.readString(folder.resolve("after-a-killed-one")) + Files.readString(folder.resolve("after-a-living-one")));
    assertEquals(2, run.err.lines().filter(line -> line.matches("built with the lock of [0-9]+")).count(), run.err);
    assertFalse(Files.exists(root.resolve(".lanepool/lock.3"), LinkOption.NOFOLLOW_LINKS), "the lock is left");
  }

  @Test
  void withoutFlockTwoThatFindTheSameKilledOwnerBuildOneAfterTheOther() throws IOException, InterruptedException {
    rootWithLauncher();
    Path script = script("""
        #!/usr/bin/env bash
        # As above; an rm that is slower for the second, which may have looked before the first took over; and a build that sees another.
        mkdir bin 'a root/.lanepool'
        for program in bash basename cat date dirname env find head ln mkdir mv readlink rmdir sleep touch; do
          ln -s "$(type -P $program)" bin/
        done
        printf '%s\\n' '#!/usr/bin/env bash' 'mkdir "$ROOT/first" 2>/dev/null && sleep 0.5 || sleep 1.5' "exec $(type -P rm) "'"$@"' >bin/rm
        printf '%s\\n' '#!/usr/bin/env bash' 'mkdir "$ROOT/building" || exit 1' \\
          'sleep 3' 'rmdir "$ROOT/building"' 'echo alone' 'exit 1' >bin/mvn
        chmod +x bin/rm bin/mvn
        export PATH=$PWD/bin ROOT=$PWD/a\\ root
        bash -c 'exit 0' &
        gone=$!
        wait $gone
        for name in owner 1; do ln -s $gone "$ROOT/.lanepool/lock.$name"; done
        "$ROOT/lanepool" --version &
        "$ROOT/lanepool" --version &
        wait
        rm -rf bin "$ROOT/first"
        """);
    Run run = run(script, Map.of("JAVA_HOME", System.getProperty("java.home")));
    assertEquals(0, run.code, run.err);
    assertEquals(2, run.err.lines().filter(line -> line.equals("alone")).count(), run.err);
  }

  @Test
  void aSignalDuringABuildEndsItAndLeavesNothingUnfinished() throws IOException, InterruptedException {
    Path root = rootWithLauncher();
    Path script = script("""
        #!/usr/bin/env bash
        # Where this build runs in the background, Ctrl-C is ignored, with nohup HUP too, and no script could say otherwise.
        [[ -z $(trap -p INT HUP) ]] || exec env --default-signal=INT,HUP "$0" "$@"
        # A stand-in for Maven that takes its time, and ends with a code of its own as Java does, a little later.
        mkdir -p bin
        printf '%s\\n' '#!/usr/bin/env bash' "trap 'sleep 0.5; touch ended; exit 9' INT TERM" 'touch building' \\
          'for i in {1..100}; do sleep 0.1; done' 'touch ended' >bin/mvn
        chmod +x bin/mvn
        set -m # the launcher in a process group of its own, as a terminal has it
        PATH=$PWD/bin:$PATH 'a root/lanepool' --version &
        until [[ -e building ]] || ! kill -0 $!; do sleep 0.1; done
        # Ctrl-C goes to the whole group, kill to the launcher alone.
        if [[ $1 == INT ]]; then kill -INT -- -$!; else kill -$1 $!; fi
        SECONDS=0
        wait $!
        code=$?
        [[ -e ended ]] || code=3 # Maven would go on writing
        ((SECONDS < 8)) || code=4
        rm -f building ended
        exit $code
        """);
    for (Map.Entry<String, Integer> signal : Map.of("INT", 130, "TERM", 143, "HUP", 129).entrySet()) {
      Run run = run(script, Map.of(), signal.getKey());
      assertEquals(signal.getValue(), run.code, signal.getKey() + ": " + run.err);
      assertTrue(run.err.startsWith("lanepool: building (once, until a source changes)\n"), run.err);
      try (Stream<Path> files = Files.list(root.resolve(".lanepool"))) {
        assertEquals(List.of(), files.filter(Files::isDirectory).toList(), signal.getKey());
      }
    }
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
    Path image = Files.move(folder.resolve("image"), folder.resolve("moved to here"));
    for (String file : List.of("LICENSE", "NOTICE", "legal/java.base/LICENSE")) {
      assertTrue(Files.isRegularFile(image.resolve(file)), file);
    }
    Path script = script("""
        #!/bin/sh
        exec env -i LC_ALL=C "$1/bin/lanepool" tokenize 'é 😀'
        """);
    Run run = run(script, Map.of(), image.toString());
    assertEquals(0, run.code, run.err);
    assertTrue(run.out.startsWith("{\"text\":\"é 😀\","), run.out);
    assertEquals(List.of("moved to here"), foldersInFolder());

    Path archive = image.resolve("lib/lanepool/lanepool.aot");
    Map<String, String> demanded = Map.of("JDK_JAVA_OPTIONS", "-XX:AOTMode=on"); // the JVM ends where it cannot use the archive
    Run used = run(image.resolve("bin/lanepool"), demanded, "--version");
    assertEquals(0, used.code, used.err);
    damage(archive);
    assertEquals(1, run(image.resolve("bin/lanepool"), demanded, "--version").code);
    runsQuietly(image.resolve("bin/lanepool"));
    chooseCollectors(image.resolve("bin/lanepool"));
  }

  @Test
  void aStartFindsTheCommandLinesClassesInTheArchive() throws IOException, InterruptedException {
    assertEquals(0, run(SCRIPT, Map.of(), "--version").code); // built
    Path log = folder.resolve("classes");
    assertEquals(0, run(SCRIPT, Map.of("JDK_JAVA_OPTIONS", "-Xlog:class+load:file=" + log), "tokenize", "e").code);
    List<String> classes = Files.readAllLines(log).stream()
        .filter(line -> line.contains("] picocli.") || line.contains("] dev.lanepool.cli.")).toList();
    assertTrue(classes.size() > 100, classes.size() + " classes");
    // The archive is made of another command's run.
    assertEquals(List.of(), classes.stream().filter(line -> !line.endsWith("source: shared objects file") && !line.contains("Tokenize"))
        .toList());
  }

  @Test
  void anArchiveThatDoesNotFitIsIgnored() throws IOException, InterruptedException {
    assertEquals(0, run(SCRIPT, Map.of(), "--version").code);
    Path built = SCRIPT.resolveSibling(".lanepool");
    Path current = built.resolve(Files.readString(built.resolve("current")).strip());
    assertTrue(Files.size(current.resolve("lanepool.aot")) > 1 << 20, "the build has made an archive");

    // The same build elsewhere, without its sources.
    Path root = rootWithLauncher();
    Path script = root.resolve("lanepool");
    Path copy = Files.createDirectories(root.resolve(".lanepool/build"));
    Files.createDirectory(copy.resolve("modules"));
    try (Stream<Path> jars = Files.list(current.resolve("modules"))) {
      for (Path jar : jars.toList()) { // dates of their own: not the jars that the archive was made of
        Files.copy(jar, copy.resolve("modules").resolve(jar.getFileName()));
      }
    }
    Files.writeString(root.resolve(".lanepool/current"), "build");
    Files.createFile(copy.resolve("stamp"));
    runsQuietly(script); // without one
    Path archive = Files.copy(current.resolve("lanepool.aot"), copy.resolve("lanepool.aot"));
    runsQuietly(script);
    damage(archive);
    runsQuietly(script);
    try (FileChannel channel = FileChannel.open(archive, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() / 2);
    }
    runsQuietly(script);
    Files.writeString(archive, "");
    runsQuietly(script);
    assertEquals(1, run(script, Map.of("JDK_JAVA_OPTIONS", "-XX:AOTMode=on"), "--version").code, "the JVM was told of the archive");
  }

  private Path script(String text) throws IOException {
    Path script = Files.writeString(folder.resolve("run.sh"), text);
    assertTrue(script.toFile().setExecutable(true));
    return script;
  }

  /** A folder with the launcher in it and nothing else. */
  private Path rootWithLauncher() throws IOException {
    Path root = Files.createDirectory(folder.resolve("a root"));
    Files.copy(SCRIPT, root.resolve("lanepool"), StandardCopyOption.COPY_ATTRIBUTES);
    return root;
  }

  /** Changes a few bytes in the middle. */
  private static void damage(Path archive) throws IOException {
    try (FileChannel channel = FileChannel.open(archive, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap("damaged, and of no use".getBytes(StandardCharsets.UTF_8)), channel.size() / 2);
    }
  }

  private void runsQuietly(Path script) throws IOException, InterruptedException {
    Run run = run(script, Map.of(), "tokenize", "e");
    assertEquals(0, run.code, run.err);
    assertTrue(run.out.startsWith("{\"text\":\"e\",") && run.out.lines().count() == 1, run.out);
    assertEquals("WARNING: Using incubator modules: jdk.incubator.vector\n", run.err);
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
