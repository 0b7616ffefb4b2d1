package dev.lanepool.bench;

import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.RobertaEncoder;
import dev.lanepool.encoder.TokenBatch;
import dev.lanepool.encoder.Tokens;
import dev.lanepool.weights.ModelSource;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * The encoder's forward pass against a peer that runs beside it: the two take turns, A B A B, so that both meet the same noise. Prints
 * the medians, and the median of the ratios of neighbours with the quartiles.
 *
 * <p>Arguments: MODEL THREADS PAIRS SHAPES PEER-COMMAND... where SHAPES is {@code 1x16,8x128} and the peer reads a shape a line and
 * answers with the nanoseconds that one run took ({@code bench/peers/serve.py}).
 */
public final class ForwardAgainstPeer {
  private static final int WARM_UP = 5;

  private ForwardAgainstPeer() {}

  /** See the class. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path model = Path.of(args[0]);
    int threads = Integer.parseInt(args[1]);
    int pairs = Integer.parseInt(args[2]);
    List<String> command = List.of(args).subList(4, args.length);
    Process peer = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (RobertaEncoder encoder = RobertaEncoder.load(ModelSource.folder(model), threads);
        BufferedWriter ask = peer.outputWriter();
        BufferedReader answer = peer.inputReader()) {
      System.out.println(answer.readLine()); // the peer's versions, once it is ready
      for (String shape : args[3].split(",")) {
        TokenBatch batch = batch(shape, encoder);
        Demand demand = Demand.none(encoder.layers()).with(-1, Tokens.ALL);
        double[] ours = new double[pairs];
        double[] theirs = new double[pairs];
        double[] ratios = new double[pairs];
        for (int i = -WARM_UP; i < pairs; i++) {
          long start = System.nanoTime();
          encoder.encode(batch, demand).close();
          double own = System.nanoTime() - start;
          double other = ask(shape, ask, answer);
          if (i >= 0) {
            ours[i] = own / 1e6;
            theirs[i] = other / 1e6;
            ratios[i] = own / other;
          }
        }
        Arrays.sort(ratios);
        System.out.printf("%s: %.1f ms, peer %.1f ms, ratio %.3f (quartiles %.3f to %.3f over %d pairs)%n", shape, median(ours),
            median(theirs), median(ratios), ratios[pairs / 4], ratios[pairs * 3 / 4], pairs);
      }
    } finally {
      peer.destroy();
      peer.waitFor();
    }
  }

  private static double ask(String shape, BufferedWriter ask, BufferedReader answer) throws IOException {
    ask.write(shape);
    ask.newLine();
    ask.flush();
    String line = answer.readLine();
    if (line == null) {
      throw new UncheckedIOException(new IOException("the peer ended; its messages are above"));
    }
    return Double.parseDouble(line.strip());
  }

  /** Random ids between the special tokens that every RoBERTa vocabulary begins with and ends a text with. */
  private static TokenBatch batch(String shape, RobertaEncoder encoder) {
    String[] parts = shape.split("x");
    Random random = new Random(1);
    List<int[]> texts = new ArrayList<>();
    for (int i = 0; i < Integer.parseInt(parts[0]); i++) {
      int[] ids = random.ints(Integer.parseInt(parts[1]), 4, encoder.config().vocabSize()).toArray();
      ids[0] = 0;
      ids[ids.length - 1] = 2;
      texts.add(ids);
    }
    return TokenBatch.of(texts);
  }

  /** Sorts. */
  private static double median(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }
}
