package dev.lanepool.bench;

import dev.lanepool.kernels.ThreadTeam;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The machine's peak: a loop of 12 independent chains of multiply-adds in registers, on all threads of a team. */
final class FmaPeak {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int STEPS = 500;
  private static final int PIECES = 200; // many: a thread that wakes late still gets its share

  private final ThreadTeam team;
  private final float[] sinks; // by worker: keeps the loop's result alive

  FmaPeak(ThreadTeam team) {
    this.team = team;
    sinks = new float[team.threads()];
  }

  /** Runs for about a millisecond, and returns the floating-point operations done. */
  long run() {
    team.run((piece, worker) -> sinks[worker] += chains(), PIECES);
    return 4 * 24L * S.length() * STEPS * PIECES;
  }

  private static float chains() {
    FloatVector a = FloatVector.broadcast(S, 0.9999f);
    FloatVector b = FloatVector.broadcast(S, 1e-4f);
    FloatVector c0 = b.mul(2), c1 = b.mul(3), c2 = b.mul(4), c3 = b.mul(5), c4 = b.mul(6), c5 = b.mul(7);
    FloatVector c6 = b.mul(8), c7 = b.mul(9), c8 = b.mul(10), c9 = b.mul(11), c10 = b.mul(12), c11 = b.mul(13);
    // Four rounds written out: a short loop C2 unrolls by itself, chain by chain, and the rounds of a chain wait for each other.
    for (int i = 0; i < STEPS; i++) {
      c0 = a.fma(b, c0); c1 = a.fma(b, c1); c2 = a.fma(b, c2); c3 = a.fma(b, c3);
      c4 = a.fma(b, c4); c5 = a.fma(b, c5); c6 = a.fma(b, c6); c7 = a.fma(b, c7);
      c8 = a.fma(b, c8); c9 = a.fma(b, c9); c10 = a.fma(b, c10); c11 = a.fma(b, c11);
      c0 = a.fma(b, c0); c1 = a.fma(b, c1); c2 = a.fma(b, c2); c3 = a.fma(b, c3);
      c4 = a.fma(b, c4); c5 = a.fma(b, c5); c6 = a.fma(b, c6); c7 = a.fma(b, c7);
      c8 = a.fma(b, c8); c9 = a.fma(b, c9); c10 = a.fma(b, c10); c11 = a.fma(b, c11);
      c0 = a.fma(b, c0); c1 = a.fma(b, c1); c2 = a.fma(b, c2); c3 = a.fma(b, c3);
      c4 = a.fma(b, c4); c5 = a.fma(b, c5); c6 = a.fma(b, c6); c7 = a.fma(b, c7);
      c8 = a.fma(b, c8); c9 = a.fma(b, c9); c10 = a.fma(b, c10); c11 = a.fma(b, c11);
      c0 = a.fma(b, c0); c1 = a.fma(b, c1); c2 = a.fma(b, c2); c3 = a.fma(b, c3);
      c4 = a.fma(b, c4); c5 = a.fma(b, c5); c6 = a.fma(b, c6); c7 = a.fma(b, c7);
      c8 = a.fma(b, c8); c9 = a.fma(b, c9); c10 = a.fma(b, c10); c11 = a.fma(b, c11);
    }
    return c0.add(c1).add(c2).add(c3).add(c4).add(c5).add(c6).add(c7).add(c8).add(c9).add(c10).add(c11).lane(0);
  }
}
