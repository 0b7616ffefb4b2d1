package dev.lanepool.kernels;

/**
 * What products need where B's panels are kept in 16 or 8 bits, see {@link Storage}: widening a slice of a panel once for many rows,
 * and products that widen in registers for few. Two twins under the rules of {@link Kernels}, with the same bits.
 *
 * <p>In a panel of P columns, h = P / 2, column j of step k stands at {@code k · P + 2 (j % h) + j / h} of the shorts of bf16, and at
 * {@code k / 2 · 2P + 4 (j % h) + 2 (k % 2) + j / h} of the bytes of int8, K rounded up to even: read as 32-bit words, each vector of
 * them holds 2 or 4 vectors of neighbouring columns, which shifts and masks take apart. A byte is q + 128, unsigned.
 */
public interface ReducedKernels {

  /** The twin that goes with {@link Kernels#active}. */
  static ReducedKernels active() {
    return KernelChoice.REDUCED;
  }

  /**
   * The most rows that {@code gemmPanelBf16} or {@code gemmPanelInt8} takes: up to here it is faster than widening first. May grow once a
   * twin has been at work for a while.
   */
  int fewRows(Storage storage);

  /** Hints that much work is coming: what serves this storage is compiled now, beside whatever the caller does. */
  default void warmUp(Storage storage) {}

  /** out[k, P] = panel[k, P], widened: each element is the upper half of a float. */
  void widenBf16(short[] panel, int panelOffset, int k, float[] out);

  /** out[k, P] = panel[k, P], widened: q · scales[j] rounded to float. {@code scales} as {@link PackedMatrix} makes them. */
  void widenInt8(byte[] panel, int panelOffset, int k, float[] scales, int scalesOffset, float[] out);

  /** As {@link Kernels#gemmPanel} on the widened panel. {@code rows} at most {@link #fewRows}. */
  void gemmPanelBf16(float[] a, int aOffset, int lda, int rows, short[] panel, int panelOffset, int k,
      float[] c, int cOffset, int ldc, boolean accumulate, Workspace workspace);

  /** As {@link Kernels#gemmPanel} on the widened panel. {@code rows} at most {@link #fewRows}. */
  void gemmPanelInt8(float[] a, int aOffset, int lda, int rows, byte[] panel, int panelOffset, int k, float[] scales, int scalesOffset,
      float[] c, int cOffset, int ldc, boolean accumulate, Workspace workspace);
}
