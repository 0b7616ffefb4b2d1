package dev.lanepool.kernels.vector;

import dev.lanepool.kernels.Epilogue;
import dev.lanepool.kernels.Kernels;
import dev.lanepool.kernels.Workspace;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The SIMD twin. */
public final class VectorKernels implements Kernels {

  @Override
  public String name() {
    return "vector (" + Lanes.V + " lanes)";
  }

  @Override
  public int panelWidth() {
    return VectorGemm.PANEL;
  }

  @Override
  public int tileRows() {
    return VectorGemm.ROWS;
  }

  @Override
  public void gemmPanel(float[] a, int aOffset, int lda, int rows, float[] panel, int panelOffset, int k,
      float[] c, int cOffset, int ldc, boolean accumulate, Workspace workspace) {
    VectorGemm.panel(a, aOffset, lda, rows, panel, panelOffset, k, c, cOffset, ldc, accumulate);
  }

  @Override
  public boolean packsRows() {
    return Lanes.FENCES;
  }

  @Override
  public int packedFloats(int rows, int k) {
    return PackedTiles.floats(rows, k);
  }

  @Override
  public void packRows(float[] a, int aOffset, int lda, int rows, int k, float[] packed, int packedOffset) {
    PackedTiles.pack(a, aOffset, lda, rows, k, packed, packedOffset);
  }

  @Override
  public void packColumns(float[] a, int aOffset, int lda, int rows, int k, float[] packed, int packedOffset) {
    PackedTiles.packColumns(a, aOffset, lda, rows, k, packed, packedOffset);
  }

  @Override
  public void gemmPacked(float[] packed, int packedOffset, int rows, float[] panel, int panelOffset, int k,
      float[] c, int cOffset, int ldc, boolean accumulate, Workspace workspace) {
    PackedTiles.panel(packed, packedOffset, rows, panel, panelOffset, k, c, cOffset, ldc, accumulate);
  }

  @Override
  public void gemvPanel(float[] a, int aOffset, float[] panel, int panelOffset, int k, int slice, float[] c, int cOffset,
      Workspace workspace) {
    VectorGemm.row(a, aOffset, panel, panelOffset, k, slice, c, cOffset);
  }

  @Override
  public void gemmPanelTransposed(float[] a, int aOffset, int rows, float[] b, int bOffset, int ldb, int k, float[] c, int cOffset, int ldc,
      Workspace workspace) {
    if (Lanes.FENCES && ldb == VectorGemm.PANEL && k % 2 == 0) {
      PackedValues.product(a, aOffset, rows, b, bOffset, k, c, cOffset, ldc);
    } else {
      VectorAttention.panelTransposed(a, aOffset, rows, b, bOffset, ldb, k, c, cOffset, ldc);
    }
  }

  @Override
  public void copyPanel(float[] x, int xOffset, int ldx, int rows, float[] to, int toOffset) {
    VectorAttention.copyPanel(x, xOffset, ldx, rows, to, toOffset);
  }

  @Override
  public void add(float[] x, int xOffset, float[] y, int yOffset, float[] out, int outOffset, int n) {
    VectorActivations.add(x, xOffset, y, yOffset, out, outOffset, n);
  }

  @Override
  public void addGeluErf(float[] x, int xOffset, float[] bias, int biasOffset, float[] out, int outOffset, int n) {
    VectorActivations.addGeluErf(x, xOffset, bias, biasOffset, out, outOffset, n);
  }

  @Override
  public void addAdd(float[] x, int xOffset, float[] bias, int biasOffset, float[] residual, int residualOffset,
      float[] out, int outOffset, int n) {
    VectorActivations.addAdd(x, xOffset, bias, biasOffset, residual, residualOffset, out, outOffset, n);
  }

  @Override
  public void finishRows(Epilogue epilogue, float[] sums, int sumsOffset, int lds, float[] bias, int biasOffset,
      float @Nullable [] residual, int residualOffset, int ldr, float[] c, int cOffset, int ldc, int rows, int n) {
    if (n != VectorGemm.PANEL) {
      Kernels.super.finishRows(epilogue, sums, sumsOffset, lds, bias, biasOffset, residual, residualOffset, ldr, c, cOffset, ldc, rows, n);
      return;
    }
    switch (epilogue) {
      case BIAS -> VectorEpilogues.add(sums, sumsOffset, lds, bias, biasOffset, c, cOffset, ldc, rows);
      case BIAS_GELU_ERF -> VectorEpilogues.addGeluErf(sums, sumsOffset, lds, bias, biasOffset, c, cOffset, ldc, rows);
      case BIAS_RESIDUAL -> VectorEpilogues.addAdd(sums, sumsOffset, lds, bias, biasOffset, Objects.requireNonNull(residual),
          residualOffset, ldr, c, cOffset, ldc, rows);
    }
  }

  @Override
  public void tanhInPlace(float[] x, int xOffset, int n) {
    VectorActivations.tanhInPlace(x, xOffset, n);
  }

  @Override
  public void softmaxRowInPlace(float[] x, int xOffset, int n, float scale) {
    VectorRows.softmaxRowInPlace(x, xOffset, n, scale);
  }

  @Override
  public void softmaxColumnsInPlace(float[] x, int xOffset, int rows, int n, float scale, Workspace workspace) {
    VectorAttention.softmaxColumns(x, xOffset, rows, n, scale, workspace.panelRows[0]);
  }

  @Override
  public void layerNormRow(float[] x, int xOffset, float[] gamma, float[] beta, float eps, float[] y, int yOffset, int n) {
    VectorRows.layerNormRow(x, xOffset, gamma, beta, eps, y, yOffset, n);
  }

  @Override
  public void meanRows(float[] x, int xOffset, int ldx, int rows, float[] y, int yOffset, int n) {
    VectorRows.meanRows(x, xOffset, ldx, rows, y, yOffset, n);
  }

  @Override
  public void maxRows(float[] x, int xOffset, int ldx, int rows, float[] y, int yOffset, int n) {
    VectorRows.maxRows(x, xOffset, ldx, rows, y, yOffset, n);
  }
}
