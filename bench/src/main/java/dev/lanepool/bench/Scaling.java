package dev.lanepool.bench;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.Options;
import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.RobertaEncoder;
import dev.lanepool.encoder.TokenBatch;
import dev.lanepool.encoder.Tokens;
import dev.lanepool.kernels.Kernels;
import dev.lanepool.weights.ModelSource;
import dev.lanepool.weights.RobertaConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Whether time grows as the work does: the time of a token in a stream of many texts against one of few, and the time of a floating-point
 * operation in texts of many tokens against such of few. "Times as fast" is 1 where it does.
 *
 * <p>Arguments: MODEL TEXT COUNT THREADS PAIRS LENGTH...; the stream is the lines of TEXT over and over, cut to {@value #TOKENS} tokens.
 */
public final class Scaling {
  private static final int TOKENS = 16;
  private static final int FEW = 1_000;
  private static final int BATCH = RobertaEncoder.MICRO_BATCH_TOKENS;

  private Scaling() {}

  /** See the class. */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    List<String> texts = Files.readAllLines(Path.of(args[1]));
    int many = Integer.parseInt(args[2]);
    int threads = Integer.parseInt(args[3]);
    int pairs = Integer.parseInt(args[4]);
    System.out.printf("Lanepool: %s, %d threads%n%n", Kernels.active().name(), threads);
    Paired.printHead();
    try (EmbeddingModel model = EmbeddingModel.load(folder, Options.defaults().withThreads(threads).withMaxLength(TOKENS))) {
      for (int i = 0; i < 5; i++) {
        perToken(model, texts, FEW);
      }
      if (many > 0) {
        Paired.compare("a token in a stream of %,d texts".formatted(many), Paired.Unit.MICROSECONDS, 0, pairs,
            () -> perToken(model, texts, many),
            List.of(new Paired.Contender("in one of %,d".formatted(FEW), () -> perToken(model, texts, FEW))));
      }
    }
    try (RobertaEncoder encoder = RobertaEncoder.load(ModelSource.folder(folder), threads)) {
      List<String> lengths = List.of(args).subList(5, args.length);
      for (String length : lengths) {
        if (!length.equals(lengths.getFirst())) {
          Paired.compare("an operation in texts of " + length + " tokens", Paired.Unit.GFLOPS, 2, 2 * pairs + 5,
              () -> perOperation(encoder, Integer.parseInt(length)), List.of(new Paired.Contender(
                  "in texts of " + lengths.getFirst(), () -> perOperation(encoder, Integer.parseInt(lengths.getFirst())))));
        }
      }
    }
  }

  private static double perToken(EmbeddingModel model, List<String> texts, int count) {
    AtomicLong tokens = new AtomicLong();
    Stream<String> stream = Stream.iterate(0, i -> i + 1).limit(count).map(i -> texts.get(i % texts.size()));
    return Paired.time(() -> model.embedEach(stream, embedding -> tokens.addAndGet(embedding.tokens()))) / tokens.get();
  }

  private static double perOperation(RobertaEncoder encoder, int length) {
    RobertaConfig config = encoder.config();
    TokenBatch batch = Data.tokens(BATCH / length, length, config.vocabSize());
    double c = config.hiddenSize();
    double products = 8 * c * c + 4 * c * config.intermediateSize();
    double operations = encoder.layers() * batch.ids().length * (products + 4 * c * length);
    return Paired.time(() -> encoder.encode(batch, Demand.none(encoder.layers()).with(-1, Tokens.ALL)).close()) / operations;
  }
}
