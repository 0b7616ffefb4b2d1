package dev.lanepool.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.Embedding;
import dev.lanepool.weights.Json;
import dev.lanepool.weights.JsonText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class OutputTest {
  private static final List<Embedding> ROWS = List.of(
      new Embedding(0, "plain", 3, false, new float[] {1, -0.5f, 1e-9f}),
      new Embedding(1, "a \"b\", c\nd", 5, true, new float[] {0, -0f, Float.MAX_VALUE}));

  @TempDir
  private Path folder;

  private static byte[] write(EmbeddingWriter.Format format, List<Embedding> rows) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (EmbeddingWriter writer = format.open(out, 3)) {
      for (Embedding row : rows) {
        writer.write(row);
      }
      writer.finish();
    }
    return out.toByteArray();
  }

  @Test
  void jsonLinesHoldNumbersAsJavaPrintsThem() throws IOException {
    assertEquals("""
        {"index":0,"text":"plain","tokens":3,"truncated":false,"embedding":[1.0,-0.5,1.0E-9]}
        {"index":1,"text":"a \\"b\\", c\\nd","tokens":5,"truncated":true,"embedding":[0.0,-0.0,3.4028235E38]}
        """, new String(write(EmbeddingWriter.Format.jsonl, ROWS), StandardCharsets.UTF_8));
  }

  @Test
  void jsonStringsReadBackAsTheyWere() {
    StringBuilder all = new StringBuilder("\u007F\u0085\u2028\u2029😀\uFFFF\"\\/");
    for (char c = 0; c < 0x20; c++) {
      all.append(c);
    }
    String json = JsonText.string(new StringBuilder(), all.toString()).toString();
    assertEquals(List.of(), json.chars().filter(c -> Character.isISOControl(c) || c == 0x2028 || c == 0x2029).boxed().toList());
    assertEquals(all.toString(), Json.parse(json.getBytes(StandardCharsets.UTF_8), "test").asString());
    assertEquals("\"a\uFFFDb\uFFFD\"", JsonText.string(new StringBuilder(), "a\uD83Db\uDE00").toString());
  }

  @Test
  void whatJsonCannotHoldIsRefused() {
    assertThrows(ArithmeticException.class, () -> JsonText.array(new StringBuilder(), new float[] {Float.NaN}));
  }

  @Test
  void csvQuotesWhatNeedsIt() throws IOException {
    assertEquals("""
        index,text,tokens,truncated,v0,v1,v2
        0,plain,3,false,1.0,-0.5,1.0E-9
        1,"a ""b"", c
        d",5,true,0.0,-0.0,3.4028235E38
        """, new String(write(EmbeddingWriter.Format.csv, ROWS), StandardCharsets.UTF_8));
    byte[] none = write(EmbeddingWriter.Format.csv, List.of());
    assertEquals("index,text,tokens,truncated,v0,v1,v2\n", new String(none, StandardCharsets.UTF_8));
  }

  @Test
  void numpyFilesHaveAnAlignedHeaderAndLittleEndianRows() throws IOException {
    for (int n : new int[] {0, 2}) {
      ByteBuffer bytes = ByteBuffer.wrap(write(EmbeddingWriter.Format.npy, ROWS.subList(0, n))).order(ByteOrder.LITTLE_ENDIAN);
      assertEquals(0x4D554E93, bytes.getInt(), "\\x93NUM");
      assertEquals("PY", "" + (char) bytes.get() + (char) bytes.get());
      assertEquals(1, bytes.getShort(), "version 1.0");
      byte[] header = new byte[bytes.getShort()];
      bytes.get(header);
      assertEquals(0, bytes.position() % 64);
      String text = new String(header, StandardCharsets.US_ASCII);
      assertEquals("{'descr': '<f4', 'fortran_order': False, 'shape': (" + n + ", 3), }", text.strip());
      assertTrue(text.endsWith("\n"));
      assertEquals(n * 3 * Float.BYTES, bytes.remaining());
      for (Embedding row : ROWS.subList(0, n)) {
        for (float value : row.vector()) {
          assertEquals(value, bytes.getFloat());
        }
      }
    }
  }

  @Test
  void theTemporaryFileForTheRowsGoes() throws IOException {
    MatrixWriter writer = new MatrixWriter(new ByteArrayOutputStream(), 3, true, folder);
    writer.write(ROWS.getFirst());
    writer.close();
    try (var files = Files.list(folder)) {
      assertEquals(List.of(), files.toList());
    }
  }

  @Test
  void aFolderThatTakesNoTemporaryFileIsNamed() {
    Path absent = folder.resolve("absent");
    String message = assertThrows(IOException.class, () -> new MatrixWriter(new ByteArrayOutputStream(), 3, true, absent)).getMessage();
    assertEquals(absent + ": no temporary file for the vectors can be made there: no such file or folder", message);
  }

  @Test
  void safetensorsHoldOneMatrix() throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(write(EmbeddingWriter.Format.safetensors, ROWS)).order(ByteOrder.LITTLE_ENDIAN);
    byte[] header = new byte[(int) bytes.getLong()];
    bytes.get(header);
    assertEquals("{\"embeddings\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}}",
        new String(header, StandardCharsets.UTF_8).strip());
    float[] rows = new float[6];
    bytes.asFloatBuffer().get(rows);
    assertArrayEquals(new float[] {1, -0.5f, 1e-9f, 0, -0f, Float.MAX_VALUE}, rows);
  }

  @Test
  void aFailedRunLeavesTheFileOfBefore() throws IOException {
    Path file = Files.writeString(folder.resolve("out.jsonl"), "before");
    assertThrows(IllegalStateException.class, () -> Output.write(file, CommandLineRun.shell(""), out -> {
      out.write(new byte[1 << 20]);
      throw new IllegalStateException("midway");
    }));
    assertEquals("before", Files.readString(file));
    try (var files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList());
    }
    Output.write(file, CommandLineRun.shell(""), out -> out.write("after".getBytes(StandardCharsets.UTF_8)));
    assertEquals("after", Files.readString(file));
  }

  @Test
  void aFileIsLookedForWhereItsNameSays() throws IOException {
    Output.check(Path.of("none.jsonl")); // in the folder of the process
    Output.checkFolder(Path.of("none"));
    Path file = Files.writeString(folder.resolve("file"), "no folder");
    String message = assertThrows(IOException.class, () -> Output.check(file.resolve("x.jsonl"))).getMessage();
    assertEquals(file.resolve("x.jsonl") + ": its folder does not exist", message);
  }

  /** As the system takes it, which looks for each part of the name: there is nothing above a file. */
  @Test
  void aFolderBesideAFileIsNotReachedThroughTheFile() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "no folder");
    Path there = file.resolve("../head");
    assertThrows(IOException.class, () -> Files.createDirectories(there));
    String message = assertThrows(IOException.class, () -> Output.checkFolder(there)).getMessage();
    assertEquals(there + ": cannot be a folder: " + file + " is none", message);
    Output.checkFolder(folder.resolve("../" + folder.getFileName() + "/head"));
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "skipped: needs /dev/full")
  void aFailedWriteToADeviceNamesTheDevice() {
    String message = assertThrows(UncheckedIOException.class,
        () -> Output.write(Path.of("/dev/full"), CommandLineRun.shell(""), "text")).getMessage();
    assertEquals("/dev/full: No space left on device", message);
  }

  @Test
  void aFolderIsNoOutput() {
    assertThrows(IOException.class, () -> Output.write(folder, CommandLineRun.shell(""), out -> out.write(1)));
  }

  @Test
  void whatIsReadIsNotWrittenOver() throws IOException {
    String text = "text,label\nabc,first\nxyz,second\n";
    String data = Files.writeString(folder.resolve("data.csv"), text).toString();
    String other = Files.writeString(folder.resolve("other.csv"), text).toString();
    String same = folder + "/./data.csv";
    refused("--report " + same, "compare", data, "-p", "mean", "--report", same);
    refused("--json " + data, "compare", other, "-p", "mean", "--test", data, "--json", data);
    refused("--report " + data, "probe", "--tasks", data, "--report", data);
    refused("--json " + same, "probe", data, "--json", same);
    refused("--json " + data, "evaluate", data, "-H", "absent", "--json", data);
    String link = Files.createSymbolicLink(folder.resolve("link.json"), Path.of(data)).toString(); // which writing follows
    refused("--json " + link, "probe", data, "--json", link);
    assertEquals(text, Files.readString(Path.of(data)));
    String two = CommandLineRun.of("probe", other, "--json", link, "--report", data).err();
    assertTrue(two.startsWith("lanepool: --report " + data + ": expected a file of its own"), two);
  }

  private static void refused(String named, String... args) {
    CommandLineRun run = CommandLineRun.of(args);
    assertEquals(2, run.code());
    assertTrue(run.err().startsWith("lanepool: " + named + ": is a file that this run reads"), run.err());
  }
}
