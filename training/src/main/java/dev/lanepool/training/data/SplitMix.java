package dev.lanepool.training.data;

/**
 * The generator behind everything seeded here: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), written out so that a seed means the same
 * on every Java. State += 0x9E3779B97F4A7C15, then the finaliser of variant 13 (Stafford).
 */
final class SplitMix {
  private long state;

  SplitMix(long seed) {
    state = seed;
  }

  long nextLong() {
    state += 0x9E3779B97F4A7C15L;
    long z = state;
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }

  /** Uniform from 0 to {@code bound - 1}: the upper 31 bits modulo the bound, the incomplete last range drawn again. */
  int nextInt(int bound) {
    while (true) {
      int bits = (int) (nextLong() >>> 33);
      int value = bits % bound;
      if (bits - value + (bound - 1) >= 0) {
        return value;
      }
    }
  }

  /** Fisher and Yates, from the last element down. */
  void shuffle(int[] values) {
    for (int i = values.length - 1; i > 0; i--) {
      int other = nextInt(i + 1);
      int value = values[i];
      values[i] = values[other];
      values[other] = value;
    }
  }
}
