package dev.lanepool.training.optim;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.IntConsumer;

/** Counts what this thread and the teams' threads that run when it is made allocate. */
final class Allocation {
  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final long[] ids = Thread.getAllStackTraces().keySet().stream()
      .filter(thread -> thread == Thread.currentThread() || thread.getName().startsWith("lanepool-")).mapToLong(Thread::threadId).toArray();

  /** So far, in bytes. Allocates nothing itself. */
  long bytes() {
    long sum = 0;
    for (long id : ids) {
      sum += threads.getThreadAllocatedBytes(id);
    }
    return sum;
  }

  /**
   * The fewest bytes allocated in one of some calls: a call now and then allocates for the JVM's sake (a class is initialised, a method
   * linked), a call that must allocate does so every time.
   */
  static long leastOf(int calls, IntConsumer call) {
    Allocation allocation = new Allocation();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < calls; i++) {
      long before = allocation.bytes();
      call.accept(i);
      least = Math.min(least, allocation.bytes() - before);
    }
    return least;
  }
}
