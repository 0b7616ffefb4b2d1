package dev.lanepool.kernels;

import java.util.Arrays;

/** Scratch memory of one worker of a {@link ThreadTeam}. Grows to the largest piece of work seen, then stays. */
public final class Workspace {
  /** Attention: output of a panel that is narrower than P, (P, P). */
  final float[] tile;

  /** Accumulators of the scalar twin, (16, P): arrays of their own, so that C2 vectorises the loops over them. */
  public final float[][] accumulators;

  /** Panel rows of the scalar twin, (8, P), for the same reason. */
  public final float[][] panelRows;

  private final float[][] columnAccumulators; // the scalar twin's with many rows: (P, rows)
  private final float[][] columns = new float[8][]; // (8, rows)

  final Prefetch prefetch;

  float[] queries = {}; // attention: a panel of Qᵀ, (D, P)
  float[] scores = {}; // attention: a panel of scores, (T + 1, P)
  float[] keys = {}; // attention: packed rows of K, (T, D)
  float[] values = {}; // attention: panels of V, (D / P rounded up, T rounded up to 2, P)

  private float[] widened = {}; // product with reduced panels: (SLICE, P)
  private float[] sums = {}; // product: (blocks, panels, rows, P); transposed product: (panels, rows, P)
  private float[] packed = {}; // product: a block's rows, packed; transposed product: (panels, depth + 1, P)

  /** Empty but for what every kernel needs. */
  public Workspace() {
    this(Kernels.active().panelWidth());
  }

  Workspace(int width) {
    prefetch = new Prefetch(width);
    tile = new float[width * width];
    accumulators = new float[16][width];
    panelRows = new float[8][width];
    columnAccumulators = new float[width][];
    Arrays.setAll(columnAccumulators, _ -> new float[0]);
    Arrays.setAll(columns, _ -> new float[0]);
  }

  /** The scalar twin's accumulators of so many rows, a column after the other: (P, at least rows). */
  public float[][] columnAccumulators(int rows) {
    return grown(columnAccumulators, rows);
  }

  /** Columns of A with so many rows for the scalar twin: (8, at least rows). */
  public float[][] columns(int rows) {
    return grown(columns, rows);
  }

  private static float[][] grown(float[][] scratch, int floats) {
    if (scratch[scratch.length - 1].length < floats) { // the last to grow
      Arrays.setAll(scratch, _ -> new float[floats]);
    }
    return scratch;
  }

  /** One for each worker of a team. */
  public static Workspace[] forTeam(ThreadTeam team) {
    Workspace[] workspaces = new Workspace[team.threads()];
    for (int i = 0; i < workspaces.length; i++) {
      workspaces[i] = new Workspace();
    }
    return workspaces;
  }

  float[] widened(int floats) {
    return widened = grown(widened, floats);
  }

  float[] sums(int floats) {
    return sums = grown(sums, floats);
  }

  float[] packed(int floats) {
    return packed = grown(packed, floats);
  }

  static float[] grown(float[] scratch, long floats) {
    return scratch.length >= floats ? scratch : new float[Math.toIntExact(floats)];
  }
}
