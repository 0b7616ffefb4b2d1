package dev.lanepool.bench;

import dev.lanepool.tokenizer.Tokenizer;
import dev.lanepool.weights.ModelSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The lines of a file to token ids, tokens' offsets and special tokens, on one thread, against Hugging Face's tokenizers. Cold: each run
 * has a tokenizer just loaded, whose cache of words is empty, on both sides; loading is not timed. Warm: the tokenizer has seen the file.
 *
 * <p>Arguments: MODEL PYTHON PEERS TEXT PAIRS BYTES; the file is read over and over until it makes as many bytes.
 */
public final class TokenizerComparison {
  private static final int WARM_UPS = 20; // passes over the file

  private TokenizerComparison() {}

  /** See the class. */
  public static void main(String[] args) throws IOException {
    ModelSource model = ModelSource.folder(Path.of(args[0]));
    Path file = Path.of(args[3]);
    List<String> texts = Files.readAllLines(file);
    long bytes = Files.size(file) - texts.size(); // without the line ends, about
    int pairs = Integer.parseInt(args[4]);
    int times = (int) Math.max(1, Math.ceilDiv(Long.parseLong(args[5]), bytes));
    int warmUps = Math.ceilDiv(WARM_UPS, times);
    try (PeerProcess peer = new PeerProcess(
        List.of(args[1], args[2] + "/tokenize_lines.py", args[0], args[3], Integer.toString(times)))) {
      System.out.printf("Text: %d lines, %d bytes, %d times%n%n", texts.size(), bytes, times);
      Paired.printHead();
      Tokenizer warm = Tokenizer.load(model);
      long tokens = encode(warm, texts, 1);
      long theirs = (long) peer.nanos("count");
      if (tokens != theirs) {
        throw new IllegalStateException("found " + tokens + " tokens, the peer " + theirs);
      }
      Paired.compare("cold word cache", Paired.Unit.MEGABYTES_PER_SECOND, warmUps, pairs, () -> {
        Tokenizer cold = Tokenizer.load(model);
        return Paired.time(() -> encode(cold, texts, times)) / bytes / times;
      }, List.of(new Paired.Contender("tokenizers", () -> peer.nanos("cold") / bytes / times)));
      Paired.compare("warm word cache", Paired.Unit.MEGABYTES_PER_SECOND, warmUps, pairs,
          () -> Paired.time(() -> encode(warm, texts, times)) / bytes / times,
          List.of(new Paired.Contender("tokenizers", () -> peer.nanos("warm") / bytes / times)));
    }
  }

  private static long encode(Tokenizer tokenizer, List<String> texts, int times) {
    long tokens = 0;
    for (int i = 0; i < times; i++) {
      for (String text : texts) {
        tokens += tokenizer.encode(text).length();
      }
    }
    return tokens;
  }
}
