package dev.lanepool.kernels;

import java.util.Arrays;

/**
 * Scaled dot-product attention over packed, ragged texts: for each text and head, softmax(Q Kᵀ / sqrt D) V, "Attention is all you need",
 * equation 1. Every key of a text is attended.
 *
 * <p>One piece of work is a text and a head; the last ones, if long, are cut into parts of their queries, so that no thread waits long.
 * P queries at a time have their scores in the cache, (T, P), so that no T x T matrix exists: a query is a lane, and softmax a matter of
 * whole vectors. Keys and values are read where they lie, unless their packing pays for itself or values do not fill panels. One instance
 * serves one caller at a time.
 */
public final class Attention implements ThreadTeam.Task {
  /** Of a text's head that is cut. */
  private static final int PARTS = Tuning.TASKS_PER_THREAD;

  private final Kernels kernels = Kernels.active();
  private final TrainingKernels training = TrainingKernels.active();
  private final int width = kernels.panelWidth();
  private final ThreadTeam team;
  private final Workspace[] workspaces;

  private float[] q = {};
  private int ldq;
  private float[] kv = {};
  private int ldkv;
  private int keysAt;
  private int valuesAt;
  private int[] offsets = {};
  private Queries queries = Queries.ALL;
  private int heads;
  private int d;
  private float[] out = {};
  private int ldo;
  int whole; // heads, of all texts, that are one piece each; package-private for its test

  /** Whose attention is asked for. */
  public enum Queries {
    /** Every token's: Q holds the R packed rows. */
    ALL,
    /** One token's of each text: Q holds B rows. */
    ONE_PER_TEXT
  }

  /** For work on this team, with one workspace for each of its workers. */
  public Attention(ThreadTeam team, Workspace[] workspaces) {
    this.team = team;
    this.workspaces = workspaces;
  }

  /**
   * out[queries, H·D] = the heads' attention side by side. Overwrites {@code out}, which must not overlap the inputs.
   *
   * @param q (queries, H·D) from float 0, rows {@code ldq} apart
   * @param kv (R, ...), rows {@code ldkv} apart: a row's H·D key floats from {@code keysAt}, its value floats from {@code valuesAt}
   * @param offsets where each text's rows start, then R: B + 1
   * @param d D, the width of a head
   * @param out (queries, H·D), rows {@code ldo} apart
   * @throws IndexOutOfBoundsException where an array is too short
   * @throws IllegalStateException where the team is closed
   */
  public void attend(float[] q, int ldq, float[] kv, int ldkv, int keysAt, int valuesAt, int[] offsets, Queries queries, int heads, int d,
      float[] out, int ldo) {
    this.q = q;
    this.ldq = ldq;
    this.kv = kv;
    this.ldkv = ldkv;
    this.keysAt = keysAt;
    this.valuesAt = valuesAt;
    this.offsets = offsets;
    this.queries = queries;
    this.heads = heads;
    this.d = d;
    this.out = out;
    this.ldo = ldo;
    int texts = offsets.length - 1;
    int all = texts * heads;
    boolean cuts = team.threads() > 1 && texts > 0 && offsets[texts] - offsets[texts - 1] >= PARTS * width;
    whole = cuts ? Math.max(0, all - team.threads()) : all;
    team.run(this, whole + (all - whole) * PARTS);
  }

