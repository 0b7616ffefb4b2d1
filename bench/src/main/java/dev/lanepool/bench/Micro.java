package dev.lanepool.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * The JMH suite: three forks of five half-second iterations unless told otherwise. Writes JMH's JSON and prints a table in which every
 * fork has its own figure, as the JIT may compile the same code well in one and badly in the next. Measures the SIMD twin;
 * {@code -jvmArgsAppend -Dlanepool.kernels=scalar} measures the other.
 *
 * <p>Arguments: TEXT JSON [JMH OPTION...]; TEXT is a file for the tokenizer.
 */
public final class Micro {
  private Micro() {}

  /** See the class. */
  public static void main(String[] args) throws CommandLineOptionException, RunnerException, IOException {
    CommandLineOptions given = new CommandLineOptions(List.of(args).subList(2, args.length).toArray(String[]::new));
    OptionsBuilder options = new OptionsBuilder();
    options.parent(given);
    options.param("text", args[0]).result(args[1]).resultFormat(ResultFormatType.JSON).shouldFailOnError(true);
    if (!given.getJvmArgsAppend().hasValue()) {
      options.jvmArgsAppend("-Dlanepool.kernels=vector"); // from the first call on; otherwise the scalar twin serves until it is compiled
    }
    if (!given.getForkCount().hasValue()) {
      options.forks(3);
    }
    if (!given.getWarmupIterations().hasValue()) {
      options.warmupIterations(4).warmupTime(TimeValue.milliseconds(500));
    }
    if (!given.getMeasurementIterations().hasValue()) {
      options.measurementIterations(5).measurementTime(TimeValue.milliseconds(500));
    }
    Collection<RunResult> results = new Runner(options.build()).run();
    Path json = Path.of(args[1]);
    Files.writeString(json, Files.readString(json).replace(System.getProperty("java.home"), "JAVA_HOME")); // fit to be committed
    System.out.println("\n| benchmark | mean | each fork | unit |\n|---|---|---|---|");
    for (RunResult result : results) {
      StringJoiner forks = new StringJoiner(", ");
      for (BenchmarkResult fork : result.getBenchmarkResults()) {
        forks.add(String.format(Locale.ROOT, "%.1f", fork.getPrimaryResult().getScore()));
      }
      String name = result.getParams().getBenchmark().replaceFirst("^dev\\.lanepool\\.bench\\.", "").replace("Benchmark.", " ");
      for (String key : result.getParams().getParamsKeys()) {
        if (!key.equals("text")) {
          name += ", " + result.getParams().getParam(key);
        }
      }
      System.out.printf(Locale.ROOT, "| %s | %.1f | %s | %s |%n", name, result.getPrimaryResult().getScore(), forks,
          result.getPrimaryResult().getScoreUnit());
    }
  }
}
