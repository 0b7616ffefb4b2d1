package dev.lanepool.kernels;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Serves one twin until the other is compiled: the Vector API is very slow until C2 has compiled it, plain loops are not. Once there is
 * work enough, a thread runs the SIMD twin beside it until its best time is near the scalar twin's, from which code that is not compiled
 * yet is far away. The best, since others may be at work on the machine. Both give the same bits, so the change is never seen.
 *
 * @param <T> the twins' interface
 */
final class Warming<T> {
  /** The least rounds for each trial, and the time after which all are taken as they are. Some 500 rounds and 1 s are usual. */
  private static final int ROUNDS = 20;

  private static final long MOST_NANOS = 3_000_000_000L;

  private final T vector;
  private final T scalar;
  private final long few;
  private final List<Consumer<T>> trials;
  private final AtomicBoolean started = new AtomicBoolean();
  private long served; // by all threads, roughly: races lose a little
  private volatile T now;

  /**
   * Nothing compiled yet.
   *
   * @param few the work below which compiling would only be in the way
   * @param trials each runs a twin's kernel, on data of its own
   */
  Warming(T vector, T scalar, long few, List<Consumer<T>> trials) {
    this.vector = vector;
    this.scalar = scalar;
    this.few = few;
    this.trials = trials;
    now = scalar;
  }

  /** The twin to use now. */
  T now() {
    return now;
  }

  /** The twin to use for so much work. */
  T now(long work) {
    T twin = now;
    if (twin == scalar && served < few) {
      served += work;
      if (served >= few) {
        start();
      }
    }
    return twin;
  }

  /** Compiles beside whatever the caller does. */
  void start() {
    if (started.compareAndSet(false, true)) {
      Thread.ofPlatform().daemon().name("lanepool-warm-up").start(this::compile);
    }
  }

  private void compile() {
    long until = System.nanoTime() + MOST_NANOS;
    for (Consumer<T> trial : trials) {
      long fast = Long.MAX_VALUE;
      long slow = Long.MAX_VALUE;
      for (int round = 0; round < ROUNDS || fast > 2 * slow && System.nanoTime() < until; round++) {
        fast = Math.min(fast, nanos(trial, vector));
        slow = Math.min(slow, nanos(trial, scalar));
      }
    }
    now = vector;
  }

  private long nanos(Consumer<T> trial, T twin) {
    long start = System.nanoTime();
    trial.accept(twin);
    return System.nanoTime() - start;
  }
}
