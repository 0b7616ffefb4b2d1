package dev.lanepool.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWriterTest {
  /**
   * What the reference writer gives (Python safetensors 0.8.0):
   * <pre>
   * safetensors.numpy.save({
   *     'b': np.array([[1.5, -2, 0.1]], np.float32), 'a': np.array([7], np.float32), 'ids': np.array([0, 31414, -1]),
   *     'é"\\': np.zeros((0, 2), np.float32), '\\uffff': np.array(3, np.float32), '\\U0001f600': np.array(4, np.float32),
   * }, metadata={'format': 'p\nt\x01'}).hex()
   * </pre>
   */
  private static final String GOLDEN = """
      80010000000000007b225f5f6d657461646174615f5f223a7b22666f726d6174223a22705c6e745c7530303031227d2c22696473223a7b226474797065223a2249
      3634222c227368617065223a5b335d2c22646174615f6f666673657473223a5b302c32345d7d2c2261223a7b226474797065223a22463332222c22736861706522
      3a5b315d2c22646174615f6f666673657473223a5b32342c32385d7d2c2262223a7b226474797065223a22463332222c227368617065223a5b312c335d2c226461
      74615f6f666673657473223a5b32382c34305d7d2c22c3a95c225c5c223a7b226474797065223a22463332222c227368617065223a5b302c325d2c22646174615f
      6f666673657473223a5b34302c34305d7d2c22efbfbf223a7b226474797065223a22463332222c227368617065223a5b5d2c22646174615f6f666673657473223a
      5b34302c34345d7d2c22f09f9880223a7b226474797065223a22463332222c227368617065223a5b5d2c22646174615f6f666673657473223a5b34342c34385d7d
      7d200000000000000000b67a000000000000ffffffffffffffff0000e0400000c03f000000c0cdcccc3d0000404000008040
      """.replaceAll("\\s", "");

  @TempDir
  private Path folder;

  private static SafetensorsWriter golden() {
    return new SafetensorsWriter()
        .floats("b", new float[] {1.5f, -2, 0.1f}, 1, 3)
        .floats("\ud83d\ude00", new float[] {4})
        .floats("\uffff", new float[] {3})
        .floats("a", new float[] {7}, 1)
        .longs("ids", new long[] {0, 31414, -1}, 3)
        .floats("é\"\\", new float[0], 0, 2)
        .metadata("format", "p\nt\u0001");
  }

  private List<String> left() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void bytesEqualTheReferenceWriters() throws IOException {
    assertEquals(GOLDEN, HexFormat.of().formatHex(golden().toBytes()));
    assertEquals("08000000000000007b7d202020202020", HexFormat.of().formatHex(new SafetensorsWriter().toBytes()));
    Path file = folder.resolve("golden.safetensors");
    golden().write(file);
    assertArrayEquals(golden().toBytes(), Files.readAllBytes(file));
    assertEquals(List.of("golden.safetensors"), left());
  }

  @Test
  void whatIsWrittenIsReadBack() {
    Path file = folder.resolve("golden.safetensors");
    golden().write(file);
    try (Weights weights = Weights.open(file)) {
      assertEquals(List.of("ids", "a", "b", "é\"\\", "\uffff", "\ud83d\ude00"), List.copyOf(weights.names()));
      assertEquals(Map.of("format", "p\nt\u0001"), weights.metadata());
      assertArrayEquals(new float[] {1.5f, -2, 0.1f}, weights.floats("b"));
      assertEquals(List.of(1L, 3L), weights.info("b").shape());
      assertArrayEquals(new long[] {0, 31414, -1}, weights.longs("ids"));
      assertArrayEquals(new float[] {4}, weights.floats("\ud83d\ude00"));
    }
  }

  @Test
  void aSourceIsAskedInFileOrderAndMayGiveItsElementsInPieces() {
    List<String> asked = new ArrayList<>();
    float[] many = new float[50_001];
    many[50_000] = 5;
    byte[] bytes = new SafetensorsWriter()
        .floats("b", new long[] {2, 50_001}, sink -> {
          asked.add("b");
          sink.write(many, 0, many.length);
          sink.write(new float[] {8, 9}, 1, 1);
          sink.write(many, 1, 50_000);
        })
        .floats("a", new long[0], sink -> {
          asked.add("a");
          sink.write(new float[] {1}, 0, 1);
        })
        .toBytes();
    assertEquals(List.of("a", "b"), asked);
    try (Weights weights = Weights.of("here", bytes)) {
      float[] b = weights.floats("b");
      assertEquals(List.of(5f, 9f, 0f, 5f), List.of(b[50_000], b[50_001], b[50_002], b[100_001]));
    }
  }

  @Test
  void manyIntegersAreWrittenAsTheyAre() {
    long[] many = LongStream.range(0, 20_001).toArray(); // more than the buffer holds, twice
    try (Weights weights = Weights.of("here", new SafetensorsWriter().longs("ids", many, many.length).toBytes())) {
      assertArrayEquals(many, weights.longs("ids"));
    }
  }

  @Test
  void aRangeThatLeavesTheArrayIsRefused() {
    for (int[] range : new int[][] {{1, 2}, {-1, 1}, {0, -1}, {3, 0}}) {
      SafetensorsWriter writer = new SafetensorsWriter().floats("a", new long[] {2}, sink -> sink.write(new float[2], range[0], range[1]));
      assertThrows(IndexOutOfBoundsException.class, writer::toBytes, range[0] + ", " + range[1]);
    }
  }

  @Test
  void aFailedWriteLeavesTheOldFileAndNothingElse() throws IOException {
    Path file = folder.resolve("x.safetensors");
    Files.writeString(file, "old");
    float[] three = {1, 2, 3};
    List<SafetensorsWriter.FloatSource> failing = List.of(
        sink -> {
          throw new IOException("the source broke");
        },
        sink -> {
          throw new AccessDeniedException("the file that is written aside");
        },
        sink -> sink.write(three, 0, 3),
        sink -> sink.write(three, 0, 1),
        sink -> {
          sink.write(three, 0, 1);
          throw new OutOfMemoryError("as if");
        });
    List<String> reasons = List.of(file + ": cannot be written: the source broke", file + ": cannot be written: permission denied",
        "tensor \"a\": its source gave more than 2 elements, its shape [2] has 2",
        "tensor \"a\": its source gave 1 elements, its shape [2] has 2", "as if");
    for (int i = 0; i < failing.size(); i++) {
      SafetensorsWriter writer = new SafetensorsWriter().floats("a", new long[] {2}, failing.get(i));
      assertEquals(reasons.get(i), assertThrows(Throwable.class, () -> writer.write(file)).getMessage());
      assertEquals("old", Files.readString(file));
      assertEquals(List.of("x.safetensors"), left());
    }
  }

  @Test
  void anInterruptedWriteLeavesTheOldFileAndNothingElse() throws IOException {
    Path file = folder.resolve("x.safetensors");
    Files.writeString(file, "old");
    SafetensorsWriter writer = new SafetensorsWriter().floats("a", new long[] {1}, sink -> {
      Thread.currentThread().interrupt();
      sink.write(new float[1], 0, 1);
    });
    assertThrows(CancellationException.class, () -> writer.write(file));
    assertTrue(Thread.interrupted(), "the interrupt is kept");
    assertEquals("old", Files.readString(file));
    assertEquals(List.of("x.safetensors"), left());
  }

  @Test
  void aLinkIsFollowedAndAFolderOrDeviceIsNotReplaced() throws IOException {
    Path real = folder.resolve("real.safetensors");
    Files.writeString(real, "old");
    Path link = Files.createSymbolicLink(folder.resolve("link.safetensors"), real);
    golden().write(link);
    assertTrue(Files.isSymbolicLink(link));
    assertArrayEquals(golden().toBytes(), Files.readAllBytes(real));
    assertTrue(message(() -> golden().write(folder)).contains("not a regular file"));
    Path absent = folder.resolve("absent/x.safetensors");
    assertEquals(absent + ": its folder does not exist", message(() -> golden().write(absent)));
    Path device = Path.of("/dev/null");
    if (Files.exists(device)) {
      assertTrue(message(() -> golden().write(device)).contains("not a regular file"));
      assertFalse(Files.isRegularFile(device));
    }
  }

  @Test
  void eachLinkIsFollowedFromWhereItStands() throws IOException {
    Path inner = Files.createDirectory(folder.resolve("inner"));
    Files.createSymbolicLink(inner.resolve("second"), Path.of("real.safetensors"));
    Path first = Files.createSymbolicLink(folder.resolve("first"), Path.of("inner", "second"));
    golden().write(first);
    assertArrayEquals(golden().toBytes(), Files.readAllBytes(inner.resolve("real.safetensors")));
    assertEquals(List.of("first", "inner"), left());
  }

  @Test
  void aLinkThatLeadsNowhereIsFollowedAndALoopIsNoFile() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link.safetensors"), Path.of("missing.safetensors"));
    new SafetensorsWriter().write(link);
    assertTrue(Files.isSymbolicLink(link) && Files.isRegularFile(folder.resolve("missing.safetensors"), LinkOption.NOFOLLOW_LINKS));
    Path loop = Files.createSymbolicLink(folder.resolve("loop.safetensors"), Path.of("loop.safetensors"));
    UncheckedIOException e = assertThrows(UncheckedIOException.class, () -> new SafetensorsWriter().write(loop));
    assertEquals(loop + ": cannot be written: symbolic links lead in a circle", e.getMessage());
    assertTrue(Files.isSymbolicLink(loop));
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "skipped: needs POSIX permissions")
  void aFileThatIsReplacedKeepsItsPermissions() throws IOException {
    Path file = Files.writeString(folder.resolve("private.safetensors"), "before");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    new SafetensorsWriter().write(file);
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
  }

  @Test
  void badDeclarationsAreRefused() {
    SafetensorsWriter writer = new SafetensorsWriter().floats("a", new float[1], 1);
    assertEquals("tensor \"a\" is declared twice", message(() -> writer.longs("a", new long[1], 1)));
    assertEquals("tensor \"b\": found 2 values for shape [3]", message(() -> writer.floats("b", new float[2], 3)));
    assertEquals("tensor \"b\": found 2 values for shape []", message(() -> writer.longs("b", new long[2])));
    assertEquals("tensor \"b\": impossible shape [-1]", message(() -> writer.floats("b", new long[] {-1}, sink -> { })));
    assertEquals("tensor \"b\": impossible shape [4294967296, 4294967296]",
        message(() -> writer.floats("b", new long[] {1L << 32, 1L << 32}, sink -> { })));
    assertTrue(message(() -> writer.floats("__metadata__", new float[1], 1)).contains("the format reserves it"));
    assertTrue(message(() -> writer.floats("\ud800", new float[1], 1)).contains("not valid Unicode"));
    assertTrue(message(() -> writer.metadata("k", "\udc00")).contains("not valid Unicode"));
  }

  private static String message(Runnable run) {
    return assertThrows(IllegalArgumentException.class, run::run).getMessage();
  }
}
