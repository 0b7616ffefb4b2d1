package dev.lanepool.kernels;

import java.util.Arrays;

/**
 * Scaled dot-product attention over packed, ragged texts: for each text and head, softmax(Q Kᵀ / sqrt D) V, "Attention is all you need",
 * equation 1. Every key of a text is attended.
 *
 * <p>One piece of work is a text and a head. Its keys and values are packed into panels once; then blocks of a few queries each hold
 * their scores, (24, T), in the cache, so that no T x T matrix exists. One instance serves one caller at a time.
 */
public final class Attention implements ThreadTeam.Task {
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
    team.run(this, (offsets.length - 1) * heads);
  }

  @Override
  public void run(int index, int worker) {
    int text = index / heads;
    int column = index % heads * d;
    int first = offsets[text];
    int t = offsets[text + 1] - first;
    if (t == 0) {
      return;
    }
    Workspace workspace = workspaces[worker];
    int keyPanels = (t + width - 1) / width;
    int valuePanels = (d + width - 1) / width;
    int rowsAtOnce = Math.min(Tuning.QUERY_ROWS, Tuning.BLOCK_ROWS);
    workspace.keys = Workspace.grown(workspace.keys, (long) keyPanels * width * d);
    workspace.values = Workspace.grown(workspace.values, (long) valuePanels * width * t);
    workspace.scores = Workspace.grown(workspace.scores, (long) rowsAtOnce * keyPanels * width);
    packKeys(workspace.keys, keyPanels, first, t, column);
    packValues(workspace.values, valuePanels, first, t, column);

    int firstQuery = queries == Queries.ALL ? first : text;
    int count = queries == Queries.ALL ? t : 1;
    for (int done = 0; done < count; done += rowsAtOnce) {
      block(workspace, firstQuery + done, Math.min(rowsAtOnce, count - done), t, column, keyPanels, valuePanels);
    }
  }

  private void block(Workspace workspace, int query, int rows, int t, int column, int keyPanels, int valuePanels) {
    float[] scores = workspace.scores; // (rows, keyPanels · P)
    int lds = keyPanels * width;
    for (int panel = 0; panel < keyPanels; panel++) {
      kernels.gemmPanel(q, query * ldq + column, ldq, rows, workspace.keys, panel * width * d, d, scores, panel * width, lds, false,
          workspace);
    }
    float scale = (float) (1 / Math.sqrt(d));
    int padded = Math.min((t + 15) / 16 * 16, lds); // whole vectors: a term of minus infinity is 0, and adds 0 to the sum's lanes
    for (int i = 0; i < rows; i++) {
      Arrays.fill(scores, i * lds + t, i * lds + padded, Float.NEGATIVE_INFINITY);
      kernels.softmaxRowInPlace(scores, i * lds, padded, scale);
    }
    for (int panel = 0; panel < valuePanels; panel++) {
      int columns = Math.min(width, d - panel * width);
      int at = query * ldo + column + panel * width;
      if (columns == width) {
        kernels.gemmPanel(scores, 0, lds, rows, workspace.values, panel * width * t, t, out, at, ldo, false, workspace);
      } else {
        float[] tile = workspace.tile;
        kernels.gemmPanel(scores, 0, lds, rows, workspace.values, panel * width * t, t, tile, 0, width, false, workspace);
        for (int i = 0; i < rows; i++) {
          System.arraycopy(tile, i * width, out, at + i * ldo, columns);
        }
      }
    }
  }

  /** Panels of P keys, each dimension after dimension: Kᵀ. What lies beyond the last key is zero and takes no part in the softmax. */
  private void packKeys(float[] keys, int panels, int first, int t, int column) {
    if (t % width != 0) {
      Arrays.fill(keys, (panels - 1) * width * d, panels * width * d, 0f);
    }
    for (int panel = 0; panel < panels; panel++) {
      int key = panel * width;
      training.transpose(kv, (first + key) * ldkv + keysAt + column, ldkv, Math.min(width, t - key), d, keys, key * d, width);
    }
  }

  /** Panels of P dimensions, each key after key. */
  private void packValues(float[] values, int panels, int first, int t, int column) {
    for (int panel = 0; panel < panels; panel++) {
      int columns = Math.min(width, d - panel * width);
      for (int key = 0; key < t; key++) {
        int from = (first + key) * ldkv + valuesAt + column + panel * width;
        int to = (panel * t + key) * width;
        System.arraycopy(kv, from, values, to, columns);
        Arrays.fill(values, to + columns, to + width, 0f);
      }
    }
  }
}
