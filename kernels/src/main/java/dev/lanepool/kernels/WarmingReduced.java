package dev.lanepool.kernels;

import dev.lanepool.kernels.scalar.ScalarReduced;
import dev.lanepool.kernels.vector.VectorReduced;
import java.util.List;
import java.util.function.Consumer;

/**
 * The SIMD twin for reduced panels with a quick start, as {@link WarmingKernels}; each type's kernels are compiled where it is used. The
 * larger tiles only after much work: compiling them takes C2 25 MB, by which a short run would peak higher.
 */
final class WarmingReduced implements ReducedKernels {
  /** Elements widened before compiling begins: a tenth of a small model's. */
  private static final long FEW = 1_000_000;

  /** Elements before the larger tiles are compiled: those of some texts with roberta-base. Package-private for its test. */
  static final long MANY = 300_000_000;

  /** Rows for which the smaller tiles serve. */
  private static final int SMALL_ROWS = 2;

  private static final int K = 96;

  private final ReducedKernels vector = new VectorReduced();
  private final Warming<ReducedKernels> bf16;
  private final Warming<ReducedKernels> int8;
  private final Warming<ReducedKernels> largeBf16;
  private final Warming<ReducedKernels> largeInt8;
  private final int width;

  WarmingReduced(int panelWidth) {
    width = panelWidth;
    ReducedKernels scalar = new ScalarReduced(panelWidth);
    float[] wide = new float[K * width];
    short[] shorts = new short[K * width];
    byte[] bytes = new byte[K * width];
    Rows ofBf16 = (kernels, rows, a, c, accumulate, w) -> kernels.gemmPanelBf16(a, 0, K, rows, shorts, 0, K, c, 0, width, accumulate, w);
    Rows ofInt8 = (kernels, rows, a, c, accumulate, w) ->
        kernels.gemmPanelInt8(a, 0, K, rows, bytes, 0, K, wide, 0, c, 0, width, accumulate, w);
    bf16 = new Warming<>(vector, scalar, FEW, List.<Consumer<ReducedKernels>>of(
        kernels -> kernels.widenBf16(shorts, 0, K, wide), trial(ofBf16, 1, SMALL_ROWS)));
    int8 = new Warming<>(vector, scalar, FEW, List.<Consumer<ReducedKernels>>of(
        kernels -> kernels.widenInt8(bytes, 0, K, wide, 0, wide), trial(ofInt8, 1, SMALL_ROWS)));
    largeBf16 = new Warming<>(vector, scalar, MANY, List.of(trial(ofBf16, SMALL_ROWS + 1, vector.fewRows(Storage.BF16))));
    largeInt8 = new Warming<>(vector, scalar, MANY, List.of(trial(ofInt8, SMALL_ROWS + 1, vector.fewRows(Storage.INT8))));
  }

  /** A product of a panel with so many rows. */
  @FunctionalInterface
  private interface Rows {
    void multiply(ReducedKernels kernels, int rows, float[] a, float[] c, boolean accumulate, Workspace workspace);
  }

  /** Products of every number of rows from {@code first} to {@code last}, none where that is less. */
  private Consumer<ReducedKernels> trial(Rows product, int first, int last) {
    float[] a = new float[Math.max(1, last) * K];
    float[] c = new float[Math.max(1, last) * width];
    Workspace workspace = new Workspace(width);
    return kernels -> {
      for (int rows = first; rows <= last; rows++) {
        product.multiply(kernels, rows, a, c, false, workspace);
        product.multiply(kernels, rows, a, c, true, workspace);
      }
    };
  }

  @Override
  public int fewRows(Storage storage) {
    boolean large = (storage == Storage.BF16 ? largeBf16 : largeInt8).now() == vector;
    return large ? vector.fewRows(storage) : SMALL_ROWS;
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
    bf16(k).widenBf16(panel, panelOffset, k, out);
  }

  @Override
  public void widenInt8(byte[] panel, int panelOffset, int k, float[] scales, int scalesOffset, float[] out) {
    int8(k).widenInt8(panel, panelOffset, k, scales, scalesOffset, out);
  }

  @Override
  public void gemmPanelBf16(float[] a, int aOffset, int lda, int rows, short[] panel, int panelOffset, int k,
      float[] c, int cOffset, int ldc, boolean accumulate, Workspace workspace) {
    bf16(k).gemmPanelBf16(a, aOffset, lda, rows, panel, panelOffset, k, c, cOffset, ldc, accumulate, workspace);
  }

  @Override
  public void gemmPanelInt8(float[] a, int aOffset, int lda, int rows, byte[] panel, int panelOffset, int k, float[] scales,
      int scalesOffset, float[] c, int cOffset, int ldc, boolean accumulate, Workspace workspace) {
    int8(k).gemmPanelInt8(a, aOffset, lda, rows, panel, panelOffset, k, scales, scalesOffset, c, cOffset, ldc,
        accumulate, workspace);
  }

  /** The twin for so many steps of K of a panel. */
  private ReducedKernels bf16(int k) {
    largeBf16.now((long) k * width);
    return bf16.now((long) k * width);
  }

  private ReducedKernels int8(int k) {
    largeInt8.now((long) k * width);
    return int8.now((long) k * width);
  }
}
