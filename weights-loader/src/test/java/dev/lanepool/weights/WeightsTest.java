package dev.lanepool.weights;

import static dev.lanepool.weights.Fixtures.refused;
import static dev.lanepool.weights.Fixtures.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class WeightsTest {
  private static final String INDEX = "model.safetensors.index.json";

  @TempDir
  private Path folder;

  private ModelSource source() {
    return ModelSource.folder(folder);
  }

  private static byte[] floats(String name, float... values) {
    return new SafetensorsWriter().metadata("of", name).floats(name, values, values.length).toBytes();
  }

  private void index(String weightMap) {
    write(folder, INDEX, "{\"metadata\":{\"total_size\":8},\"weight_map\":" + weightMap + "}");
  }

  private void twoShards() {
    write(folder, "one.safetensors", floats("a", 1, 2));
    write(folder, "two.safetensors", new SafetensorsWriter().floats("b", new float[] {3}, 1).floats("c", new float[] {4}, 1).toBytes());
  }

  @Test
  void aSingleFileComesBeforeAnIndex() {
    write(folder, "model.safetensors", floats("a", 5));
    index("{\"a\":\"absent.safetensors\"}");
    try (Weights weights = Weights.open(source())) {
      assertArrayEquals(new float[] {5}, weights.floats("a"));
      assertEquals(Map.of("of", "a"), weights.metadata());
    }
  }

  @Test
  void shardsReadAsOne() {
    twoShards();
    index("{\"b\":\"two.safetensors\",\"a\":\"one.safetensors\"}");
    try (Weights weights = Weights.open(source())) {
      assertEquals(List.of("b", "a"), List.copyOf(weights.names()));
      assertTrue(weights.contains("a"));
      assertFalse(weights.contains("c"), "not in the index, so not in the model");
      assertArrayEquals(new float[] {1, 2}, weights.floats("a"));
      assertArrayEquals(new float[] {3}, weights.floats("b"));
      assertEquals(folder.resolve("two.safetensors") + ": tensor \"b\"", weights.describe("b"));
      assertEquals(folder.resolve(INDEX) + ": tensor \"x\"", weights.describe("x"));
      refused(() -> weights.info("c"), folder.resolve(INDEX) + ": no tensor \"c\"");
    }
  }

  @Test
  void aMissingShardOrTensorIsNamed() {
    twoShards();
    index("{\"a\":\"one.safetensors\",\"b\":\"three.safetensors\"}");
    refused(() -> Weights.open(source()), folder.resolve("three.safetensors") + ": no such file", folder.resolve(INDEX) + " names it");
    index("{\"a\":\"one.safetensors\",\"x\":\"one.safetensors\",\"b\":\"two.safetensors\",\"y\":\"two.safetensors\"}");
    refused(() -> Weights.open(source()), folder.resolve(INDEX).toString(), "\"x\" in one.safetensors, \"y\" in two.safetensors");
  }

  @Test
  void aShardNameThatLeavesTheFolderIsRefused() {
    twoShards();
    Path inner = folder.resolve("inner");
    write(inner, "model.safetensors.index.json", "{}");
    List<String> names = List.of("../one.safetensors", "..", ".", "", "/etc/passwd", "a/b.safetensors", "..\\\\one.safetensors",
        "C:one.safetensors", "one.safetensors\\u0000");
    for (String name : names) {
      write(inner, INDEX, "{\"weight_map\":{\"a\":\"" + name + "\"}}");
      refused(() -> Weights.open(ModelSource.folder(inner)),
          INDEX + ": weight_map.a: found the string \"", "expected the plain name of a file");
    }
  }

  @Test
  void anIndexIsReadStrictly() {
    index("[]");
    refused(() -> Weights.open(source()), INDEX + ": weight_map: found an array, expected an object");
    index("{\"a\":1}");
    refused(() -> Weights.open(source()), "weight_map.a: found 1, expected a string");
    index("{\"a\":\"x\",\"a\":\"x\"}");
    refused(() -> Weights.open(source()), "Duplicate field 'a'");
    write(folder, INDEX, "{}");
    refused(() -> Weights.open(source()), "the field \"weight_map\" is missing");
  }

  @Test
  void aFolderWithoutWeightsSaysWhatWasLookedFor() {
    refused(() -> Weights.open(source()), folder.resolve("model.safetensors") + ": no such file, and no " + INDEX);
    write(folder, "pytorch_model.bin.index.json", "{}");
    refused(() -> Weights.open(source()), "found pytorch_model.bin.index.json", "convert it to safetensors");
    write(folder, "pytorch_model.bin", "x");
    refused(() -> Weights.open(source()), "found pytorch_model.bin,", "convert it to safetensors");
    refused(() -> Weights.open(folder.resolve("head.safetensors")), folder.resolve("head.safetensors") + ": no such file");
    refused(() -> Weights.open(folder), folder + ": no such file, found a folder");
  }

  @Test
  void resourcesAreReadAsFilesAre() throws IOException {
    write(folder, "m/model.safetensors", floats("a", 7, 8));
    URL[] root = {URI.create(folder.toUri().toString()).toURL()};
    try (URLClassLoader loader = new URLClassLoader(root, null);
        Weights weights = Weights.open(ModelSource.resources(loader, "m/"))) {
      assertArrayEquals(new float[] {7, 8}, weights.floats("a"));
      assertEquals("m/model.safetensors: tensor \"a\"", weights.describe("a"));
      refused(() -> Weights.open(ModelSource.resources(loader, "n/")), "n/model.safetensors: no such file");
    }
  }

  @Test
  void useAfterCloseIsAnIllegalState() {
    Weights mapped = Weights.open(write(folder, "a.safetensors", floats("a", 1)));
    Weights inMemory = Weights.of("here", floats("a", 1));
    for (Weights weights : List.of(mapped, inMemory)) {
      weights.close();
      weights.close();
      String message = assertThrows(IllegalStateException.class, () -> weights.floats("a")).getMessage();
      assertTrue(message.contains("the weights are closed"), message);
      assertThrows(IllegalStateException.class, () -> weights.floats("a", 1, new float[0], 0, 0), "even where nothing is asked for");
    }
  }

  private static List<String> openHandles(Path folder) throws IOException {
    Path self = Path.of("/proc/self");
    Assumptions.assumeTrue(Files.isDirectory(self.resolve("fd")), "no /proc to look at");
    try (Stream<Path> handles = Files.list(self.resolve("fd"));
        Stream<String> maps = Files.lines(self.resolve("maps"))) {
      Stream<String> targets = handles.map(handle -> {
        try {
          return Files.readSymbolicLink(handle).toString();
        } catch (IOException e) {
          return "";
        }
      });
      return Stream.concat(targets, maps).filter(line -> line.contains(folder.toString())).toList();
    }
  }

  @Test
  void nothingStaysMappedAfterAReadAndNothingOpenAfterClose() throws IOException {
    twoShards();
    index("{\"b\":\"two.safetensors\",\"a\":\"one.safetensors\"}");
    Weights weights = Weights.open(source());
    weights.floats("a");
    assertEquals(2, openHandles(folder).size(), "two files open, nothing mapped");
    weights.close();
    assertEquals(List.of(), openHandles(folder));
    index("{\"a\":\"one.safetensors\",\"b\":\"three.safetensors\"}");
    refused(() -> Weights.open(source()), "three.safetensors");
    Path broken = write(folder, "broken.safetensors", "12345678901234567890");
    refused(() -> Weights.open(broken), "header length");
    assertEquals(List.of(), openHandles(folder), "a failed open closes what it opened");
  }

  @Test
  void manyThreadsReadAtOnce() throws Exception {
    float[] values = new float[3_000_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    Path file = write(folder, "a.safetensors", floats("a", values));
    CountDownLatch start = new CountDownLatch(1);
    try (Weights weights = Weights.open(file); ExecutorService pool = Executors.newFixedThreadPool(4)) {
      List<Future<float[]>> reads = Stream.generate(() -> pool.submit(() -> {
        start.await();
        return weights.floats("a");
      })).limit(8).toList();
      start.countDown();
      for (Future<float[]> read : reads) {
        assertArrayEquals(values, read.get());
      }
    }
  }

  @Test
  void anInterruptedReaderReadsOnAndHarmsNobody() throws Exception {
    Path file = write(folder, "a.safetensors", floats("a", new float[1_000_000]));
    try (Weights weights = Weights.open(file); ExecutorService pool = Executors.newSingleThreadExecutor()) {
      Future<Integer> other = pool.submit(() -> {
        int read = 0;
        while (!Thread.currentThread().isInterrupted()) {
          read += weights.floats("a").length > 0 ? 1 : 0;
        }
        return read;
      });
      for (int i = 0; i < 50; i++) {
        Thread.currentThread().interrupt();
        assertEquals(1_000_000, weights.floats("a").length);
        assertTrue(Thread.interrupted(), "the interrupt status stays");
      }
      assertFalse(other.isDone(), "the other reader goes on");
      pool.shutdownNow();
      assertTrue(other.get() > 0);
      Thread.currentThread().interrupt();
      Weights.open(file).close();
      assertTrue(Thread.interrupted());
    }
  }

  @Test
  void anInterruptedReaderDoesNotReadAnotherFileThatTookThePlace() throws IOException {
    Path file = write(folder, "a.safetensors", floats("a", 1));
    try (Weights weights = Weights.open(file)) {
      write(folder, "a.safetensors", floats("a", 1, 2));
      Thread.currentThread().interrupt();
      refused(() -> weights.floats("a"), file + ": is another file than the one that was opened");
      assertTrue(Thread.interrupted());
      refused(() -> weights.floats("a"), file + ": is another file than the one that was opened"); // and ever after
    }
    assertEquals(List.of(), openHandles(folder));
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "skipped: needs file keys")
  void theSizeTheTimeOrTheKeyAloneTellsAnotherFile() throws IOException {
    FileTime time = FileTime.fromMillis(1_700_000_000_000L);
    for (String mark : List.of("size", "time", "key")) {
      Path file = write(folder, mark, floats("a", 1));
      Files.setLastModifiedTime(file, time);
      try (Weights weights = Weights.open(file)) {
        if (mark.equals("size")) {
          Files.write(file, new byte[1], StandardOpenOption.APPEND);
        } else if (mark.equals("key")) {
          Files.move(write(folder, "other", floats("a", 2)), file, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.setLastModifiedTime(file, mark.equals("time") ? FileTime.fromMillis(time.toMillis() + 2000) : time);
        Thread.currentThread().interrupt();
        refused(() -> weights.floats("a"), file + ": is another file than the one that was opened");
        assertTrue(Thread.interrupted());
      }
    }
  }

  @Test
  void closeWaitsForAReadUnderWay() throws Exception {
    SafetensorsFile file = SafetensorsFile.open(write(folder, "a.safetensors", floats("a", 1)));
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch enough = new CountDownLatch(1);
    try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
      Future<Boolean> closed;
      try {
        pool.submit(() -> file.read(0, 4, (window, at) -> {
          reading.countDown();
          awaitQuietly(enough);
        }));
        reading.await();
        closed = pool.submit(() -> {
          file.close();
          return enough.getCount() == 0;
        });
        assertThrows(TimeoutException.class, () -> closed.get(100, TimeUnit.MILLISECONDS));
      } finally {
        enough.countDown(); // or closing the executor would wait for ever
      }
      assertTrue(closed.get());
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aFileThatBecomesShorterIsNamed() throws IOException {
    Path file = write(folder, "a.safetensors", floats("a", new float[100_000]));
    try (Weights weights = Weights.open(file)) {
      assertEquals(100_000, weights.floats("a").length);
      truncate(file, 5000);
      refused(() -> weights.floats("a"), file + ": became shorter while it was read: found 5000 bytes, expected ");
    }
  }

  /** The fault that the JVM reports of a page that is no longer there. */
  @Test
  void aFileThatBecomesShorterWhileItIsMappedIsNamed() throws IOException {
    Path file = write(folder, "a.bin", new byte[1 << 20]);
    byte[] into = new byte[1 << 20];
    try (ReadableFile readable = new ReadableFile(file)) {
      refused(() -> readable.map(0, into.length, mapped -> {
        truncate(file, 5000);
        MemorySegment.copy(mapped, ValueLayout.JAVA_BYTE, 0, into, 0, into.length);
      }), file + ": became shorter while it was read: found 5000 bytes, expected 1048576");
      refused(() -> readable.map(0, 4096, mapped -> truncate(file, 4000)), "found 4000 bytes"); // though it met no fault
      refused(() -> readable.map(0, 2048, mapped -> {
        truncate(file, 0);
        into[0] = mapped.get(ValueLayout.JAVA_BYTE, 100);
      }), "found 0 bytes");
    }
  }

  private static void truncate(Path file, long size) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(size);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whatIsNoFileOrTooLargeIsRefused() throws IOException {
    Files.createDirectory(folder.resolve("config.json"));
    refused(() -> source().findJson("config.json"), folder.resolve("config.json") + ": found a folder, expected a file");
    Files.createDirectory(folder.resolve("model.safetensors"));
    refused(() -> Weights.open(source()), "model.safetensors: found a folder, expected a file");
    Files.createSymbolicLink(folder.resolve("vocab.json"), folder.resolve("nowhere"));
    refused(() -> source().find("vocab.json"), "vocab.json: found a device or a link that leads nowhere, expected a file");
    try (FileChannel channel = FileChannel.open(folder.resolve("tokenizer.json"),
        StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
      channel.write(ByteBuffer.wrap(new byte[1]), 3L << 30);
    }
    refused(() -> source().find("tokenizer.json"), "tokenizer.json: found 3221225473 bytes, expected at most 33554432");
    truncate(folder.resolve("tokenizer.json"), ModelSource.MAX_BYTES);
    assertEquals(ModelSource.MAX_BYTES, source().read("tokenizer.json").length);
  }
}
