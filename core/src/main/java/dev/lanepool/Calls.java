package dev.lanepool;

import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/** The calls of a model under way: closing waits for them, and none begins after it. */
final class Calls {
  private final ReentrantReadWriteLock use = new ReentrantReadWriteLock(); // callers read, closing writes
  private volatile boolean closed; // from the moment that close is called

  /**
   * Runs a call. While {@link #close} waits, only what belongs to a call under way still runs.
   *
   * @throws IllegalStateException after {@link #close}
   */
  <T> T run(Supplier<T> call) {
    if (!use.readLock().tryLock()) { // fails only while close holds the lock
      throw new IllegalStateException("this model is closed");
    }
    try {
      if (closed && use.getReadHoldCount() == 1) {
        throw new IllegalStateException("this model is closed");
      }
      return call.get();
    } finally {
      use.readLock().unlock();
    }
  }

  /**
   * Waits for calls under way and lets go of what they use.
   *
   * @throws IllegalStateException from within a call
   */
  void close(Runnable release) {
    if (use.getReadHoldCount() > 0) {
      throw new IllegalStateException("this model cannot be closed from within one of its own calls");
    }
    closed = true;
    use.writeLock().lock();
    try {
      release.run();
    } finally {
      use.writeLock().unlock();
    }
  }
}
