package dev.lanepool.weights;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/** One safetensors file or its bytes: a checked header, and the data in windows. */
final class SafetensorsFile implements AutoCloseable {
  /** Small beside any model, so a mapped window adds nothing to the peak; a multiple of every element's size. */
  private static final long WINDOW = 8L << 20;

  private final String name;
  private final SafetensorsHeader header;
  private final long dataStart;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  /** Exactly one of the two is there while this is open, none after close. */
  private @Nullable FileChannel channel;
  private @Nullable MemorySegment memory;

  private SafetensorsFile(String name, SafetensorsHeader header, long dataStart,
      @Nullable FileChannel channel, @Nullable MemorySegment memory) {
    this.name = name;
    this.header = header;
    this.dataStart = dataStart;
    this.channel = channel;
    this.memory = memory;
  }

  static SafetensorsFile open(Path file) {
    String name = file.toString();
    if (!Files.isRegularFile(file)) {
      throw new ModelFileException(name + ": no such file");
    }
    FileChannel channel = null;
    SafetensorsFile opened = null;
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ);
      long size = channel.size();
      byte[] prefix = read(channel, name, 0, (int) Math.min(size, SafetensorsHeader.PREFIX));
      int length = SafetensorsHeader.length(name, prefix, size);
      byte[] json = read(channel, name, SafetensorsHeader.PREFIX, length);
      long dataStart = (long) SafetensorsHeader.PREFIX + length;
      SafetensorsHeader header = SafetensorsHeader.parse(name, json, 0, length, size - dataStart);
      opened = new SafetensorsFile(name, header, dataStart, channel, null);
      return opened;
    } catch (IOException e) {
      throw unreadable(name, e);
    } finally {
      if (opened == null && channel != null) {
        close(name, channel);
      }
    }
  }

  static SafetensorsFile of(String name, byte[] bytes) {
    int length = SafetensorsHeader.length(name, bytes, bytes.length);
    int dataStart = SafetensorsHeader.PREFIX + length;
    SafetensorsHeader header =
        SafetensorsHeader.parse(name, bytes, SafetensorsHeader.PREFIX, length, bytes.length - dataStart);
    return new SafetensorsFile(name, header, dataStart, null, MemorySegment.ofArray(bytes));
  }

  /** The file's path, or what it was called. */
  String name() {
    return name;
  }

  /** In the order of their bytes. */
  Map<String, TensorInfo> tensors() {
    return header.tensors();
  }

  Map<String, String> metadata() {
    return header.metadata();
  }

  interface Visitor {
    /** @param at where the window begins, in bytes from the start of what was asked for */
    void accept(MemorySegment window, long at);
  }

  /**
   * Visits {@code size} bytes of data from {@code from} on, window by window. A window lives only as long as the visit.
   *
   * @throws IllegalStateException after {@link #close}
   */
  void read(long from, long size, Visitor visitor) {
    lock.readLock().lock();
    try {
      if (memory == null && channel == null) {
        throw new IllegalStateException(name + ": the weights are closed");
      }
      for (long at = 0; at < size; at += WINDOW) {
        long begin = dataStart + from + at;
        long length = Math.min(WINDOW, size - at);
        try (Arena arena = Arena.ofConfined()) {
          visitor.accept(memory != null ? memory.asSlice(begin, length) : channel.map(MapMode.READ_ONLY, begin, length, arena), at);
        }
      }
    } catch (IOException e) {
      throw unreadable(name, e);
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      memory = null;
      if (channel != null) {
        close(name, channel);
        channel = null;
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  private static void close(String name, FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw unreadable(name, e);
    }
  }

  private static byte[] read(FileChannel channel, String name, long from, int size) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(size);
    while (buffer.position() < size) {
      // In pieces: the channel copies through native memory as large as what it is asked for.
      buffer.limit(Math.min(size, buffer.position() + (1 << 16)));
      if (channel.read(buffer, from + buffer.position()) < 0) {
        throw new ModelFileException(name + ": became shorter while it was read");
      }
    }
    return buffer.array();
  }

  private static UncheckedIOException unreadable(String name, IOException e) {
    return new UncheckedIOException(name + ": cannot be read (" + e + ")", e);
  }
}
