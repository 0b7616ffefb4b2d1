package dev.lanepool.weights;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;

/**
 * Writes a safetensors file: first declare every tensor, then write. The bytes are those of the reference writer: I64 before F32, names in
 * the order of their UTF-8 bytes within a type, the header padded with spaces to a multiple of 8.
 *
 * <pre>{@code
 * new SafetensorsWriter()
 *     .longs("text.0.token_ids", ids, ids.length)
 *     .floats("text.0.hidden_states.0", new long[] {rows, width}, sink -> sink.write(states, 0, rows * width))
 *     .write(file);
 * }</pre>
 *
 * A tensor given by a source is asked for its elements only when its turn comes, so that a large file need never be in memory.
 */
public final class SafetensorsWriter {
  private static final int MAX_HEADER = 100_000_000;
  private static final int BUFFER = 1 << 16;

  /** Takes a tensor's elements, in row-major order, in as many calls as it likes. */
  @FunctionalInterface
  public interface FloatSink {
    /**
     * @throws IndexOutOfBoundsException where the range leaves {@code values}
     * @throws IllegalStateException where the tensor's shape has room for fewer elements
     * @throws IOException where they cannot be written
     */
    void write(float[] values, int offset, int count) throws IOException;
  }

  /** Gives a tensor's elements when its turn comes: as many as its shape says. */
  @FunctionalInterface
  public interface FloatSource {
    /** @throws IOException where the elements cannot be had or written; {@link #write} then throws it, unchecked */
    void writeTo(FloatSink sink) throws IOException;
  }

  private interface Content {
    void writeTo(Elements out) throws IOException;
  }

  private record Entry(String name, StoredDtype dtype, List<Long> shape, long elements, Content content) {
    /** The reference's order: the later dtype first, then the name's bytes. */
    static int compare(Entry a, Entry b) {
      int byType = b.dtype.compareTo(a.dtype);
      return byType != 0 ? byType
          : Arrays.compareUnsigned(a.name.getBytes(StandardCharsets.UTF_8), b.name.getBytes(StandardCharsets.UTF_8));
    }
  }

  private final List<Entry> entries = new ArrayList<>();
  private final Set<String> names = new HashSet<>();
  private final Map<String, String> metadata = new TreeMap<>();

  /** A file without tensors so far. */
  public SafetensorsWriter() {}

  /**
   * Adds an entry to {@code __metadata__}, which is written in the order of its keys.
   *
   * @throws IllegalArgumentException where the key or the value holds an unpaired surrogate
   */
  public SafetensorsWriter metadata(String key, String value) {
    checkUnicode(key);
    checkUnicode(value);
    metadata.put(key, value);
    return this;
  }

  /**
   * Declares an F32 tensor. The array is read when the file is written, not copied.
   *
   * @throws IllegalArgumentException where the name is taken or not valid, or the array is not as long as the shape says
   */
  public SafetensorsWriter floats(String name, float[] values, long... shape) {
    checkLength(name, values.length, shape);
    return floats(name, shape, sink -> sink.write(values, 0, values.length));
  }

  /**
   * Declares an F32 tensor whose elements a source gives when the file is written.
   *
   * @throws IllegalArgumentException where the name is taken or not valid, or a dimension is negative
   */
  public SafetensorsWriter floats(String name, long[] shape, FloatSource source) {
    return add(name, StoredDtype.F32, shape, out -> source.writeTo(out::floats));
  }

  /**
   * Declares an I64 tensor. The array is read when the file is written, not copied.
   *
   * @throws IllegalArgumentException where the name is taken or not valid, or the array is not as long as the shape says
   */
  public SafetensorsWriter longs(String name, long[] values, long... shape) {
    checkLength(name, values.length, shape);
    return add(name, StoredDtype.I64, shape, out -> out.longs(values));
  }

  /**
   * Writes the file aside and renames it, as {@link AtomicFile#write} does: where anything fails, what was there stays.
   *
   * @throws IllegalStateException where a source gives more or fewer elements than its tensor's shape says, or the JVM is ending already
   * @throws IllegalArgumentException where the path is there and is no regular file, its folder is not there, or the header would take more
   *     than 100,000,000 bytes
   * @throws CancellationException where the calling thread is interrupted; its interrupt status stays set
   * @throws UncheckedIOException where the file cannot be written
   */
  public void write(Path file) {
    AtomicFile.write(file, this::writeTo);
  }

