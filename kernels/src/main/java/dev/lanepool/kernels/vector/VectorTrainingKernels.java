package dev.lanepool.kernels.vector;

import dev.lanepool.kernels.TrainingKernels;
import dev.lanepool.kernels.scalar.ScalarTrainingKernels;

/** The SIMD twin of what training needs. */
public final class VectorTrainingKernels implements TrainingKernels {
  private final TrainingKernels scalar = new ScalarTrainingKernels();

  @Override
  public void axpyAcc(float alpha, float[] x, int xOffset, float[] y, int yOffset, int n) {
    VectorSums.axpyAcc(alpha, x, xOffset, y, yOffset, n);
  }

  @Override
  public float dot(float[] x, int xOffset, float[] y, int yOffset, int n) {
    return VectorSums.dot(x, xOffset, y, yOffset, n);
  }

  @Override
  public void sumRowsAcc(float[] x, int xOffset, int ldx, int rows, float[] y, int yOffset, int n) {
    VectorSums.sumRowsAcc(x, xOffset, ldx, rows, y, yOffset, n);
  }

  @Override
  public void maxRowsArg(float[] x, int xOffset, int ldx, int rows, float[] y, int yOffset, int[] argmax, int argmaxOffset, int n) {
    VectorSums.maxRowsArg(x, xOffset, ldx, rows, y, yOffset, argmax, argmaxOffset, n);
  }

  /** The scalar twin's: its blocks are bound by loads and stores, which are as many in vectors that are gathered. */
  @Override
  public void transpose(float[] x, int xOffset, int ldx, int rows, int columns, float[] y, int yOffset, int ldy) {
    scalar.transpose(x, xOffset, ldx, rows, columns, y, yOffset, ldy);
  }

  @Override
  public void standardizeRow(float[] x, int xOffset, float[] mean, float[] scale, float[] y, int yOffset, int n) {
    VectorRows.standardizeRow(x, xOffset, mean, scale, y, yOffset, n);
  }

  @Override
  public void tanhBackward(float[] dy, int dyOffset, float[] y, int yOffset, float[] dx, int dxOffset, int n) {
    VectorBackward.tanhBackward(dy, dyOffset, y, yOffset, dx, dxOffset, n);
  }

  @Override
  public void geluErfBackward(float[] dy, int dyOffset, float[] x, int xOffset, float[] dx, int dxOffset, int n) {
    int i = VectorBackward.geluErfBackward(dy, dyOffset, x, xOffset, dx, dxOffset, n);
    if (i < n) {
      scalar.geluErfBackward(dy, dyOffset + i, x, xOffset + i, dx, dxOffset + i, n - i);
    }
  }

  @Override
  public void softmaxRowBackward(float[] dy, int dyOffset, float[] y, int yOffset, float[] dx, int dxOffset, int n) {
    VectorBackward.softmaxRowBackward(dy, dyOffset, y, yOffset, dx, dxOffset, n);
  }

  @Override
  public void layerNormRowBackward(float[] dy, int dyOffset, float[] x, int xOffset, float[] gamma, float eps,
      float[] dx, int dxOffset, float[] dGamma, float[] dBeta, int n) {
    VectorBackward.layerNormRowBackward(dy, dyOffset, x, xOffset, gamma, eps, dx, dxOffset, dGamma, dBeta, n);
  }

  @Override
  public void lstmCell(float[] gates, int gatesOffset, float[] cPrevious, int cPreviousOffset, float[] c, int cOffset,
      float[] h, int hOffset, int n) {
    VectorLstm.cell(gates, gatesOffset, cPrevious, cPreviousOffset, c, cOffset, h, hOffset, n);
  }

  @Override
  public void lstmCellBackward(float[] dh, int dhOffset, float[] gates, int gatesOffset, float[] cPrevious, int cPreviousOffset,
      float[] c, int cOffset, float[] dc, int dcOffset, float[] dGates, int dGatesOffset, int n) {
    VectorLstm.cellBackward(dh, dhOffset, gates, gatesOffset, cPrevious, cPreviousOffset, c, cOffset, dc, dcOffset,
        dGates, dGatesOffset, n);
  }
}
