package dev.lanepool.bench;

import dev.lanepool.kernels.ThreadTeam;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Reads an array and adds it up, each thread an equal part in one go: as fast as memory gives it. */
final class ReadSum {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;

  private final ThreadTeam team;
  private final float[] values;
  private final float[] sinks; // by worker: keeps the loop's result alive

  ReadSum(ThreadTeam team, float[] values) {
    this.team = team;
    this.values = values;
    sinks = new float[team.threads()];
  }

  void run() {
    int threads = team.threads();
    team.run((piece, worker) -> sinks[worker] +=
        sum((int) ((long) values.length * piece / threads), (int) ((long) values.length * (piece + 1) / threads)), threads);
  }

  /** Four chains; what does not fill them at the end is left out. */
  private float sum(int from, int to) {
    int v = S.length();
    FloatVector s0 = FloatVector.zero(S), s1 = s0, s2 = s0, s3 = s0;
    for (int i = from; i <= to - 4 * v; i += 4 * v) {
      s0 = s0.add(FloatVector.fromArray(S, values, i));
      s1 = s1.add(FloatVector.fromArray(S, values, i + v));
      s2 = s2.add(FloatVector.fromArray(S, values, i + 2 * v));
      s3 = s3.add(FloatVector.fromArray(S, values, i + 3 * v));
    }
    return s0.add(s1).add(s2.add(s3)).lane(0);
  }
}
