package dev.lanepool.bench;

import dev.lanepool.kernels.Epilogue;
import dev.lanepool.kernels.Gemm;
import dev.lanepool.kernels.Kernels;
import dev.lanepool.kernels.PackedMatrix;
import dev.lanepool.kernels.ThreadTeam;
import dev.lanepool.kernels.Workspace;
import dev.ludovic.netlib.blas.BLAS;
import dev.ludovic.netlib.blas.JavaBLAS;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * The packed product, bias included, against the machine's peak and against ONNX Runtime's MatMul without bias, each in windows of 100 ms.
 * B is given beforehand, so that both pack it once. Rows of A and C lie as the encoder has them, {@link Gemm#stride} floats apart; a
 * tensor of ONNX Runtime has no such gaps. The first row of a shape is the share of the peak. On one thread netlib's BLAS in pure Java
 * joins, which has no threads and packs nothing beforehand; for M = 1 a loop that only reads and adds up the weights, shared by the team:
 * whatever multiplies must read them too.
 *
 * <p>Arguments: THREADS PAIRS MxNxK...
 */
public final class GemmComparison {
  private static final long WINDOW_NANOS = 100_000_000;
  private static final int WARM_UPS = 10;

  private GemmComparison() {}

  /** See the class. */
  public static void main(String[] args) throws IOException {
    int threads = Integer.parseInt(args[0]);
    int pairs = Integer.parseInt(args[1]);
    System.out.printf("Lanepool: %s, %d threads. Peer: onnxruntime %s (Java)%n%n", Kernels.active().name(), threads,
        OnnxModel.version());
    Paired.printHead();
    for (String shape : List.of(args).subList(2, args.length)) {
      int[] mnk = Data.shape(shape, 3);
      compare(mnk[0], mnk[1], mnk[2], threads, pairs);
    }
  }

  private static void compare(int m, int n, int k, int threads, int pairs) throws IOException {
    float[] a = Data.floats(1, m * k); // (M, K)
    float[] weights = Data.floats(2, n * k); // (N, K)
    PackedMatrix b = new PackedMatrix(n, k);
    b.pack(0, n, weights, 0);
    int lda = Gemm.stride(k);
    int ldc = Gemm.stride(n);
    float[] rows = Data.apart(a, m, k, lda);
    float[] c = new float[m * ldc];
    long flops = 2L * m * n * k;
    try (ThreadTeam team = new ThreadTeam(threads);
        OnnxModel peer = OnnxModel.of(OnnxMatMul.model(weights, n, k), threads);
        OnnxModel.Call matMul = peer.call("a", a, m, k)) {
      Gemm gemm = new Gemm(team, Workspace.forTeam(team));
      FmaPeak peak = new FmaPeak(team);
      LongSupplier product = () -> {
        gemm.ntColumns(rows, 0, lda, m, b, 0, n, c, 0, ldc, Epilogue.BIAS, null, ldc);
        return flops;
      };
      product.getAsLong();
      Data.requireClose(Data.apart(c, m, ldc, n), matMul.floats(), 1e-5f);
      // Before netlib's, whose vectors are of another class (SPECIES_MAX): where the compiler has seen both, it compiles calls of either.
      Paired.warmUp(() -> window(product));
      List<Paired.Contender> peers = new ArrayList<>();
      peers.add(new Paired.Contender("FMA peak", () -> window(peak::run)));
      peers.add(new Paired.Contender("ONNX Runtime MatMul", () -> window(() -> {
        matMul.run();
        return flops;
      })));
      if (threads == 1) {
        BLAS blas = JavaBLAS.getInstance();
        float[] other = new float[m * n];
        LongSupplier sgemm = () -> { // column by column, as BLAS has it: the transpose of C = B · A
          blas.sgemm("T", "N", n, m, k, 1f, weights, k, a, k, 0f, other, n);
          return flops;
        };
        sgemm.getAsLong();
        Data.requireClose(Data.apart(c, m, ldc, n), other, 1e-5f);
        peers.add(new Paired.Contender("netlib " + blas.getClass().getSimpleName(), () -> window(sgemm)));
      }
      if (m == 1) {
        ReadSum sum = new ReadSum(team, weights);
        peers.add(new Paired.Contender("read and add B", () -> window(() -> {
          sum.run();
          return flops;
        })));
      }
      Paired.compare(m + " x " + n + " x " + k, Paired.Unit.GFLOPS, WARM_UPS, pairs, () -> window(product), peers);
    }
  }

  /** Nanoseconds for a floating-point operation, over one window. */
  private static double window(LongSupplier work) {
    long start = System.nanoTime();
    long flops = 0;
    long elapsed;
    do {
      flops += work.getAsLong();
      elapsed = System.nanoTime() - start;
    } while (elapsed < WINDOW_NANOS);
    return (double) elapsed / flops;
  }
}
