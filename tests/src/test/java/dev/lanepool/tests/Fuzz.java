package dev.lanepool.tests;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Runs hostile input through a reader, case by case. Each case has a seed of its own, so that one line replays it alone.
 *
 * <p>From the repository's root, after {@code mvn -pl tests -am verify}:
 * {@code java -cp 'tests/target/test-classes:cli/target/modules/*' dev.lanepool.tests.Fuzz headers 1000000 1}.
 */
final class Fuzz {
  /** A case that takes longer hangs. */
  private static final long HANG_NANOS = TimeUnit.SECONDS.toNanos(20);

  /** One case. */
  interface Target {
    /**
     * @return what became of it, to be counted
     * @throws Throwable where something happened that must not
     */
    String run(RandomGenerator random) throws Throwable;
  }

  private final String what;
  private final Target target;
  private volatile long seed;
  private volatile long started;

  Fuzz(String what) {
    this.what = what;
    target = switch (what) {
      case "headers" -> FuzzHeaders::run;
      case "strings" -> new FuzzStrings()::run;
      case "models" -> new FuzzModels()::run;
      default -> throw new IllegalArgumentException("found " + what + ", expected headers, strings or models");
    };
  }

  /**
   * Runs cases with seeds {@code first} to {@code first + count - 1}.
   *
   * @return how many cases ended in which way
   * @throws AssertionError that says how to replay the first case that fails
   */
  Map<String, Integer> run(int count, long first) {
    Map<String, Integer> outcomes = new TreeMap<>();
    for (long i = 0; i < count; i++) {
      seed = first + i;
      started = System.nanoTime();
      try {
        outcomes.merge(target.run(Repeat.random(seed)), 1, Integer::sum);
      } catch (Throwable failure) {
        throw new AssertionError(failure + "; " + replay(), failure);
      }
    }
    return outcomes;
  }

  private String replay() {
    return "replay with: java -cp 'tests/target/test-classes:cli/target/modules/*' " + Fuzz.class.getName() + " " + what + " 1 " + seed;
  }

  /** Ends the JVM where a case hangs. */
  private void watch() {
    Thread.ofPlatform().daemon().start(() -> {
      while (true) {
        if (System.nanoTime() - started > HANG_NANOS) {
          System.err.println("hangs; " + replay());
          Runtime.getRuntime().halt(1);
        }
        try {
          Thread.sleep(1000);
        } catch (InterruptedException e) {
          return;
        }
      }
    });
  }

  /** Arguments: {@code headers}, {@code strings} or {@code models}; how many cases; the first one's seed. */
  public static void main(String[] args) {
    Fuzz fuzz = new Fuzz(args[0]);
    fuzz.started = System.nanoTime();
    fuzz.watch();
    long start = System.nanoTime();
    Map<String, Integer> outcomes = fuzz.run(Integer.parseInt(args[1]), Long.parseLong(args[2]));
    System.out.println(args[1] + " " + args[0] + " from seed " + args[2] + ": 0 failures, " + outcomes + ", "
        + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start) + " s");
  }
}
