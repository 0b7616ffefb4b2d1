package dev.lanepool.kernels.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The vectors that all kernels use: the machine's preferred ones, but at least 128 and at most 512 bits. */
final class Lanes {
  static final VectorSpecies<Float> S = species();
  static final int V = S.length();

  private Lanes() {}

  private static VectorSpecies<Float> species() {
    int preferred = FloatVector.SPECIES_PREFERRED.length();
    return preferred < 4 ? FloatVector.SPECIES_128 : preferred > 16 ? FloatVector.SPECIES_512 : FloatVector.SPECIES_PREFERRED;
  }
}
