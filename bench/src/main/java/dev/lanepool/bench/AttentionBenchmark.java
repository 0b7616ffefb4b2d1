package dev.lanepool.bench;

import dev.lanepool.kernels.Attention;
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

/** The attention of one text of roberta-base's 12 heads of 64, on one thread. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class AttentionBenchmark {
  private static final int C = 768;

  /** T, the text's tokens. */
  @Param({"16", "128", "512"})
  public int tokens;

  private float[] qkv = {}; // (T, 3C)
  private float[] out = {}; // (T, C)
  private int[] offsets = {};
  private ThreadTeam team;
  private Attention attention;

  /** Before each fork's first iteration. */
  @Setup
  public void setUp() {
    qkv = Data.floats(1, tokens * 3 * C);
    out = new float[tokens * C];
    offsets = new int[] {0, tokens};
    team = new ThreadTeam(1);
    attention = new Attention(team, Workspace.forTeam(team));
  }

  /** softmax(Q Kᵀ / 8) V for every head. */
  @Benchmark
  public float[] attend() {
    attention.attend(qkv, 3 * C, qkv, 3 * C, C, 2 * C, offsets, Attention.Queries.ALL, 12, 64, out, C);
    return out;
  }

  /** After a fork's last iteration. */
  @TearDown
  public void tearDown() {
    team.close();
  }
}