  /**
   * The file's bytes.
   *
   * @throws IllegalStateException where a source gives more or fewer elements than its tensor's shape says
   * @throws IllegalArgumentException where the header would take more than 100,000,000 bytes
   * @throws UncheckedIOException where a source throws an {@link IOException}
   */
  public byte[] toBytes() {
    var bytes = new ByteArrayOutputStream();
    try {
      writeTo(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /**
   * Writes the bytes to a stream, which is left open.
   *
   * @throws IllegalStateException where a source gives more or fewer elements than its tensor's shape says
   * @throws IllegalArgumentException where the header would take more than 100,000,000 bytes
   * @throws IOException where the stream or a source throws it
   */
  public void writeTo(OutputStream out) throws IOException {
    List<Entry> sorted = entries.stream().sorted(Entry::compare).toList();
    byte[] header = header(sorted);
    out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).array());
    out.write(header);
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
    for (Entry entry : sorted) {
      Elements elements = new Elements(entry, out, buffer);
      entry.content.writeTo(elements);
      elements.finish();
    }
  }

  private byte[] header(List<Entry> sorted) {
    Map<String, String> fields = new LinkedHashMap<>();
    if (!metadata.isEmpty()) {
      StringBuilder values = new StringBuilder();
      metadata.forEach((key, value) ->
          values.append(values.isEmpty() ? "" : ",").append(Json.string(key)).append(':').append(Json.string(value)));
      fields.put("__metadata__", "{" + values + "}");
    }
    long begin = 0;
    for (Entry entry : sorted) {
      long end = Math.addExact(begin, entry.elements * (entry.dtype.bits() / 8));
      String shape = entry.shape.toString().replace(" ", "");
      fields.put(entry.name, "{\"dtype\":\"" + entry.dtype + "\",\"shape\":" + shape + ",\"data_offsets\":[" + begin + "," + end + "]}");
      begin = end;
    }
    StringBuilder text = new StringBuilder("{");
    fields.forEach((name, value) -> text.append(text.length() > 1 ? "," : "").append(Json.string(name)).append(':').append(value));
    byte[] bytes = text.append('}').toString().getBytes(StandardCharsets.UTF_8);
    int padded = Math.ceilDiv(bytes.length, 8) * 8;
    if (padded > MAX_HEADER) {
      throw new IllegalArgumentException("the header would take " + padded + " bytes, the format allows " + MAX_HEADER);
    }
    byte[] header = Arrays.copyOf(bytes, padded);
    Arrays.fill(header, bytes.length, padded, (byte) ' ');
    return header;
  }

  private SafetensorsWriter add(String name, StoredDtype dtype, long[] shape, Content content) {
    checkUnicode(name);
    if (name.equals("__metadata__")) {
      throw new IllegalArgumentException("\"__metadata__\" is no name for a tensor: the format reserves it");
    }
    long elements = elements(name, shape);
    if (!names.add(name)) {
      throw new IllegalArgumentException("tensor " + Json.quote(name) + " is declared twice");
    }
    entries.add(new Entry(name, dtype, Arrays.stream(shape).boxed().toList(), elements, content));
    return this;
  }

  private static void checkLength(String name, int length, long[] shape) {
    if (length != elements(name, shape)) {
      throw new IllegalArgumentException(
          "tensor " + Json.quote(name) + ": found " + length + " values for shape " + Arrays.toString(shape));
    }
  }

  /** The product of the shape, checked so that the size in bytes fits a long too. */
  private static long elements(String name, long[] shape) {
    long bytes = 8;
    for (long dimension : shape) {
      if (dimension < 0 || Math.multiplyHigh(bytes, dimension) != 0 || bytes * dimension < 0) {
        throw new IllegalArgumentException("tensor " + Json.quote(name) + ": impossible shape " + Arrays.toString(shape));
      }
      bytes *= dimension;
    }
    return bytes / 8;
  }

  private static void checkUnicode(String text) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new IllegalArgumentException(Json.quote(text) + " is not valid Unicode (a lone surrogate)");
    }
  }

  /** One tensor's elements on their way out, counted. */
  private static final class Elements {
    private final Entry entry;
    private final OutputStream out;
    private final ByteBuffer buffer;
    private long written;

    Elements(Entry entry, OutputStream out, ByteBuffer buffer) {
      this.entry = entry;
      this.out = out;
      this.buffer = buffer;
    }

    void floats(float[] values, int offset, int count) throws IOException {
      Objects.checkFromIndexSize(offset, count, values.length);
      advance(count);
      int chunk = buffer.capacity() / Float.BYTES;
      for (int at = 0; at < count; at += chunk) {
        int n = Math.min(chunk, count - at);
        buffer.asFloatBuffer().put(values, offset + at, n);
        out.write(buffer.array(), 0, n * Float.BYTES);
      }
    }

    void longs(long[] values) throws IOException {
      advance(values.length);
      int chunk = buffer.capacity() / Long.BYTES;
      for (int at = 0; at < values.length; at += chunk) {
        int n = Math.min(chunk, values.length - at);
        buffer.asLongBuffer().put(values, at, n);
        out.write(buffer.array(), 0, n * Long.BYTES);
      }
    }

    private void advance(int count) {
      written += count;
      if (written > entry.elements) {
        throw miscounted("more than " + entry.elements);
      }
    }

    void finish() {
      if (written != entry.elements) {
        throw miscounted(String.valueOf(written));
      }
    }

    private IllegalStateException miscounted(String given) {
      return new IllegalStateException("tensor " + Json.quote(entry.name) + ": its source gave " + given + " elements, its shape "
          + entry.shape + " has " + entry.elements);
    }
  }
}
