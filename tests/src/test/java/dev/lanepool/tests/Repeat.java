package dev.lanepool.tests;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Runs a property for several seeds. A failure ends with the line that replays it alone. */
final class Repeat {
  /** Set to replay one seed. */
  private static final String SEED = "lanepool.seed";

  private Repeat() {}

  /** A property of whatever it draws. */
  interface Property {
    void check(RandomGenerator random) throws Exception;
  }

  /** A generator that gives the same numbers on every machine. */
  static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  /** Checks seeds 1 to {@code count}, or the one that the system property {@code lanepool.seed} names. */
  static void seeds(int count, Property property) {
    Long only = Long.getLong(SEED);
    for (long seed = only == null ? 1 : only; seed <= (only == null ? count : only); seed++) {
      try {
        property.check(random(seed));
      } catch (Exception | AssertionError e) {
        throw new AssertionError(e.getMessage() + System.lineSeparator() + replay(seed), e);
      }
    }
  }

  private static String replay(long seed) {
    String test = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
        .walk(frames -> frames.map(StackWalker.StackFrame::getDeclaringClass).filter(c -> c != Repeat.class).findFirst())
        .map(Class::getSimpleName).orElse("?");
    return "replay with: mvn -pl tests -am verify -Dsurefire.failIfNoSpecifiedTests=false -Dtest=" + test + " -D" + SEED + "=" + seed
        + " (was on " + Forked.describeThisJvm() + ")";
  }
}
