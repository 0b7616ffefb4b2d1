package dev.lanepool.bench;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

/** The built-in model's tokenizer over the lines of a file, its cache of words warm. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class TokenizerBenchmark {
  /** A file of UTF-8 text. */
  @Param({})
  public String text = "";

  private List<String> lines = List.of();
  private Tokenizer tokenizer;

  /** Before each fork's first iteration. */
  @Setup
  public void setUp() throws IOException {
    lines = Files.readAllLines(Path.of(text));
    tokenizer = Tokenizer.load(EmbeddingModel.builtInSource());
  }

  /** All lines; the number of tokens. */
  @Benchmark
  public long encode() {
    long tokens = 0;
    for (String line : lines) {
      tokens += tokenizer.encode(line).length();
    }
    return tokens;
  }
}
