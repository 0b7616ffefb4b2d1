package dev.lanepool.kernels;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Serves one twin until the other is compiled: the Vector API is very slow until C2 has compiled it, plain loops are not. Once there is
 * work enough, a thread runs the SIMD twin beside it until its best time is near the scalar twin's, from which code that is not compiled
 * yet is far away. The best, since others may be at work on the machine. Both give the same bits, so the change is never seen.
 *
 * @param <T> the twins' interface
 */
final class Warming<T> {
  /** The least rounds for each trial, and the time after which all are taken as they are. Some 500 rounds and 1 s are usual. */
  private static final int LEAST_ROUNDS = 20;

  private static final long MOST_NANOS = 3_000_000_000L;

  /**
   * The lengths of trials of rows: less than a vector, whole ones only, and a rest after one that four at a time leave over. C2 leaves out
   * what it has not seen, and compiles everything again when it comes.
   */
  private static final int[] LENGTHS = {1, 96, 105};

  /** The greatest of them. */
  static final int MOST_LENGTH = LENGTHS[LENGTHS.length - 1];

  /** Rows in trials of what takes several: as many as texts have tokens, for C2 unrolls no loop that it saw end soon. */
  static final int ROWS = 32;

  /** Elements that a kernel of rows serves before it is compiled, where C2 makes vectors of the scalar twin's loops too: 0.1 s of it. */
  static final long FEW_FOR_SUMS = 100_000_000;

  /** The same where the scalar twin takes its functions (tanh, exp) one by one: 0.1 to 0.3 s of it. */
  static final long FEW_FOR_FUNCTIONS = 10_000_000;

  private final T vector;
  private final T scalar;
  private final long few;
  private final long many;
  private final List<Consumer<T>> trials;
  private final @Nullable Warming<T> next;
  private final AtomicBoolean started = new AtomicBoolean();
  private final CountDownLatch compiled = new CountDownLatch(1);
  private long served; // by all threads, roughly: races lose a little
  private volatile T now;

  /** Of a kernel of rows, which is compiled where it is used: nobody waits for it, and nothing follows. */
  static <T> Warming<T> ofRows(T vector, T scalar, long few, ObjIntConsumer<T> trial) {
    return new Warming<>(vector, scalar, few, List.of(lengths(trial)));
  }

  /** A trial of rows of several lengths, up to {@link #MOST_LENGTH}. */
  static <T> Consumer<T> lengths(ObjIntConsumer<T> trial) {
    return twin -> {
      for (int n : LENGTHS) {
        trial.accept(twin, n);
      }
    };
  }

  /** Nothing compiled yet, nobody who waits for it, and nothing that follows. */
  Warming(T vector, T scalar, long few, List<Consumer<T>> trials) {
    this(vector, scalar, few, Long.MAX_VALUE, trials, null);
  }

  /**
   * Nothing compiled yet.
   *
   * @param few the work below which compiling would only be in the way
   * @param many the work from which callers wait for it: they would take its processors for a small part of what it will bring
   * @param trials each runs a twin's kernel, on data of its own
   * @param next what is compiled after this one
   */
  Warming(T vector, T scalar, long few, long many, List<Consumer<T>> trials, @Nullable Warming<T> next) {
    this.vector = vector;
    this.scalar = scalar;
    this.few = few;
    this.many = many;
    this.trials = trials;
    this.next = next;
    now = scalar;
  }

  /** The twin to use now. */
  T now() {
    return now;
  }

  /** The twin to use for so much work. */
  T now(long work) {
    if (now == scalar) {
      served += work;
      if (served >= few && !started.get()) {
        start();
      }
      if (served >= many) {
        await();
      }
    }
    return now;
  }

  /** Compiles beside whatever the caller does. */
  void start() {
    if (started.compareAndSet(false, true)) {
      Thread.ofPlatform().daemon().name("lanepool-warm-up").start(this::compileAll);
    }
  }

  private void await() {
    try {
      compiled.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // for the caller, who is served as before
    }
  }

  private void compileAll() {
    for (Warming<T> each = this; each != null; each = each.next) {
      try {
        each.compile();
      } finally {
        each.compiled.countDown();
      }
    }
  }

  private void compile() {
    long until = System.nanoTime() + MOST_NANOS;
    for (Consumer<T> trial : trials) {
      long fast = Long.MAX_VALUE;
      long slow = Long.MAX_VALUE;
      for (int round = 0; round < LEAST_ROUNDS || fast > 2 * slow && System.nanoTime() < until; round++) {
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
