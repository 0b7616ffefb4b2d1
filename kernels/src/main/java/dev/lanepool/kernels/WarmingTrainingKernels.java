package dev.lanepool.kernels;

import dev.lanepool.kernels.scalar.ScalarTrainingKernels;
import dev.lanepool.kernels.vector.VectorTrainingKernels;
import java.util.function.ObjIntConsumer;

/**
 * The SIMD twin of what training needs, with a quick start: each kernel is served by the scalar twin until the other's is compiled, and
 * compiled only where it is used.
 */
final class WarmingTrainingKernels implements TrainingKernels {
  private static final int N = Warming.MOST_LENGTH;

  private final TrainingKernels vector = new VectorTrainingKernels();
  private final TrainingKernels scalar = new ScalarTrainingKernels();

  // Of the trials. Not what training computes with, so that they may run into each other.
  private final float[] x = new float[Warming.ROWS * N];
  private final float[] y = new float[4 * N];
  private final float[] z = new float[4 * N];
  private final int[] rows = new int[N];

  private final Warming<TrainingKernels> axpy = sums((k, n) -> k.axpyAcc(0, x, 0, y, 0, n));
  private final Warming<TrainingKernels> dot = sums((k, n) -> z[0] = k.dot(x, 0, y, 0, n));
  private final Warming<TrainingKernels> sum = sums((k, n) -> k.sumRowsAcc(x, 0, N, Warming.ROWS, y, 0, n));
  private final Warming<TrainingKernels> max = sums((k, n) -> k.maxRowsArg(x, 0, N, Warming.ROWS, y, 0, rows, 0, n));
  private final Warming<TrainingKernels> standardize = sums((k, n) -> k.standardizeRow(x, 0, y, y, z, 0, n));
  private final Warming<TrainingKernels> tanh = functions((k, n) -> k.tanhBackward(x, 0, y, 0, z, 0, n));
  private final Warming<TrainingKernels> gelu = functions((k, n) -> k.geluErfBackward(x, 0, y, 0, z, 0, n));
  private final Warming<TrainingKernels> softmax = functions((k, n) -> k.softmaxRowBackward(x, 0, y, 0, z, 0, n));
  private final Warming<TrainingKernels> norm = functions((k, n) -> k.layerNormRowBackward(x, 0, x, 0, x, 1, y, 0, z, z, n));
  private final Warming<TrainingKernels> cell = functions((k, n) -> k.lstmCell(y, 0, x, 0, z, 0, z, N, n));
  private final Warming<TrainingKernels> cellBackward =
      functions((k, n) -> k.lstmCellBackward(x, 0, x, 0, x, 0, x, 0, y, 0, z, 0, n));

  private Warming<TrainingKernels> sums(ObjIntConsumer<TrainingKernels> trial) {
    return Warming.ofRows(vector, scalar, Warming.FEW_FOR_SUMS, trial);
  }

  private Warming<TrainingKernels> functions(ObjIntConsumer<TrainingKernels> trial) {
    return Warming.ofRows(vector, scalar, Warming.FEW_FOR_FUNCTIONS, trial);
  }

  @Override
  public void axpyAcc(float alpha, float[] x, int xOffset, float[] y, int yOffset, int n) {
    axpy.now(n).axpyAcc(alpha, x, xOffset, y, yOffset, n);
  }

  @Override
  public float dot(float[] x, int xOffset, float[] y, int yOffset, int n) {
    return dot.now(n).dot(x, xOffset, y, yOffset, n);
  }

  @Override
  public void sumRowsAcc(float[] x, int xOffset, int ldx, int rows, float[] y, int yOffset, int n) {
    sum.now((long) rows * n).sumRowsAcc(x, xOffset, ldx, rows, y, yOffset, n);
  }

  @Override
  public void maxRowsArg(float[] x, int xOffset, int ldx, int rows, float[] y, int yOffset, int[] argmax, int argmaxOffset, int n) {
    max.now((long) rows * n).maxRowsArg(x, xOffset, ldx, rows, y, yOffset, argmax, argmaxOffset, n);
  }

  /** Both twins' is the same. */
  @Override
  public void transpose(float[] x, int xOffset, int ldx, int rows, int columns, float[] y, int yOffset, int ldy) {
    scalar.transpose(x, xOffset, ldx, rows, columns, y, yOffset, ldy);
  }

  @Override
  public void standardizeRow(float[] x, int xOffset, float[] mean, float[] scale, float[] y, int yOffset, int n) {
    standardize.now(n).standardizeRow(x, xOffset, mean, scale, y, yOffset, n);
  }

  @Override
  public void tanhBackward(float[] dy, int dyOffset, float[] y, int yOffset, float[] dx, int dxOffset, int n) {
    tanh.now(n).tanhBackward(dy, dyOffset, y, yOffset, dx, dxOffset, n);
  }

  @Override
  public void geluErfBackward(float[] dy, int dyOffset, float[] x, int xOffset, float[] dx, int dxOffset, int n) {
    gelu.now(n).geluErfBackward(dy, dyOffset, x, xOffset, dx, dxOffset, n);
  }

  @Override
  public void softmaxRowBackward(float[] dy, int dyOffset, float[] y, int yOffset, float[] dx, int dxOffset, int n) {
    softmax.now(n).softmaxRowBackward(dy, dyOffset, y, yOffset, dx, dxOffset, n);
  }

  @Override
  public void layerNormRowBackward(float[] dy, int dyOffset, float[] x, int xOffset, float[] gamma, float eps,
      float[] dx, int dxOffset, float[] dGamma, float[] dBeta, int n) {
    norm.now(n).layerNormRowBackward(dy, dyOffset, x, xOffset, gamma, eps, dx, dxOffset, dGamma, dBeta, n);
  }

  @Override
  public void lstmCell(float[] gates, int gatesOffset, float[] cPrevious, int cPreviousOffset, float[] c, int cOffset,
      float[] h, int hOffset, int n) {
    cell.now(n).lstmCell(gates, gatesOffset, cPrevious, cPreviousOffset, c, cOffset, h, hOffset, n);
  }

  @Override
  public void lstmCellBackward(float[] dh, int dhOffset, float[] gates, int gatesOffset, float[] cPrevious, int cPreviousOffset,
      float[] c, int cOffset, float[] dc, int dcOffset, float[] dGates, int dGatesOffset, int n) {
    cellBackward.now(n).lstmCellBackward(dh, dhOffset, gates, gatesOffset, cPrevious, cPreviousOffset, c, cOffset, dc, dcOffset,
        dGates, dGatesOffset, n);
  }
}
