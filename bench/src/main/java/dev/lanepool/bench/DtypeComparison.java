package dev.lanepool.bench;

import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.RobertaEncoder;
import dev.lanepool.encoder.TokenBatch;
import dev.lanepool.encoder.Tokens;
import dev.lanepool.kernels.Kernels;
import dev.lanepool.kernels.Storage;
import dev.lanepool.weights.ModelSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The forward pass with weights in bf16 and in int8 against the same in f32. Token ids in, last hidden state out.
 *
 * <p>Arguments: MODEL THREADS PAIRS TEXTSxTOKENS...
 */
public final class DtypeComparison {
  private static final int WARM_UPS = 5;

  private DtypeComparison() {}

  /** See the class. */
  public static void main(String[] args) throws IOException {
    ModelSource model = ModelSource.folder(Path.of(args[0]));
    int threads = Integer.parseInt(args[1]);
    int pairs = Integer.parseInt(args[2]);
    try (RobertaEncoder f32 = RobertaEncoder.load(model, threads);
        RobertaEncoder bf16 = RobertaEncoder.load(model, threads, Storage.BF16);
        RobertaEncoder int8 = RobertaEncoder.load(model, threads, Storage.INT8)) {
      System.out.printf("Lanepool: %s, %d threads. Weights: f32 %,d, bf16 %,d, int8 %,d bytes%n%n", Kernels.active().name(), threads,
          f32.weightBytes(), bf16.weightBytes(), int8.weightBytes());
      Paired.printHead();
      for (String shape : List.of(args).subList(3, args.length)) {
        int[] bt = Data.shape(shape, 2);
        TokenBatch batch = Data.tokens(bt[0], bt[1], f32.config().vocabSize());
        Demand last = Demand.none(f32.layers()).with(-1, Tokens.ALL);
        Paired.Stopwatch floats = () -> Paired.time(() -> f32.encode(batch, last).close());
        for (RobertaEncoder reduced : List.of(bf16, int8)) {
          try (HiddenStates found = reduced.encode(batch, last); HiddenStates expected = f32.encode(batch, last)) {
            Data.requireClose(found.layer(-1).text(0).toArray(), expected.layer(-1).text(0).toArray(), 0.1f);
          }
          Paired.Stopwatch ours = () -> Paired.time(() -> reduced.encode(batch, last).close());
          Paired.warmUp(ours);
          Paired.warmUp(floats);
          Paired.compare(shape + ", " + (reduced == bf16 ? "bf16" : "int8"), Paired.Unit.MILLISECONDS, WARM_UPS, pairs,
              ours, List.of(new Paired.Contender("f32", floats)));
        }
      }
    }
  }
}
