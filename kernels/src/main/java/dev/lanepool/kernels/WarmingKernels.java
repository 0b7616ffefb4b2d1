package dev.lanepool.kernels;

import dev.lanepool.kernels.scalar.ScalarKernels;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The SIMD twin with a quick start: a first pass of a small model would take it half a second, of a large one several, before C2 has
 * compiled it. The scalar twin serves first, on the same packed matrices.
 */
final class WarmingKernels implements Kernels {
  /**
   * Multiplications served before compiling begins: 23 tokens of roberta-base, 0.3 s of the scalar twin. Below, as for one text, compiling
   * takes longer than it saves, and keeps the processors from reading the weights where it begins with that.
   */
  private static final long FEW = 2_000_000_000;

  private final Kernels vector;
  private final Warming<Kernels> warming;

  WarmingKernels(Kernels vector) {
    this.vector = vector;
    warming = new Warming<>(vector, new ScalarKernels(vector.panelWidth()), FEW, trials(vector));
  }

  private static List<Consumer<Kernels>> trials(Kernels vector) {
    int n = 96;
    int width = vector.panelWidth();
    int rows = 2 * vector.tileRows() + 1;
    float[] a = new float[rows * n];
    float[] b = new float[n * width];
    float[] c = new float[rows * width + n];
    Workspace workspace = new Workspace(width);
    List<Consumer<Kernels>> trials = new ArrayList<>(List.of(
        k -> {
          for (int some = 1; some <= rows; some++) { // tiles of every height
            k.gemmPanel(a, 0, n, some, b, 0, n, c, 0, width, some % 2 == 0, workspace);
          }
        },
        k -> k.gemvPanel(a, 0, b, 0, n, n / 3, c, 0, workspace),
        k -> k.finishRows(Epilogue.BIAS, a, 0, width, b, 0, null, 0, 0, c, 0, width, 3, width),
        k -> k.finishRows(Epilogue.BIAS_GELU_ERF, a, 0, width, b, 0, null, 0, 0, c, 0, width, 3, width),
        k -> k.finishRows(Epilogue.BIAS_RESIDUAL, a, 0, width, b, 0, c, 0, width, c, 0, width, 3, width),
        k -> k.add(c, 0, b, 0, c, 0, n + 1),
        k -> k.addGeluErf(c, 0, b, 0, c, 0, n + 1),
        k -> k.addAdd(c, 0, b, 0, a, 0, c, 0, n + 1),
        k -> k.gemmPanelTransposed(b, 0, 10, b, 0, width, n, c, 0, width, workspace),
        k -> k.gemmPanelTransposed(b, 0, 10, b, 0, 2 * width, n / 2, c, 0, width, workspace),
        k -> k.softmaxColumnsInPlace(c, 0, rows, width, 0.1f, workspace),
        k -> k.softmaxRowInPlace(c, 0, n + 1, 0.1f),
        k -> k.layerNormRow(c, 0, a, b, 1e-5f, c, 0, n + 1)));
    if (vector.packsRows()) {
      float[] packed = new float[Math.max(rows * n, vector.packedFloats(rows, n))]; // each twin has its own layout
      trials.add(k -> {
        for (int some = 3; some <= rows; some++) {
          k.packRows(a, 0, n, some, n, packed, 0);
          k.gemmPacked(packed, 0, n, 0, some, b, 0, n, c, 0, width, some % 2 == 0, workspace);
        }
      });
    }
    return trials;
  }

  @Override
  public String name() {
    return vector.name();
  }

  @Override
  public int panelWidth() {
    return vector.panelWidth();
  }

  @Override
  public int tileRows() {
    return vector.tileRows();
  }

  @Override
  public void gemmPanel(float[] a, int aOffset, int lda, int rows, float[] panel, int panelOffset, int k,
      float[] c, int cOffset, int ldc, boolean accumulate, Workspace workspace) {
    Kernels twin = warming.now((long) rows * k * vector.panelWidth());
    twin.gemmPanel(a, aOffset, lda, rows, panel, panelOffset, k, c, cOffset, ldc, accumulate, workspace);
  }

