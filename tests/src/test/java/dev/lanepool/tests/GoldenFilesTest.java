package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The goldens are what their generator wrote: none changed, none missing, none added by hand. */
class GoldenFilesTest {
  @Test
  void everyGoldenFileHasTheChecksumThatItsGeneratorWrote() throws IOException, NoSuchAlgorithmException {
    Path folder = EncoderGolden.goldensFolder();
    Map<String, String> expected = new TreeMap<>();
    for (String line : Files.readAllLines(folder.resolve("SHA256SUMS"))) {
      String[] sumAndName = line.split("  ", 2);
      expected.put(sumAndName[1], sumAndName[0]);
    }
    assertEquals(21, expected.size());

    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).filter(file -> !file.getParent().equals(folder)).toList()) {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
        found.put(folder.relativize(file).toString().replace('\\', '/'), HexFormat.of().formatHex(digest));
      }
    }
    assertEquals(expected, found);
  }
}
