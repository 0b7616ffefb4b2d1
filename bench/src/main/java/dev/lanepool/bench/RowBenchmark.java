package dev.lanepool.bench;

import dev.lanepool.kernels.Kernels;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What is done row by row, on one row of the length it has in roberta-base. Each writes beside its input, which stays as it is. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RowBenchmark {
  private static final int C = 768;
  private static final int F = 3072;
  private static final int T = 512;

  private final Kernels kernels = Kernels.active();
  private final float[] x = Data.floats(1, F);
  private final float[] gamma = Data.floats(2, F);
  private final float[] beta = Data.floats(3, F);
  private final float[] y = new float[F];

  /** A token's layer norm, 768 floats. */
  @Benchmark
  public float[] layerNorm() {
    kernels.layerNormRow(x, 0, gamma, beta, 1e-5f, y, 0, C);
    return y;
  }

  /** A token's exact GELU with its bias, 3,072 floats. */
  @Benchmark
  public float[] addGeluErf() {
    kernels.addGeluErf(x, 0, beta, 0, y, 0, F);
    return y;
  }

  /** A query's softmax over 512 keys, with a copy of the scores, which it works in. */
  @Benchmark
  public float[] softmax() {
    System.arraycopy(x, 0, y, 0, T);
    kernels.softmaxRowInPlace(y, 0, T, 8f);
    return y;
  }
}
