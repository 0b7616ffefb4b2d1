package dev.lanepool.encoder;

import dev.lanepool.kernels.Gemm;

/** The larger part of what {@link EncoderPass} computes in, (R, ...) each, for passes that run side by side in rows of their own. */
final class EncoderScratch {
  float[] qkv = {}; // (R, 3C), this and the others with the stride of their width
  float[] context = {}; // (R, C)
  float[] intermediate = {}; // (R, F)

  /** Makes room for so many rows, before any pass begins. */
  void grow(int rows, int c, int f) {
    qkv = grown(qkv, rows, Gemm.stride(3 * c));
    context = grown(context, rows, Gemm.stride(c));
    intermediate = grown(intermediate, rows, Gemm.stride(f));
  }

  /** An array of at least so many rows, whose contents do not count. */
  static float[] grown(float[] scratch, int rows, int width) {
    long floats = (long) rows * width;
    if (floats > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(rows + " rows of " + width + " floats do not fit into one array");
    }
    return scratch.length >= floats ? scratch : new float[(int) floats];
  }
}
