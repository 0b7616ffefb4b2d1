package dev.lanepool.kernels;

import dev.lanepool.kernels.scalar.ScalarReduced;
import dev.lanepool.kernels.vector.VectorReduced;
import java.util.List;
import java.util.function.Consumer;

/** The SIMD twin for reduced panels with a quick start, as {@link WarmingKernels}; each type's kernels are compiled where it is used. */
final class WarmingReduced implements ReducedKernels {
  /** Elements widened before compiling begins: a tenth of a small model's. */
  private static final long FEW = 1_000_000;

  private static final int K = 96;

  private final ReducedKernels vector = new VectorReduced();
  private final Warming<ReducedKernels> bf16;
  private final Warming<ReducedKernels> int8;
  private final int width;

  WarmingReduced(int panelWidth) {
    width = panelWidth;
    ReducedKernels scalar = new ScalarReduced(panelWidth);
    int most = vector.fewRows();
    float[] a = new float[most * K];
    float[] c = new float[most * width];
    float[] wide = new float[K * width];
    short[] shorts = new short[K * width];
    byte[] bytes = new byte[K * width];
    Workspace forBf16 = new Workspace(width);
    Workspace forInt8 = new Workspace(width);
    bf16 = new Warming<>(vector, scalar, FEW, List.<Consumer<ReducedKernels>>of(
        kernels -> kernels.widenBf16(shorts, 0, K, wide),
        kernels -> {
          for (int rows = 1; rows <= most; rows *= 2) {
            kernels.gemmPanelBf16(a, 0, K, rows, shorts, 0, K, c, 0, width, false, forBf16);
            kernels.gemmPanelBf16(a, 0, K, rows, shorts, 0, K, c, 0, width, true, forBf16);
          }
        }));
    int8 = new Warming<>(vector, scalar, FEW, List.<Consumer<ReducedKernels>>of(
        kernels -> kernels.widenInt8(bytes, 0, K, wide, 0, wide),
        kernels -> {
          for (int rows = 1; rows <= most; rows *= 2) {
            kernels.gemmPanelInt8(a, 0, K, rows, bytes, 0, K, wide, 0, c, 0, width, false, forInt8);
            kernels.gemmPanelInt8(a, 0, K, rows, bytes, 0, K, wide, 0, c, 0, width, true, forInt8);
          }
        }));
  }

  @Override
  public int fewRows() {
    return vector.fewRows();
  }

  @Override
  public void warmUp(Storage storage) {
    switch (storage) {
      case F32 -> { }
      case BF16 -> bf16.start();
      case INT8 -> int8.start();
    }
  }

  @Override
  public void widenBf16(short[] panel, int panelOffset, int k, float[] out) {
    bf16.now((long) k * width).widenBf16(panel, panelOffset, k, out);
  }

  @Override
  public void widenInt8(byte[] panel, int panelOffset, int k, float[] scales, int scalesOffset, float[] out) {
    int8.now((long) k * width).widenInt8(panel, panelOffset, k, scales, scalesOffset, out);
  }

  @Override
  public void gemmPanelBf16(float[] a, int aOffset, int lda, int rows, short[] panel, int panelOffset, int k,
      float[] c, int cOffset, int ldc, boolean accumulate, Workspace workspace) {
    bf16.now((long) k * width).gemmPanelBf16(a, aOffset, lda, rows, panel, panelOffset, k, c, cOffset, ldc, accumulate, workspace);
  }

  @Override
  public void gemmPanelInt8(float[] a, int aOffset, int lda, int rows, byte[] panel, int panelOffset, int k, float[] scales,
      int scalesOffset, float[] c, int cOffset, int ldc, boolean accumulate, Workspace workspace) {
    int8.now((long) k * width).gemmPanelInt8(a, aOffset, lda, rows, panel, panelOffset, k, scales, scalesOffset, c, cOffset, ldc,
        accumulate, workspace);
  }
}
