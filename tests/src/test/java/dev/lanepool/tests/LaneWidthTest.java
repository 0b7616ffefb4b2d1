package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * The encoder at every lane width that this machine can run, and on the scalar twin: a JVM each, for the choice is made once in a JVM.
 * Parity and equal bits must hold in each; the bits may differ between them.
 */
class LaneWidthTest {
  private static final List<Class<?>> SUITE = List.of(KernelReferenceTest.class, EncoderParityTest.class, SameBitsTest.class);
  /** 7 of kernels; parity of 6 goldens in a batch, alone and pooled, of key blocks and random shapes; bits of 6 goldens, key blocks, odd shapes. */
  private static final int TESTS = 35;

  @Test
  void parityAndEqualBitsHoldAtEveryLaneWidth() throws IOException, InterruptedException {
    Assumptions.assumeFalse("scalar".equals(System.getProperty("lanepool.kernels")), "skipped: the vector twin's run forks for all");
    HotSpotDiagnosticMXBean vm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    int widest = Integer.parseInt(vm.getVMOption("MaxVectorSize").getValue());
    int forks = 0;
    for (int bytes = 16; bytes <= Math.min(widest, 64); bytes *= 2) {
      runFork("vector (" + bytes / Float.BYTES + " lanes)", "-XX:MaxVectorSize=" + bytes, "-Dlanepool.kernels=vector");
      forks++;
    }
    runFork("scalar", "-Dlanepool.kernels=scalar");
    forks++;
    assertTrue(widest >= 16, "MaxVectorSize is " + widest);
    assertEquals(2 + Integer.numberOfTrailingZeros(Math.min(Integer.highestOneBit(widest), 64) / 16), forks);
  }

  private static void runFork(String kernels, String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-ea", "-Xmx1g", "--add-modules", "jdk.incubator.vector", "-Dstdout.encoding=UTF-8"));
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Forked.class.getName()));
    SUITE.forEach(test -> command.add(test.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    String replay = System.lineSeparator() + "replay with: " + String.join(" ", command) + System.lineSeparator() + output;
    assertEquals(0, process.exitValue(), () -> kernels + " failed" + replay);
    String expected = Forked.summaryLine(kernels, TESTS);
    assertTrue(output.stripTrailing().endsWith(expected), () -> "expected " + expected + replay);
  }
}
