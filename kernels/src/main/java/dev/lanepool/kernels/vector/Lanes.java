package dev.lanepool.kernels.vector;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** The vectors that all kernels use: the machine's preferred ones, but at least 128 and at most 512 bits. */
final class Lanes {
  static final VectorSpecies<Float> S = species();
  static final int V = S.length();

  /** 256-bit lanes on x86, with 16 registers: there a fence between loads is no instruction, and tells C2 in which order to take them. */
  static final boolean FENCES = V == 8 && List.of("amd64", "x86_64").contains(System.getProperty("os.arch"));

  /** What brings each lane the one so many places further, of the first half of 16, 8, 4 and 2 lanes; for sums of all lanes. */
  static final VectorShuffle<Float> BY_8 = VectorShuffle.iota(S, 8 % V, 1, true);
  static final VectorShuffle<Float> BY_4 = VectorShuffle.iota(S, 4 % V, 1, true);
  static final VectorShuffle<Float> BY_2 = VectorShuffle.iota(S, 2, 1, true);
  static final VectorShuffle<Float> BY_1 = VectorShuffle.iota(S, 1, 1, true);

  /**
   * Never written. Each accumulator is loaded from a place of its own: where all start from one zero vector, C2 may keep them in memory
   * on machines with 16 registers, at 50 GFLOPS instead of 107 (JDK 25.0.3, 256 bits, peak 116).
   */
  private static final float[] ZEROS = new float[12 * V];

  private Lanes() {}

  /** The beginning of a tile's sum, of 12 at most. */
  static FloatVector zero(int i) {
    return FloatVector.fromArray(S, ZEROS, i * V);
  }

  private static VectorSpecies<Float> species() {
    int preferred = FloatVector.SPECIES_PREFERRED.length();
    return preferred < 4 ? FloatVector.SPECIES_128 : preferred > 16 ? FloatVector.SPECIES_512 : FloatVector.SPECIES_PREFERRED;
  }
}