  @Override
  public void run(int index, int worker) {
    boolean cut = index >= whole;
    int head = cut ? whole + (index - whole) / PARTS : index; // of all texts
    int text = head / heads;
    int column = head % heads * d;
    int first = offsets[text];
    int t = offsets[text + 1] - first;
    int count = queries == Queries.ALL ? t : Math.min(t, 1);
    int blocks = (count + width - 1) / width;
    int part = cut ? (index - whole) % PARTS : 0;
    int from = cut ? part * blocks / PARTS * width : 0;
    int to = cut ? Math.min((part + 1) * blocks / PARTS * width, count) : count;
    if (from >= to) {
      return;
    }
    Workspace workspace = workspaces[worker];
    workspace.queries = Workspace.grown(workspace.queries, (long) d * width);
    workspace.scores = Workspace.grown(workspace.scores, (t + 1L) * width);
    boolean packs = kernels.packsRows();
    boolean packsKeys = packs && d % 2 == 0 && to - from > Tuning.QUERIES_OF_KEYS_IN_PLACE;
    if (packsKeys) {
      workspace.keys = Workspace.grown(workspace.keys, kernels.packedFloats(t, d));
      kernels.packRows(kv, first * ldkv + keysAt + column, ldkv, t, d, workspace.keys, 0);
    }
    boolean packsValues = packs && to - from > Tuning.QUERIES_OF_VALUES_IN_PLACE || d % width != 0 || t > Tuning.KEYS_IN_PLACE;
    if (packsValues) {
      packValues(workspace, first, t, column);
    }
    int firstQuery = queries == Queries.ALL ? first : text;
    for (int done = from; done < to; done += width) {
      int query = firstQuery + done;
      int rows = Math.min(width, to - done);
      scores(workspace, query, rows, first, t, column, packsKeys);
      values(workspace, query, rows, first, t, column, packsValues);
    }
  }

  /** The attention of at most P queries to each key: (T, P), and a row of -0, which with a key of zeros changes no sum. */
  private void scores(Workspace workspace, int query, int rows, int first, int t, int column, boolean packed) {
    // Qᵀ, a panel. Lanes without a query hold what was there before: no lane meets another, and theirs are not used.
    training.transpose(q, query * ldq + column, ldq, rows, d, workspace.queries, 0, width);
    float[] scores = workspace.scores;
    if (packed) {
      kernels.gemmPacked(workspace.keys, 0, t, workspace.queries, 0, d, scores, 0, width, false, workspace);
    } else {
      kernels.gemmPanel(kv, first * ldkv + keysAt + column, ldkv, t, workspace.queries, 0, d, scores, 0, width, false, workspace);
    }
    int lanes = Math.min((rows + 15) / 16 * 16, width); // whole vectors
    kernels.softmaxColumnsInPlace(scores, 0, t, lanes, (float) (1 / Math.sqrt(d)), workspace);
    Arrays.fill(scores, t * width, (t + 1) * width, -0f);
  }

  /** The values that such scores give. */
  private void values(Workspace workspace, int query, int rows, int first, int t, int column, boolean packed) {
    int keys = packed ? t + t % 2 : t;
    for (int panel = 0; panel * width < d; panel++) {
      float[] values = packed ? workspace.values : kv;
      int from = packed ? panel * width * keys : first * ldkv + valuesAt + column + panel * width;
      int ldv = packed ? width : ldkv;
      int at = query * ldo + column + panel * width;
      int columns = Math.min(width, d - panel * width);
      if (columns == width) {
        kernels.gemmPanelTransposed(workspace.scores, 0, rows, values, from, ldv, keys, out, at, ldo, workspace);
      } else {
        float[] tile = workspace.tile;
        kernels.gemmPanelTransposed(workspace.scores, 0, rows, values, from, ldv, keys, tile, 0, width, workspace);
        for (int i = 0; i < rows; i++) {
          System.arraycopy(tile, i * width, out, at + i * ldo, columns);
        }
      }
    }
  }

  /** Panels of P dimensions, each key after key; a key of zeros behind an odd number of them. */
  private void packValues(Workspace workspace, int first, int t, int column) {
    int keys = t + t % 2;
    int panels = (d + width - 1) / width;
    float[] values = workspace.values = Workspace.grown(workspace.values, (long) panels * width * keys);
    for (int panel = 0; panel < panels; panel++) {
      int from = first * ldkv + valuesAt + column + panel * width;
      int to = panel * keys * width;
      int columns = Math.min(width, d - panel * width);
      if (columns == width) {
        kernels.copyPanel(kv, from, ldkv, t, values, to);
      } else {
        for (int key = 0; key < t; key++, from += ldkv) {
          System.arraycopy(kv, from, values, to + key * width, columns);
          Arrays.fill(values, to + key * width + columns, to + (key + 1) * width, 0f);
        }
      }
      Arrays.fill(values, to + t * width, to + keys * width, 0f);
    }
  }
}
