package dev.lanepool.nn;

/**
 * The generator behind what is seeded here: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), written out so that a seed means the same on
 * every Java. State += 0x9E3779B97F4A7C15, then the finaliser of variant 13 (Stafford).
 */
public final class SplitMix {
  /** What the state grows by: 2^64 divided by the golden ratio, made odd. */
  public static final long GAMMA = 0x9E3779B97F4A7C15L;

  private long state;

  /** Begins at a state. */
  public SplitMix(long seed) {
    state = seed;
  }

  /** Begins anew, as a generator made with this seed. */
  public void begin(long seed) {
    state = seed;
  }

  /** The finaliser: each bit of {@code z} decides about half of the bits. */
  public static long mix(long z) {
    long once = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    long twice = (once ^ once >>> 27) * 0x94D049BB133111EBL;
    return twice ^ twice >>> 31;
  }

  /** The next 64 bits. */
  public long nextLong() {
    state += GAMMA;
    return mix(state);
  }

  /**
   * Uniform from 0 to {@code bound - 1}: the upper 31 bits modulo the bound, the incomplete last range drawn again.
   *
   * @param bound at least 1
   */
  public int nextInt(int bound) {
    while (true) {
      int bits = (int) (nextLong() >>> 33);
      int value = bits % bound;
      if (bits - value + (bound - 1) >= 0) {
        return value;
      }
    }
  }

  /** Puts values in a random order: Fisher and Yates, from the last element down. */
  public void shuffle(int[] values) {
    for (int i = values.length - 1; i > 0; i--) {
      int other = nextInt(i + 1);
      int value = values[i];
      values[i] = values[other];
      values[other] = value;
    }
  }
}
