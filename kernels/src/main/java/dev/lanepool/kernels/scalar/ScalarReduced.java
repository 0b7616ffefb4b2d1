package dev.lanepool.kernels.scalar;

import dev.lanepool.kernels.ReducedKernels;
import dev.lanepool.kernels.Storage;
import dev.lanepool.kernels.Workspace;
import java.util.Arrays;

/** The scalar twin: {@link ScalarGemm} copies panel rows out anyway, so here it widens them on the way. */
public final class ScalarReduced implements ReducedKernels {
  private static final int DEPTH = ScalarGemm.DEPTH;

  private final int width;

  /** With the panels of these scalar kernels. */
  public ScalarReduced() {
    this(ScalarGemm.PANEL);
  }

  /** With the panels of another twin. */
  public ScalarReduced(int panelWidth) {
    width = panelWidth;
  }

  @Override
  public int fewRows(Storage storage) {
    return ScalarGemm.ROWS;
  }

  @Override
  public void widenBf16(short[] panel, int panelOffset, int k, float[] out) {
    for (int i = 0; i < k; i++) {
      bf16(panel, panelOffset + i * width, out, i * width);
    }
  }

  @Override
  public void widenInt8(byte[] panel, int panelOffset, int k, float[] scales, int scalesOffset, float[] out) {
    for (int i = 0; i < k; i++) {
      int8(panel, panelOffset, i, scales, scalesOffset, out, i * width);
    }
  }

  @Override
  public void gemmPanelBf16(float[] a, int aOffset, int lda, int rows, short[] panel, int panelOffset, int k,
      float[] c, int cOffset, int ldc, boolean accumulate, Workspace workspace) {
    start(rows, workspace);
    for (int i = 0; i < k; i += DEPTH) {
      int depth = Math.min(DEPTH, k - i);
      for (int d = 0; d < depth; d++) {
        bf16(panel, panelOffset + (i + d) * width, workspace.panelRows[d], 0);
      }
      ScalarGemm.add(workspace.accumulators, workspace.panelRows, width, depth, a, aOffset + i, lda, 1, rows);
    }
    ScalarGemm.store(workspace, c, cOffset, ldc, rows, width, accumulate);
  }

  @Override
  public void gemmPanelInt8(float[] a, int aOffset, int lda, int rows, byte[] panel, int panelOffset, int k, float[] scales,
      int scalesOffset, float[] c, int cOffset, int ldc, boolean accumulate, Workspace workspace) {
    start(rows, workspace);
    for (int i = 0; i < k; i += DEPTH) {
      int depth = Math.min(DEPTH, k - i);
      for (int d = 0; d < depth; d++) {
        int8(panel, panelOffset, i + d, scales, scalesOffset, workspace.panelRows[d], 0);
      }
      ScalarGemm.add(workspace.accumulators, workspace.panelRows, width, depth, a, aOffset + i, lda, 1, rows);
    }
    ScalarGemm.store(workspace, c, cOffset, ldc, rows, width, accumulate);
  }

  private static void start(int rows, Workspace workspace) {
    for (int row = 0; row < rows; row++) {
      Arrays.fill(workspace.accumulators[row], 0f);
    }
  }

  /** One step of K: P columns. */
  private void bf16(short[] panel, int at, float[] out, int to) {
    int half = width / 2;
    for (int j = 0; j < half; j++) {
      out[to + j] = Float.intBitsToFloat(panel[at + 2 * j] << 16);
      out[to + half + j] = Float.intBitsToFloat(panel[at + 2 * j + 1] << 16);
    }
  }

  private void int8(byte[] panel, int panelOffset, int k, float[] scales, int scalesOffset, float[] out, int to) {
    int half = width / 2;
    int at = panelOffset + k / 2 * 2 * width + k % 2 * 2;
    for (int j = 0; j < half; j++) {
      out[to + j] = ((panel[at + 4 * j] & 0xff) - 128) * scales[scalesOffset + j];
      out[to + half + j] = ((panel[at + 4 * j + 1] & 0xff) - 128) * scales[scalesOffset + half + j];
    }
  }
}
