package dev.lanepool.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
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
  private final String stamp;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  /** Exactly one of the two is there while this is open, none after close. */
  private @Nullable ReadableFile stored;
  private @Nullable MemorySegment memory;

  private SafetensorsFile(String name, SafetensorsHeader header, long dataStart,
      @Nullable ReadableFile stored, @Nullable MemorySegment memory) {
    this.name = name;
    this.header = header;
    this.dataStart = dataStart;
    stamp = stored == null ? name : name + ": " + stored.stamp();
    this.stored = stored;
    this.memory = memory;
  }

  static SafetensorsFile open(Path file) {
    String name = file.toString();
    ReadableFile stored = new ReadableFile(file);
    SafetensorsFile opened = null;
    try {
      byte[] prefix = bytes(stored, 0, (int) Math.min(stored.size(), SafetensorsHeader.PREFIX));
      int length = SafetensorsHeader.length(name, prefix, stored.size());
      byte[] json = bytes(stored, SafetensorsHeader.PREFIX, length);
      long dataStart = (long) SafetensorsHeader.PREFIX + length;
      SafetensorsHeader header = SafetensorsHeader.parse(name, json, 0, length, stored.size() - dataStart);
      opened = new SafetensorsFile(name, header, dataStart, stored, null);
      return opened;
    } finally {
      if (opened == null) {
        stored.close();
      }
    }
  }

  private static byte[] bytes(ReadableFile stored, long from, int size) {
    byte[] bytes = new byte[size];
    stored.map(from, size, mapped -> MemorySegment.copy(mapped, ValueLayout.JAVA_BYTE, 0, bytes, 0, size));
    return bytes;
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

  /** Its name, and what tells it from other files of that name. */
  String stamp() {
    return stamp;
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
      if (memory == null && stored == null) {
        throw new IllegalStateException(name + ": the weights are closed");
      }
      for (long at = 0; at < size; at += WINDOW) {
        long begin = dataStart + from + at;
        long length = Math.min(WINDOW, size - at);
        long place = at;
        if (memory != null) {
          visitor.accept(memory.asSlice(begin, length), place);
        } else {
          stored.map(begin, length, window -> visitor.accept(window, place));
        }
      }
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      memory = null;
      if (stored != null) {
        stored.close();
        stored = null;
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}
