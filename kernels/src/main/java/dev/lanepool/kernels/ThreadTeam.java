package dev.lanepool.kernels;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of threads that share the tasks of one step after another: the caller and, beside it, daemon threads that live until
 * {@link #close}. Threads that find nothing to do look again for a moment, then park.
 *
 * <p>One step runs at a time: callers must not overlap.
 */
public final class ThreadTeam implements AutoCloseable {

  /** The body of a step. */
  @FunctionalInterface
  public interface Task {
    /**
     * Does one piece of the step.
     *
     * @param index which piece, from 0
     * @param worker who does it, from 0 to the number of threads; never two pieces at once with the same
     */
    void run(int index, int worker);
  }

  /** The most threads of a team; each is one of the system's. */
  public static final int MOST_THREADS = 1024;

  private final Thread[] workers;
  private final AtomicLong ticket = new AtomicLong(); // step number << 32 | pieces not yet taken
  private final AtomicInteger done = new AtomicInteger();
  private final int threads;

  // Written before the ticket that opens a step, read only by who took a piece of it: the step cannot end before that piece does.
  private @Nullable Task task;
  private int count;
  private volatile @Nullable Throwable failure;
  private volatile boolean closed;
  private volatile @Nullable Thread waiting;

  /** @throws IllegalArgumentException where {@code threads} is less than 1 or more than {@link #MOST_THREADS} */
  public ThreadTeam(int threads) {
    if (threads < 1 || threads > MOST_THREADS) {
      throw new IllegalArgumentException("threads: found " + threads + ", expected 1 to " + MOST_THREADS);
    }
    this.threads = threads;
    workers = new Thread[threads - 1];
    for (int i = 0; i < workers.length; i++) {
      int worker = i + 1;
      workers[i] = Thread.ofPlatform().daemon().name("lanepool-" + worker).unstarted(() -> look(worker));
    }
    try {
      for (Thread worker : workers) {
        worker.start();
      }
    } catch (Throwable failure) { // the system has no thread left: those that run must not wait for ever
      close();
      throw failure;
    }
  }

  /** The number of threads that share a step, the caller included. */
  public int threads() {
    return threads;
  }

  /**
   * Runs {@code pieces} pieces and returns when all are done. The first failure, unchecked exception or error, stops pieces that have not
   * begun and is thrown here.
   *
   * @throws IllegalStateException after {@link #close}
   */
  public void run(Task task, int pieces) {
    run(task, pieces, false);
  }

  /**
   * The same, but on the caller alone where {@code alone} says so.
   *
   * @throws IllegalStateException after {@link #close}
   */
  public void run(Task task, int pieces, boolean alone) {
    if (closed) {
      throw new IllegalStateException("the thread team is closed");
    }
    if (alone || threads == 1 || pieces <= 1) {
      for (int i = 0; i < pieces; i++) {
        task.run(i, 0);
      }
      return;
    }
    this.task = task;
    count = pieces;
    failure = null;
    done.set(0);
    long step = (ticket.get() >>> 32) + 1;
    ticket.set(step << 32 | pieces);
    for (Thread worker : workers) {
      LockSupport.unpark(worker);
    }
    share(0);
    await(pieces);
    this.task = null;
    if (failure instanceof Error error) {
      throw error;
    } else if (failure instanceof RuntimeException exception) {
      throw exception;
    } else if (failure != null) {
      throw new IllegalStateException(failure);
    }
  }

  /** Whether a piece of the open step has failed, so that those which have not begun never will. */
  boolean failed() {
    return failure != null;
  }

  /** Takes pieces of the open step until none is left. */
  private void share(int worker) {
    while (true) {
      long now = ticket.get();
      int left = (int) now;
      if (left == 0) {
        return;
      }
      if (!ticket.compareAndSet(now, now - 1)) {
        continue;
      }
      int pieces = count;
      Task body = Objects.requireNonNull(task);
      if (failure == null) {
        try {
          body.run(pieces - left, worker);
        } catch (RuntimeException | Error e) {
          failure = e;
        }
      }
      if (done.incrementAndGet() == pieces) {
        LockSupport.unpark(waiting);
      }
    }
  }

  private void await(int pieces) {
    if (done.get() == pieces) {
      return;
    }
    long until = System.nanoTime() + Tuning.SPIN_NANOS;
    while (done.get() != pieces) {
      if (System.nanoTime() < until) {
        Thread.onSpinWait();
      } else {
        waiting = Thread.currentThread();
        // A bounded park: the caller may be interrupted, which makes an unbounded one return at once and spin.
        if (done.get() != pieces) {
          LockSupport.parkNanos(this, 1_000_000);
        }
        waiting = null;
      }
    }
  }

  private void look(int worker) {
    long seen = 0;
    long until = System.nanoTime() + Tuning.SPIN_NANOS;
    while (!closed) {
      long step = ticket.get() >>> 32;
      if (step != seen) {
        seen = step;
        share(worker);
        until = System.nanoTime() + Tuning.SPIN_NANOS;
      } else if (System.nanoTime() < until) {
        Thread.onSpinWait();
      } else {
        // An unpark that came since the ticket was read makes this return at once.
        LockSupport.park(this);
        until = System.nanoTime() + Tuning.SPIN_NANOS;
      }
    }
  }

  /** Ends the threads. Waits for them; must not be called while a step runs. */
  @Override
  public void close() {
    closed = true;
    boolean interrupted = false;
    for (Thread worker : workers) {
      LockSupport.unpark(worker);
      while (worker.isAlive()) {
        try {
          worker.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
