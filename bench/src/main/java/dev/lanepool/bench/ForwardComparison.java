package dev.lanepool.bench;

import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.RobertaEncoder;
import dev.lanepool.encoder.TokenBatch;
import dev.lanepool.encoder.Tokens;
import dev.lanepool.kernels.Kernels;
import dev.lanepool.weights.ModelSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The encoder's forward pass, token ids in and the last hidden state out, against ONNX Runtime for Java in this process and PyTorch in
 * one of its own. No padding on any side.
 *
 * <p>Arguments: MODEL PYTHON PEERS THREADS PAIRS BxT...; MODEL holds {@code model.onnx} too, PEERS the stopwatch {@code serve.py}.
 */
public final class ForwardComparison {
  private static final int WARM_UPS = 6;

  private ForwardComparison() {}

  /** See the class. */
  public static void main(String[] args) throws IOException {
    Path model = Path.of(args[0]);
    int threads = Integer.parseInt(args[3]);
    int pairs = Integer.parseInt(args[4]);
    System.out.printf("Lanepool: %s, %d threads. Peer: onnxruntime %s (Java)%n", Kernels.active().name(), threads, OnnxModel.version());
    try (RobertaEncoder encoder = RobertaEncoder.load(ModelSource.folder(model), threads);
        OnnxModel onnx = OnnxModel.of(model.resolve("model.onnx"), threads);
        PeerProcess pytorch = new PeerProcess(List.of(args[1], args[2] + "/serve.py", "pytorch", args[0], "--threads", args[3]))) {
      System.out.println();
      Paired.printHead();
      Demand last = Demand.none(encoder.layers()).with(-1, Tokens.ALL);
      for (String shape : List.of(args).subList(5, args.length)) {
        int[] bt = Data.shape(shape, 2);
        TokenBatch batch = Data.tokens(bt[0], bt[1], encoder.config().vocabSize());
        try (OnnxModel.Call call = onnx.call(batch.ids(), bt[0]);
            HiddenStates states = encoder.encode(batch, last)) {
          Data.requireClose(states.layer(-1).text(0).toArray(), call.floats(), 1e-4f);
          Paired.Stopwatch ours = () -> Paired.time(() -> encoder.encode(batch, last).close());
          Paired.warmUp(ours);
          Paired.compare(shape, Paired.Unit.MILLISECONDS, WARM_UPS, pairs, ours,
              List.of(new Paired.Contender("ONNX Runtime (Java)", () -> Paired.time(call::run)),
                  new Paired.Contender("PyTorch", () -> pytorch.nanos(shape))));
        }
      }
    }
  }
}
