package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The goldens are what their generator wrote: none changed, none missing, none added by hand. */
class GoldenFilesTest {
  /** What lies beside goldens and is not made by the generator. */
  private static final Set<String> SOURCES = Set.of("README.md", "SHA256SUMS", "generate.py", "heads.py");

  @Test
  void everyGoldenFileOfTheEncoderHasTheChecksumThatItsGeneratorWrote() throws IOException, NoSuchAlgorithmException {
    check(EncoderGolden.goldensFolder(), 21);
  }

  @Test
  void everyGoldenFileOfTrainingHasTheChecksumThatItsGeneratorWrote() throws IOException, NoSuchAlgorithmException {
    check(TrainingGolden.folder(), 5);
  }

  private static void check(Path folder, int count) throws IOException, NoSuchAlgorithmException {
    Map<String, String> expected = new TreeMap<>();
    for (String line : Files.readAllLines(folder.resolve("SHA256SUMS"))) {
      String[] sumAndName = line.split("  ", 2);
      expected.put(sumAndName[1], sumAndName[0]);
    }
    assertEquals(count, expected.size());

    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).filter(file -> !SOURCES.contains(file.getFileName().toString())).toList()) {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
        found.put(folder.relativize(file).toString().replace('\\', '/'), HexFormat.of().formatHex(digest));
      }
    }
    assertEquals(expected, found);
  }
}
