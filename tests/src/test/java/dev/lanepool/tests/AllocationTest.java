package dev.lanepool.tests;

import dev.lanepool.kernels.Kernels;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs the tests of what kernels and layers allocate, which the build runs nowhere else, in a JVM of their own: whether C2 boxes a vector
 * at a loop's end also depends on what other tests have made hot before. What allocates by itself does so in every JVM, so one of a few
 * that does not is enough.
 */
class AllocationTest {
  private static final int JVMS = 3;

  @ParameterizedTest
  @ValueSource(classes = {KernelAllocationTest.class, NoAllocationTest.class})
  void nothingIsAllocatedInAJvmOfItsOwn(Class<?> suite) throws IOException, InterruptedException {
    for (int jvm = 1; ; jvm++) {
      try {
        String twin = System.getProperty("lanepool.kernels", "auto");
        LaneWidthTest.runFork(Kernels.active().name(), List.of(suite), "-Dlanepool.kernels=" + twin);
        return;
      } catch (AssertionError failure) {
        if (jvm == JVMS) {
          throw failure;
        }
      }
    }
  }
}
