package dev.lanepool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.lanepool.kernels.Kernels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Neither of the kernels' twins finds what the other computed, although it is the same bits: a run compares its own. */
class CacheOfTwinsTest {
  @TempDir
  private Path folder;

  @Test
  void eachTwinHasFeaturesOfItsOwn() throws Exception {
    assumeFalse(Kernels.active().name().equals("scalar"), "the other twin is not there");
    Path model = folder.resolve("model");
    TinyModel.write(model);
    Path data = Files.writeString(folder.resolve("data.csv"), "text,label\n" + IntStream.range(0, 40)
        .mapToObj(i -> (i % 2 == 0 ? "abc " : "xyz ") + i + "," + i % 2 + "\n").collect(Collectors.joining()));
    List<String> arguments = List.of("train", data.toString(), "-m", model.toString(), "--epochs", "1", "-o",
        folder.resolve("head").toString(), "--cache", folder.resolve("cache").toString());
    Process scalar = CommandLineRun.process(List.of("-Dlanepool.kernels=scalar"), arguments).start();
    String said = new String(scalar.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, scalar.waitFor(), said);
    assertTrue(said.contains("encoded 40 texts"), said);
    assertTrue(run(arguments).contains("encoded 40 texts"));
    assertTrue(run(arguments).contains("encoded 0 texts"));
  }

  private static String run(List<String> arguments) {
    CommandLineRun run = CommandLineRun.of(arguments.toArray(String[]::new));
    assertEquals(0, run.code(), run.err());
    return run.err();
  }
}
