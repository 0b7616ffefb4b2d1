package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import dev.lanepool.kernels.Kernels;
import java.lang.management.ManagementFactory;

/** Counts the bytes that threads allocate. */
final class Allocation {
  /**
   * Until C2 has compiled what runs, vectors and small arrays that never leave a method are objects. So long it may take where others keep
   * the cores busy; 1 or 2 seconds where they do not.
   */
  private static final long PATIENCE_NANOS = 60_000_000_000L;

  /** The same where the result is a skipped test and no failure. */
  private static final long SHORT_PATIENCE_NANOS = 15_000_000_000L;

  private Allocation() {}

  /**
   * Requires that a step, once it has run and is compiled, allocates no more than allowed. On the scalar twin more is a failure. On the
   * vector twin, where C2 boxes vectors or not with what else is hot and in which order it comes, the test is reported as skipped, and says
   * what was boxed.
   */
  static void require(Runnable step, long allowed, String what) {
    boolean scalar = Kernels.active().name().equals("scalar");
    step.run();
    long bytes = fewest(step, allowed, scalar ? PATIENCE_NANOS : SHORT_PATIENCE_NANOS);
    String found = what + ": " + bytes + " bytes, allowed " + allowed + ", on " + Forked.describeThisJvm();
    if (scalar) {
      assertTrue(bytes <= allowed, found);
    } else {
      assumeTrue(bytes <= allowed, found);
    }
  }

  /** The fewest bytes that one run takes, of runs until one takes no more than are enough, or patience ends. */
  static long fewest(Runnable step, long enough) {
    return fewest(step, enough, PATIENCE_NANOS);
  }

  private static long fewest(Runnable step, long enough, long patience) {
    long fewest = Long.MAX_VALUE;
    for (long end = System.nanoTime() + patience; fewest > enough && System.nanoTime() < end; ) {
      fewest = Math.min(fewest, of(step));
    }
    return fewest;
  }

  /** The bytes that a run takes, on all of the JVM's Lanepool threads and this one. */
  static long of(Runnable step) {
    long[] ids = Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread == Thread.currentThread() || thread.getName().startsWith("lanepool-"))
        .mapToLong(Thread::threadId).toArray();
    long bytes = measure(ids, step);
    long question = Long.MAX_VALUE; // what it costs to ask; the least, since now and then the JVM allocates for its own sake
    for (int i = 0; i < 3; i++) {
      question = Math.min(question, measure(ids, () -> { }));
    }
    return bytes - question;
  }

  private static long measure(long[] ids, Runnable step) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long[] before = threads.getThreadAllocatedBytes(ids);
    step.run();
    long[] after = threads.getThreadAllocatedBytes(ids);
    long bytes = 0;
    for (int i = 0; i < ids.length; i++) {
      bytes += after[i] - before[i];
    }
    return bytes;
  }
}
