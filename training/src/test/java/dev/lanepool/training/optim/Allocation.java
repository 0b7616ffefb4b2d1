package dev.lanepool.training.optim;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.function.IntConsumer;

/** Measures what code allocates. */
final class Allocation {
  private Allocation() {}

  /**
   * The fewest bytes that all threads together allocated in one of some calls: a call now and then allocates for the JVM's sake (a class
   * is initialised, a method linked), a call that must allocate does so every time.
   */
  static long leastOf(int calls, IntConsumer call) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long[] ids = Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread == Thread.currentThread() || thread.getName().startsWith("lanepool-")).mapToLong(Thread::threadId).toArray();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < calls; i++) {
      long[] earlier = threads.getThreadAllocatedBytes(ids);
      long[] before = threads.getThreadAllocatedBytes(ids);
      call.accept(i);
      long[] after = threads.getThreadAllocatedBytes(ids);
      long question = Arrays.stream(before).sum() - Arrays.stream(earlier).sum(); // what it costs to ask
      least = Math.min(least, Arrays.stream(after).sum() - Arrays.stream(before).sum() - question);
    }
    return least;
  }
}
