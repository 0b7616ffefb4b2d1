package dev.lanepool.bench;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.RobertaEncoder;
import dev.lanepool.encoder.TokenBatch;
import dev.lanepool.encoder.Tokens;
import java.util.List;
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

/** The built-in model's forward pass, token ids to last hidden state, on one thread. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ForwardBenchmark {
  /** B x T. */
  @Param({"1x16", "8x128"})
  public String shape = "";

  private RobertaEncoder encoder;
  private TokenBatch batch = TokenBatch.of(List.of());
  private Demand last = Demand.none(0);

  /** Before each fork's first iteration. */
  @Setup
  public void setUp() {
    int[] bt = Data.shape(shape, 2);
    encoder = RobertaEncoder.load(EmbeddingModel.builtInSource(), 1);
    batch = Data.tokens(bt[0], bt[1], encoder.config().vocabSize());
    last = Demand.none(encoder.layers()).with(-1, Tokens.ALL);
  }

  /** One pass over the batch. */
  @Benchmark
  public float encode() {
    try (HiddenStates states = encoder.encode(batch, last)) {
      return states.layer(-1).text(0).get(0, 0);
    }
  }

  /** After a fork's last iteration. */
  @TearDown
  public void tearDown() {
    encoder.close();
  }
}
