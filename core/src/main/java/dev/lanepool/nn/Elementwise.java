package dev.lanepool.nn;

import dev.lanepool.kernels.ThreadTeam;

/** A kernel that treats every element alike, shared out among the team. Where it is cut does not change its bits. */
final class Elementwise implements ThreadTeam.Task {
  /** Elements in a piece. */
  static final int PIECE = 8 * 1024;

  /** Does n elements from {@code at} on: out = f(a, b). */
  interface Kernel {
    void apply(float[] a, float[] b, float[] out, int at, int n);
  }

  private final Compute compute;
  private final Kernel kernel;
  private float[] a = {};
  private float[] b = {};
  private float[] out = {};
  private int n;

  Elementwise(Compute compute, Kernel kernel) {
    this.compute = compute;
    this.kernel = kernel;
  }

  /** out[n] = f(a, b). */
  void apply(float[] a, float[] b, float[] out, int n) {
    this.a = a;
    this.b = b;
    this.out = out;
    this.n = n;
    compute.run(this, (n + PIECE - 1) / PIECE, n);
  }

  @Override
  public void run(int piece, int worker) {
    int at = piece * PIECE;
    kernel.apply(a, b, out, at, Math.min(PIECE, n - at));
  }
}
