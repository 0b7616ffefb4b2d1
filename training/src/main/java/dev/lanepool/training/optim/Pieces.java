package dev.lanepool.training.optim;

import dev.lanepool.kernels.ThreadTeam;
import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Param;
import java.util.List;

/** Parameters cut into pieces for a team. The cuts depend on the sizes alone, so that sums over pieces do not depend on the threads. */
final class Pieces {
  /** Floats in a piece: four arrays of it are 128 KiB. */
  private static final int SIZE = 8192;

  private final List<Param> params;
  private final int[] param; // by piece, which parameter
  private final int[] from;
  private final int[] to;
  private final long floats;

  Pieces(List<Param> params) {
    this.params = params;
    int count = 0;
    long all = 0;
    for (Param each : params) {
      count += Math.ceilDiv(each.values().length, SIZE);
      all += each.values().length;
    }
    floats = all;
    param = new int[count];
    from = new int[count];
    to = new int[count];
    int piece = 0;
    for (int p = 0; p < params.size(); p++) {
      int length = params.get(p).values().length;
      for (int at = 0; at < length; at += SIZE) {
        param[piece] = p;
        from[piece] = at;
        to[piece] = Math.min(length, at + SIZE);
        piece++;
      }
    }
  }

  int count() {
    return param.length;
  }

  /** Which parameter a piece is of. */
  int param(int piece) {
    return param[piece];
  }

  int from(int piece) {
    return from[piece];
  }

  int to(int piece) {
    return to[piece];
  }

  /** Runs a task over all pieces. */
  void run(Compute compute, ThreadTeam.Task task) {
    compute.run(task, param.length, floats);
  }

  /** Looks up every parameter's gradient. */
  void gradients(Grads grads, float[][] into) {
    for (int p = 0; p < into.length; p++) {
      into[p] = grads.of(params.get(p));
    }
  }
}