  @Override
  public boolean packsRows() {
    return warming.now().packsRows();
  }

  @Override
  public int packedFloats(int rows, int k) {
    return vector.packedFloats(rows, k);
  }

  @Override
  public void packRows(float[] a, int aOffset, int lda, int rows, int k, float[] packed, int packedOffset) {
    vector.packRows(a, aOffset, lda, rows, k, packed, packedOffset);
  }

  @Override
  public void gemmPacked(float[] packed, int packedOffset, int depth, int from, int rows, float[] panel, int panelOffset, int k,
      float[] c, int cOffset, int ldc, boolean accumulate, Workspace workspace) {
    vector.gemmPacked(packed, packedOffset, depth, from, rows, panel, panelOffset, k, c, cOffset, ldc, accumulate, workspace);
  }

  @Override
  public void gemvPanel(float[] a, int aOffset, float[] panel, int panelOffset, int k, int slice, float[] c, int cOffset,
      Workspace workspace) {
    warming.now((long) k * vector.panelWidth()).gemvPanel(a, aOffset, panel, panelOffset, k, slice, c, cOffset, workspace);
  }

  @Override
  public void gemmPanelTransposed(float[] a, int aOffset, int rows, float[] b, int bOffset, int ldb, int k, float[] c, int cOffset, int ldc,
      Workspace workspace) {
    Kernels twin = warming.now((long) rows * k * vector.panelWidth());
    twin.gemmPanelTransposed(a, aOffset, rows, b, bOffset, ldb, k, c, cOffset, ldc, workspace);
  }

  @Override
  public void add(float[] x, int xOffset, float[] y, int yOffset, float[] out, int outOffset, int n) {
    warming.now().add(x, xOffset, y, yOffset, out, outOffset, n);
  }

  @Override
  public void addGeluErf(float[] x, int xOffset, float[] bias, int biasOffset, float[] out, int outOffset, int n) {
    warming.now().addGeluErf(x, xOffset, bias, biasOffset, out, outOffset, n);
  }

  @Override
  public void addAdd(float[] x, int xOffset, float[] bias, int biasOffset, float[] residual, int residualOffset,
      float[] out, int outOffset, int n) {
    warming.now().addAdd(x, xOffset, bias, biasOffset, residual, residualOffset, out, outOffset, n);
  }

  @Override
  public void finishRows(Epilogue epilogue, float[] sums, int sumsOffset, int lds, float[] bias, int biasOffset,
      float @Nullable [] residual, int residualOffset, int ldr, float[] c, int cOffset, int ldc, int rows, int n) {
    warming.now().finishRows(epilogue, sums, sumsOffset, lds, bias, biasOffset, residual, residualOffset, ldr, c, cOffset, ldc, rows, n);
  }

  @Override
  public void tanhInPlace(float[] x, int xOffset, int n) {
    warming.now().tanhInPlace(x, xOffset, n);
  }

  @Override
  public void softmaxRowInPlace(float[] x, int xOffset, int n, float scale) {
    warming.now().softmaxRowInPlace(x, xOffset, n, scale);
  }

  @Override
  public void softmaxColumnsInPlace(float[] x, int xOffset, int rows, int n, float scale, Workspace workspace) {
    warming.now().softmaxColumnsInPlace(x, xOffset, rows, n, scale, workspace);
  }

  @Override
  public void layerNormRow(float[] x, int xOffset, float[] gamma, float[] beta, float eps, float[] y, int yOffset, int n) {
    warming.now().layerNormRow(x, xOffset, gamma, beta, eps, y, yOffset, n);
  }

  @Override
  public void meanRows(float[] x, int xOffset, int ldx, int rows, float[] y, int yOffset, int n) {
    warming.now().meanRows(x, xOffset, ldx, rows, y, yOffset, n);
  }

  @Override
  public void maxRows(float[] x, int xOffset, int ldx, int rows, float[] y, int yOffset, int n) {
    warming.now().maxRows(x, xOffset, ldx, rows, y, yOffset, n);
  }
}
