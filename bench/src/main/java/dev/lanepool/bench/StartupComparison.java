package dev.lanepool.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Whole processes, from their start to their end: {@code lanepool embed} of one text, built before, against a Java program that does the
 * same with ONNX Runtime. Beside the times the most memory that either had resident (VmHWM).
 *
 * <p>Arguments: MODEL LANEPOOL THREADS PAIRS; MODEL holds {@code tokenizer.json} and {@code model.onnx} too, LANEPOOL is the script.
 */
public final class StartupComparison {
  private static final int WARM_UPS = 2;
  private static final String TEXT = "this is a string";

  /** Of vectors of unit length, by element: a wrong pooling differs by far more. */
  private static final float TOLERANCE = 1e-3f;

  private long peak; // of the process that ran last, in bytes

  private StartupComparison() {}

  /** See the class. */
  public static void main(String[] args) throws IOException {
    new StartupComparison().compare(args[0], args[1], args[2], Integer.parseInt(args[3]));
  }

  private void compare(String model, String lanepool, String threads, int pairs) throws IOException {
    List<String> ours = List.of(lanepool, "embed", "-m", model, "--threads", threads, "-p", "mean", TEXT);
    // Flags that make short runs shorter: 0.9 of the time without them.
    List<String> onnx = List.of(ProcessHandle.current().info().command().orElseThrow(), "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
        "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"), OnnxStartup.class.getName(),
        model, threads, TEXT);
    requireClose(vector(output(ours)), vector(output(onnx)));
    long weights = Files.size(Path.of(model, "model.safetensors"));
    output(ours);
    System.out.printf("Lanepool: at most %d bytes resident, %.3f of the weights' file%n", peak, (double) peak / weights);
    output(onnx);
    System.out.printf("ONNX Runtime (Java): at most %d bytes resident, %.3f%n%n", peak, (double) peak / weights);
    Paired.printHead();
    Paired.compare("process start to first vector", Paired.Unit.MILLISECONDS, WARM_UPS, pairs, () -> Paired.time(() -> output(ours)),
        List.of(new Paired.Contender("ONNX Runtime (Java)", () -> Paired.time(() -> output(onnx)))));
  }

  /** Runs a process to its end. */
  private String output(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      Thread watch = Thread.startVirtualThread(() -> watch(process.toHandle()));
      String output = new String(process.getInputStream().readAllBytes());
      int code = process.waitFor();
      watch.join();
      if (code != 0) {
        throw new IllegalStateException(command + " ended with " + code);
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Notes the most memory that a process had resident: what the kernel says of it shortly before its end. */
  private void watch(ProcessHandle process) {
    peak = 0;
    while (process.isAlive()) {
      try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
        lines.filter(line -> line.startsWith("VmHWM:"))
            .forEach(line -> peak = Math.max(peak, Long.parseLong(line.replaceAll("\\D", "")) << 10));
        Thread.sleep(5);
      } catch (IOException | UncheckedIOException e) {
        return; // it has ended, or this system has no /proc
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static float[] vector(String output) {
    String numbers = output.substring(output.lastIndexOf('[') + 1, output.lastIndexOf(']'));
    List<Float> values = new ArrayList<>();
    Arrays.stream(numbers.split(",")).forEach(number -> values.add(Float.parseFloat(number.strip())));
    float[] vector = new float[values.size()];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = values.get(i);
    }
    return vector;
  }

  private static void requireClose(float[] ours, float[] theirs) {
    for (int i = 0; i < Math.max(ours.length, theirs.length); i++) {
      if (!(Math.abs(ours[i] - theirs[i]) <= TOLERANCE)) {
        throw new IllegalStateException("element " + i + ": found " + ours[i] + ", the peer " + theirs[i]);
      }
    }
  }
}
