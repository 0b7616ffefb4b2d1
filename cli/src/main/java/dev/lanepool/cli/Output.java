package dev.lanepool.cli;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Where a command's data goes. A file is written aside and takes its name only in {@link #commit}, so that a failed run leaves the file
 * of before as it was; standard output and devices are written as the data comes.
 */
final class Output implements Closeable {
  private final String name;
  private final OutputStream stream;
  private final @Nullable FileChannel channel;
  private final @Nullable Path aside;
  private final @Nullable Path target; // the aside file is renamed to it, or, where there is none, copied to the sink
  private final @Nullable OutputStream sink;
  private final @Nullable Thread cleaner;

  private Output(String name, @Nullable Path aside, @Nullable Path target, @Nullable OutputStream sink) throws IOException {
    this.name = name;
    this.aside = aside;
    this.target = target;
    this.sink = sink;
    if (aside == null) {
      this.channel = null;
      this.cleaner = null;
      this.stream = new Named(sink, name);
    } else {
      this.channel = FileChannel.open(aside, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
      this.cleaner = new Thread(() -> delete(aside)); // an interrupted run tidies up as a failed one does
      Runtime.getRuntime().addShutdownHook(cleaner);
      this.stream = new Named(new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16), name);
    }
  }

  /**
   * Opens a file, or standard output where {@code file} is null or {@code -}.
   *
   * @param patched whether the beginning is written last, by {@link #patch}; data for a pipe then waits in a temporary file
   */
  static Output open(@Nullable Path file, boolean patched, Shell shell) throws IOException {
    if (file == null || file.toString().equals("-")) {
      return streaming("standard output", shell.out(), patched);
    }
    if (Files.isDirectory(file)) {
      throw new IOException(file + ": is a folder, expected a file");
    }
    if (Files.exists(file) && !Files.isRegularFile(file)) { // a device or a named pipe is not to be replaced by a file
      return streaming(file.toString(), Files.newOutputStream(file), patched);
    }
    Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath(); // a link stays a link
    if (!Files.isDirectory(target.getParent())) {
      throw new IOException(file + ": there is no folder " + target.getParent());
    }
    return new Output(file.toString(), target.resolveSibling("." + target.getFileName() + "." + unique()), target, null);
  }

  private static Output streaming(String name, OutputStream sink, boolean patched) throws IOException {
    return new Output(name, patched ? Path.of(System.getProperty("java.io.tmpdir"), "lanepool-" + unique()) : null, null, sink);
  }

  private static String unique() {
    return ProcessHandle.current().pid() + "-" + Long.toString(System.nanoTime(), Character.MAX_RADIX) + ".tmp";
  }

  /** Every failed write names this output. A pipe closed by its reader is a {@link ClosedPipeException}. */
  OutputStream stream() {
    return stream;
  }

  /** Overwrites the beginning, once everything else is written. */
  void patch(byte[] beginning) throws IOException {
    stream.flush();
    ByteBuffer bytes = ByteBuffer.wrap(beginning);
    while (bytes.hasRemaining()) {
      channel.write(bytes, bytes.position());
    }
  }

  /** Makes what was written the result. */
  void commit() throws IOException {
    stream.flush();
    if (channel == null) {
      return;
    }
    if (target == null) {
      OutputStream out = new Named(sink, name);
      channel.position(0);
      Channels.newInputStream(channel).transferTo(out);
      out.flush();
      return;
    }
    channel.force(true);
    channel.close();
    try {
      Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(aside, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Takes back what was not committed. */
  @Override
  public void close() throws IOException {
    if (channel == null) {
      return;
    }
    channel.close();
    delete(aside);
    try {
      Runtime.getRuntime().removeShutdownHook(cleaner);
    } catch (IllegalStateException e) {
      // The machine is going down, and the hook is running.
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // Nothing is left to be done about it, and the failure that led here is the one to report.
    }
  }

  /** A reader that has seen enough: the run ends without a word. */
  static final class ClosedPipeException extends IOException {
    private static final long serialVersionUID = 1L;

    ClosedPipeException(IOException cause) {
      super("closed pipe", cause);
    }
  }

  private static final class Named extends FilterOutputStream {
    private final String name;

    Named(OutputStream out, String name) {
      super(out);
      this.name = name;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (IOException e) {
        throw named(e);
      }
    }

    @Override
    public void flush() throws IOException {
      try {
        out.flush();
      } catch (IOException e) {
        throw named(e);
      }
    }

    private IOException named(IOException e) {
      // The JDK has no type for it; the text is the C library's, in English because the launcher sets the locale.
      String message = String.valueOf(e.getMessage());
      return message.contains("Broken pipe") ? new ClosedPipeException(e) : new IOException(name + ": " + message, e);
    }
  }
}
