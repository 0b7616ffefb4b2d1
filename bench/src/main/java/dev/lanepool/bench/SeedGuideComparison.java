package dev.lanepool.bench;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.Options;
import dev.lanepool.kernels.Kernels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;

/**
 * 16 texts "this is a string" to 16 mean vectors, tokenisation included, against Hugging Face's tokenizer and model on PyTorch: padded to
 * 256 tokens, as guides to pooling write it, and padded to the longest text. Lanepool computes all 16 texts: equal ones are not shared.
 *
 * <p>Arguments: MODEL PYTHON PEERS THREADS PAIRS.
 */
public final class SeedGuideComparison {
  private static final int WARM_UPS = 3;
  private static final List<String> TEXTS = Collections.nCopies(16, "this is a string");

  private SeedGuideComparison() {}

  /** See the class. */
  public static void main(String[] args) throws IOException {
    int threads = Integer.parseInt(args[3]);
    int pairs = Integer.parseInt(args[4]);
    Options options = Options.defaults().withThreads(threads).withPooling("mean").withNormalize(false);
    System.out.printf("Lanepool: %s, %d threads%n", Kernels.active().name(), threads);
    try (EmbeddingModel model = EmbeddingModel.load(Path.of(args[0]), options);
        PeerProcess pytorch = new PeerProcess(List.of(args[1], args[2] + "/serve.py", "pytorch", args[0], "--threads", args[3]))) {
      System.out.println();
      Paired.printHead();
      for (int i = 0; i < 30; i++) { // until compiled: one pass is short beside the peer's
        model.embedAll(TEXTS);
      }
      for (String padding : List.of("max_length", "longest")) {
        Paired.compare("16 texts, peer pads to " + padding.replace("max_length", "256").replace("longest", "the longest"),
            Paired.Unit.MILLISECONDS, WARM_UPS, pairs, () -> Paired.time(() -> model.embedAll(TEXTS)),
            List.of(new Paired.Contender("PyTorch", () -> pytorch.nanos("guide " + padding))));
      }
    }
  }
}
