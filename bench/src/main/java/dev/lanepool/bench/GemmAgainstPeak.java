package dev.lanepool.bench;

import dev.lanepool.kernels.Epilogue;
import dev.lanepool.kernels.Gemm;
import dev.lanepool.kernels.Kernels;
import dev.lanepool.kernels.PackedMatrix;
import dev.lanepool.kernels.ThreadTeam;
import dev.lanepool.kernels.Workspace;
import java.util.Arrays;
import java.util.Random;
import java.util.function.LongSupplier;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The packed product against the machine's peak, in one run: windows of 100 ms of a loop of 12 independent chains of multiply-adds
 * alternate with windows of the product. Prints the medians and the median of the ratios of neighbouring windows.
 *
 * <p>Arguments: M N K threads [pairs, default 15].
 */
public final class GemmAgainstPeak {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final long WINDOW_NANOS = 100_000_000;
  private static final int CHAIN_STEPS = 500;
  private static final int PIECES = 200; // many: a thread that wakes late still gets its share

  private final float[] sinks; // by worker: keeps the loop's result alive

  private GemmAgainstPeak(int threads) {
    sinks = new float[threads];
  }

  /** See the class. */
  public static void main(String[] args) {
    int m = Integer.parseInt(args[0]);
    int n = Integer.parseInt(args[1]);
    int k = Integer.parseInt(args[2]);
    int threads = Integer.parseInt(args[3]);
    int pairs = args.length > 4 ? Integer.parseInt(args[4]) : 15;
    new GemmAgainstPeak(threads).run(m, n, k, threads, pairs);
  }

  private void run(int m, int n, int k, int threads, int pairs) {
    Random random = new Random(1);
    float[] a = randomArray(random, m * k);
    PackedMatrix b = new PackedMatrix(n, k);
    b.pack(0, n, randomArray(random, n * k), 0);
    float[] c = new float[m * n];
    try (ThreadTeam team = new ThreadTeam(threads)) {
      Gemm gemm = new Gemm(team, Workspace.forTeam(team));
      LongSupplier product = () -> {
        gemm.nt(a, m, b, c, Epilogue.BIAS, null);
        return 2L * m * n * k;
      };
      LongSupplier peak = () -> {
        team.run((piece, worker) -> sinks[worker] += chains(CHAIN_STEPS), PIECES);
        return 4 * 24L * S.length() * CHAIN_STEPS * PIECES;
      };
      for (int i = 0; i < 5; i++) { // until compiled
        window(peak);
        window(product);
      }
      double[] peaks = new double[pairs];
      double[] products = new double[pairs];
      double[] ratios = new double[pairs];
      for (int i = 0; i < pairs; i++) {
        peaks[i] = window(peak);
        products[i] = window(product);
        ratios[i] = products[i] / peaks[i];
      }
      System.out.printf("%s, %d threads, %d x %d x %d: peak %.1f GFLOPS, gemm %.1f, ratio %.3f (%.3f to %.3f over %d pairs)%n",
          Kernels.active().name(), threads, m, n, k, median(peaks), median(products), median(ratios), ratios[0], ratios[pairs - 1], pairs);
    }
  }

  /** Floating-point operations per nanosecond over one window. */
  private static double window(LongSupplier work) {
    long start = System.nanoTime();
    long flops = 0;
    long elapsed;
    do {
      flops += work.getAsLong();
      elapsed = System.nanoTime() - start;
    } while (elapsed < WINDOW_NANOS);
    return (double) flops / elapsed;
  }

  private static float chains(int steps) {
    FloatVector a = FloatVector.broadcast(S, 0.9999f);
    FloatVector b = FloatVector.broadcast(S, 1e-4f);
    FloatVector c0 = b.mul(2), c1 = b.mul(3), c2 = b.mul(4), c3 = b.mul(5), c4 = b.mul(6), c5 = b.mul(7);
    FloatVector c6 = b.mul(8), c7 = b.mul(9), c8 = b.mul(10), c9 = b.mul(11), c10 = b.mul(12), c11 = b.mul(13);
    // Four rounds written out: a short loop C2 unrolls by itself, chain by chain, and the rounds of a chain wait for each other.
    for (int i = 0; i < steps; i++) {
      c0 = a.fma(b, c0); c1 = a.fma(b, c1); c2 = a.fma(b, c2); c3 = a.fma(b, c3);
      c4 = a.fma(b, c4); c5 = a.fma(b, c5); c6 = a.fma(b, c6); c7 = a.fma(b, c7);
      c8 = a.fma(b, c8); c9 = a.fma(b, c9); c10 = a.fma(b, c10); c11 = a.fma(b, c11);
      c0 = a.fma(b, c0); c1 = a.fma(b, c1); c2 = a.fma(b, c2); c3 = a.fma(b, c3);
      c4 = a.fma(b, c4); c5 = a.fma(b, c5); c6 = a.fma(b, c6); c7 = a.fma(b, c7);
      c8 = a.fma(b, c8); c9 = a.fma(b, c9); c10 = a.fma(b, c10); c11 = a.fma(b, c11);
      c0 = a.fma(b, c0); c1 = a.fma(b, c1); c2 = a.fma(b, c2); c3 = a.fma(b, c3);
      c4 = a.fma(b, c4); c5 = a.fma(b, c5); c6 = a.fma(b, c6); c7 = a.fma(b, c7);
      c8 = a.fma(b, c8); c9 = a.fma(b, c9); c10 = a.fma(b, c10); c11 = a.fma(b, c11);
      c0 = a.fma(b, c0); c1 = a.fma(b, c1); c2 = a.fma(b, c2); c3 = a.fma(b, c3);
      c4 = a.fma(b, c4); c5 = a.fma(b, c5); c6 = a.fma(b, c6); c7 = a.fma(b, c7);
      c8 = a.fma(b, c8); c9 = a.fma(b, c9); c10 = a.fma(b, c10); c11 = a.fma(b, c11);
    }
    return c0.add(c1).add(c2).add(c3).add(c4).add(c5).add(c6).add(c7).add(c8).add(c9).add(c10).add(c11).lane(0);
  }

  private static float[] randomArray(Random random, int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return values;
  }

  /** Sorts. */
  private static double median(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }
}
