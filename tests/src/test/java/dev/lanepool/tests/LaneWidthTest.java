package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * Kernels and encoder at every lane width that this machine can run, on the scalar twin, and as a user's JVM starts, changing from the
 * scalar twin to the other on the way: a JVM each, for the choice is made once in a JVM. Accuracy and equal bits must hold in each, and
 * at each width the twins must agree.
 */
class LaneWidthTest {
  private static final List<Class<?>> SUITE = List.of(KernelReferenceTest.class, TrainingKernelReferenceTest.class,
      EncoderParityTest.class, SameBitsTest.class, StorageReferenceTest.class, EncoderStorageTest.class);
  /**
   * Against a suite that lost its tests: 17 of kernels; parity of 6 goldens three ways and 2 more; bits of 6 goldens and 2 more; 7 of
   * reduced matrices, 4 of encoders with them.
   */
  private static final int FEWEST_TESTS = 56;

  @Test
  void accuracyAndEqualBitsHoldAtEveryLaneWidth() throws IOException, InterruptedException {
    Assumptions.assumeFalse("scalar".equals(System.getProperty("lanepool.kernels")), "skipped: the vector twin's run forks for all");
    HotSpotDiagnosticMXBean vm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    int widest = Math.min(Integer.parseInt(vm.getVMOption("MaxVectorSize").getValue()), 64);
    List<Integer> tests = new ArrayList<>();
    for (int bytes = 16; bytes <= widest; bytes *= 2) {
      String width = "-XX:MaxVectorSize=" + bytes;
      tests.add(runFork("vector (" + bytes / Float.BYTES + " lanes)", SUITE, width, "-Dlanepool.kernels=vector"));
      runFork("vector (" + bytes / Float.BYTES + " lanes)", List.of(TwinsAgreeTest.class, StorageTwinsTest.class), width,
          "-Dlanepool.kernels=vector");
    }
    tests.add(runFork("vector (" + widest / Float.BYTES + " lanes)", SUITE, "-Dlanepool.kernels=auto"));
    tests.add(runFork("scalar", SUITE, "-Dlanepool.kernels=scalar"));

    int forks = switch (widest) {
      case 16 -> 3;
      case 32 -> 4;
      case 64 -> 5;
      default -> throw new AssertionError("MaxVectorSize is " + widest);
    };
    assertEquals(Collections.nCopies(forks, tests.getFirst()), tests);
    assertTrue(tests.getFirst() >= FEWEST_TESTS, () -> "only " + tests.getFirst() + " tests");
  }

  /** Returns how many tests succeeded, none having failed. */
  private static int runFork(String kernels, List<Class<?>> suite, String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-ea", "-Xmx1g", "--add-modules", "jdk.incubator.vector", "-Dstdout.encoding=UTF-8"));
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Forked.class.getName()));
    suite.forEach(test -> command.add(test.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    String replay = System.lineSeparator() + "replay with: " + String.join(" ", command) + System.lineSeparator() + output;
    assertEquals(0, process.exitValue(), () -> kernels + " failed" + replay);
    Matcher summary = Pattern.compile(Pattern.quote(kernels) + ": (\\d+) tests succeeded\\s*$").matcher(output);
    assertTrue(summary.find(), () -> "expected a summary of " + kernels + replay);
    return Integer.parseInt(summary.group(1));
  }
}
