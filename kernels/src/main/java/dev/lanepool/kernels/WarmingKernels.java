package dev.lanepool.kernels;

import dev.lanepool.kernels.scalar.ScalarKernels;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * The SIMD twin with a quick start. The Vector API is very slow until C2 has compiled it (a first pass of a small model takes half a
 * second, of a large one several), plain loops are not: so the scalar twin serves first, on the same packed matrices, and once there is
 * work enough a thread compiles the SIMD twin beside it by running it. Both give the same bits, so the change is never seen.
 */
final class WarmingKernels implements Kernels {
  /** Multiplications served before compiling begins: below, as for one text and a small model, it would only be in the way. */
  private static final long FEW = 100_000_000;

  /** The least rounds for each kernel, and the time after which all are taken as they are. Some 500 rounds and 1 s are usual. */
  private static final int ROUNDS = 20;

  private static final long MOST_NANOS = 3_000_000_000L;

  private final Kernels vector;
  private final Kernels scalar;
  private final AtomicBoolean started = new AtomicBoolean();
  private long multiplications; // of all threads, roughly: races lose a few
  private volatile Kernels now;

  WarmingKernels(Kernels vector) {
    this.vector = vector;
    scalar = new ScalarKernels(vector.panelWidth());
    now = scalar;
  }

  @Override
  public void warmUp() {
    if (started.compareAndSet(false, true)) {
      Thread.ofPlatform().daemon().name("lanepool-warm-up").start(this::compile);
    }
  }

  /**
   * Runs each kernel until its best time is near the scalar twin's, from which code that is not compiled yet is far away. The best, since
   * others may be at work on the machine.
   */
  private void compile() {
    int n = 96;
    int width = vector.panelWidth();
    int rows = 2 * vector.tileRows() + 1;
    float[] a = new float[rows * n];
    float[] b = new float[n * width];
    float[] c = new float[rows * width + n];
    Workspace workspace = new Workspace();
    List<Consumer<Kernels>> work = List.of(
        k -> {
          for (int some = 1; some <= rows; some++) { // tiles of every height
            k.gemmPanel(a, 0, n, some, b, 0, n, c, 0, width, some % 2 == 0, workspace);
          }
        },
        k -> k.add(c, 0, b, 0, c, 0, n + 1),
        k -> k.addGeluErf(c, 0, b, 0, c, 0, n + 1),
        k -> k.addAdd(c, 0, b, 0, a, 0, c, 0, n + 1),
        k -> k.softmaxRowInPlace(c, 0, n + 1, 0.1f),
        k -> k.layerNormRow(c, 0, a, b, 1e-5f, c, 0, n + 1));
    long until = System.nanoTime() + MOST_NANOS;
    for (Consumer<Kernels> kernel : work) {
      long fast = Long.MAX_VALUE;
      long slow = Long.MAX_VALUE;
      for (int round = 0; round < ROUNDS || fast > 2 * slow && System.nanoTime() < until; round++) {
        fast = Math.min(fast, nanos(kernel, vector));
        slow = Math.min(slow, nanos(kernel, scalar));
      }
    }
    now = vector;
  }

  private static long nanos(Consumer<Kernels> kernel, Kernels twin) {
    long start = System.nanoTime();
    kernel.accept(twin);
    return System.nanoTime() - start;
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
    Kernels twin = now;
    if (twin == scalar && multiplications < FEW) {
      multiplications += (long) rows * k * vector.panelWidth();
      if (multiplications >= FEW) {
        warmUp();
      }
    }
    twin.gemmPanel(a, aOffset, lda, rows, panel, panelOffset, k, c, cOffset, ldc, accumulate, workspace);
  }

  @Override
  public void add(float[] x, int xOffset, float[] y, int yOffset, float[] out, int outOffset, int n) {
    now.add(x, xOffset, y, yOffset, out, outOffset, n);
  }

  @Override
  public void addGeluErf(float[] x, int xOffset, float[] bias, int biasOffset, float[] out, int outOffset, int n) {
    now.addGeluErf(x, xOffset, bias, biasOffset, out, outOffset, n);
  }

  @Override
  public void addAdd(float[] x, int xOffset, float[] bias, int biasOffset, float[] residual, int residualOffset,
      float[] out, int outOffset, int n) {
    now.addAdd(x, xOffset, bias, biasOffset, residual, residualOffset, out, outOffset, n);
  }

  @Override
  public void tanhInPlace(float[] x, int xOffset, int n) {
    now.tanhInPlace(x, xOffset, n);
  }

  @Override
  public void softmaxRowInPlace(float[] x, int xOffset, int n, float scale) {
    now.softmaxRowInPlace(x, xOffset, n, scale);
  }

  @Override
  public void layerNormRow(float[] x, int xOffset, float[] gamma, float[] beta, float eps, float[] y, int yOffset, int n) {
    now.layerNormRow(x, xOffset, gamma, beta, eps, y, yOffset, n);
  }

  @Override
  public void meanRows(float[] x, int xOffset, int ldx, int rows, float[] y, int yOffset, int n) {
    now.meanRows(x, xOffset, ldx, rows, y, yOffset, n);
  }

  @Override
  public void maxRows(float[] x, int xOffset, int ldx, int rows, float[] y, int yOffset, int n) {
    now.maxRows(x, xOffset, ldx, rows, y, yOffset, n);
  }
}
