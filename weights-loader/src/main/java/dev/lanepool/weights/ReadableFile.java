package dev.lanepool.weights;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * A file that any number of threads read, whatever becomes of one of them or of the file.
 *
 * <p>A channel closes for all its readers when one of them is interrupted. It is opened again then, provided that the path still leads to
 * the same file, so that reads are not interruptible; the interrupt status stays set. A file that someone shortens is an error that says
 * so, where the JVM would report a memory fault.
 */
final class ReadableFile implements AutoCloseable {
  private final Path path;
  private final BasicFileAttributes opened;
  private FileChannel channel; // guarded by this

  /** @throws ModelFileException where there is no such file, or a folder in its place */
  ReadableFile(Path path) {
    this.path = path;
    if (!Files.isRegularFile(path)) {
      throw new ModelFileException(path + ": no such file" + (Files.isDirectory(path) ? ", found a folder" : ""));
    }
    try {
      opened = Files.readAttributes(path, BasicFileAttributes.class);
      channel = FileChannel.open(path, StandardOpenOption.READ);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** The size when it was opened, in bytes. */
  long size() {
    return opened.size();
  }

  /** What tells the file that was opened from others that come to its path later: size, time of change and, where there is one, key. */
  String stamp() {
    return opened.size() + " bytes of " + opened.lastModifiedTime() + (opened.fileKey() == null ? "" : " " + opened.fileKey());
  }

  /** What is done with mapped bytes. */
  interface Visitor {
    void accept(MemorySegment mapped);
  }

  /**
   * Visits bytes {@code from} to {@code from + size}, mapped for as long as the visit takes.
   *
   * @throws ModelFileException where the file has become shorter, before or meanwhile
   */
  void map(long from, long size, Visitor visitor) {
    try (Arena arena = Arena.ofConfined()) {
      checkLength(from + size);
      visitor.accept(uninterrupted(open -> open.map(MapMode.READ_ONLY, from, size, arena)));
      checkLength(from + size); // a fault in compiled code may show only now, and until then reads as zeros
    } catch (InternalError e) { // how the JVM reports a fault in mapped memory
      checkLength(from + size);
      throw new ModelFileException(path + ": bytes " + from + " to " + (from + size) + " cannot be read (" + e.getMessage() + ")", e);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private void checkLength(long needed) {
    try {
      long size = uninterrupted(FileChannel::size);
      if (size < needed) {
        throw new ModelFileException(path + ": became shorter while it was read: found " + size + " bytes, expected " + opened.size());
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private interface Read<T> {
    T from(FileChannel channel) throws IOException;
  }

  private <T> T uninterrupted(Read<T> read) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return alone(read);
        } catch (ClosedChannelException e) { // this thread was interrupted, or another one that reads
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * One thread at a time: an interrupted one closes the channel while it holds the channel's own lock, and waits for threads that are at
   * work in it, which may be waiting for that lock (JDK 25.0.3, {@code size} against {@code map}). What is done here takes no time.
   */
  private synchronized <T> T alone(Read<T> read) throws IOException {
    return read.from(channel());
  }

  private FileChannel channel() throws IOException {
    if (!channel.isOpen()) {
      FileChannel again = FileChannel.open(path, StandardOpenOption.READ);
      try {
        checkSame(Files.readAttributes(path, BasicFileAttributes.class));
      } catch (IOException | ModelFileException e) {
        again.close();
        throw e;
      }
      channel = again;
    }
    return channel;
  }

  private void checkSame(BasicFileAttributes found) {
    boolean same = found.size() == opened.size() && found.lastModifiedTime().equals(opened.lastModifiedTime())
        && (found.fileKey() == null || found.fileKey().equals(opened.fileKey()));
    if (!same) {
      throw new ModelFileException(path + ": is another file than the one that was opened");
    }
  }

  /** Must not be called while another thread reads. */
  @Override
  public synchronized void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private UncheckedIOException unreadable(IOException e) {
    return new UncheckedIOException(path + ": cannot be read: " + FileFailure.reason(e), e);
  }
}
