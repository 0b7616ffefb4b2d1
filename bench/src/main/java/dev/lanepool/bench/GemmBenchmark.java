package dev.lanepool.bench;

import dev.lanepool.kernels.Epilogue;
import dev.lanepool.kernels.Gemm;
import dev.lanepool.kernels.PackedMatrix;
import dev.lanepool.kernels.ThreadTeam;
import dev.lanepool.kernels.Workspace;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The products of roberta-base, M x N x K, on one thread, rows of A and C as far apart as in the encoder. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class GemmBenchmark {
  /** M x N x K. */
  @Param({"16x768x768", "16x3072x768", "128x768x768", "128x3072x768", "128x768x3072"})
  public String shape = "";

  private int m;
  private int lda;
  private int ldc;
  private float[] a = {}; // (M, K), rows lda apart
  private float[] c = {}; // (M, N), rows ldc apart
  private PackedMatrix b = new PackedMatrix(0, 0);
  private ThreadTeam team;
  private Gemm gemm;

  /** Before each fork's first iteration. */
  @Setup
  public void setUp() {
    int[] mnk = Data.shape(shape, 3);
    m = mnk[0];
    lda = Gemm.stride(mnk[2]);
    ldc = Gemm.stride(mnk[1]);
    a = Data.apart(Data.floats(1, m * mnk[2]), m, mnk[2], lda);
    b = new PackedMatrix(mnk[1], mnk[2]);
    b.pack(0, mnk[1], Data.floats(2, mnk[1] * mnk[2]), 0);
    c = new float[m * ldc];
    team = new ThreadTeam(1);
    gemm = new Gemm(team, Workspace.forTeam(team));
  }

  /** C = A·Bᵀ + bias. */
  @Benchmark
  public float[] gemmNTBias() {
    gemm.ntColumns(a, 0, lda, m, b, 0, b.outputs(), c, 0, ldc, Epilogue.BIAS, null, ldc);
    return c;
  }

  /** After a fork's last iteration. */
  @TearDown
  public void tearDown() {
    team.close();
  }
}
