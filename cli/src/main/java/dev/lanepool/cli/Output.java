package dev.lanepool.cli;

import dev.lanepool.weights.AtomicFile;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where a command's data goes: a file that appears whole or not at all, or standard output as the data comes. */
final class Output {
  private Output() {}

  /**
   * Writes to a file, aside and renamed at the end, or to standard output where {@code file} is null or {@code -}. A device or a named
   * pipe is written to, not replaced.
   *
   * @throws UncheckedIOException where a write fails; the message names the output
   */
  static void write(@Nullable Path file, Shell shell, AtomicFile.Body body) throws IOException {
    if (isStandardOutput(file)) {
      writeNamed("standard output", shell.out(), body);
    } else if (!AtomicFile.isReplaceable(file)) {
      try (OutputStream device = Files.newOutputStream(file)) {
        writeNamed(file.toString(), device, body);
      }
    } else {
      AtomicFile.write(file, out -> writeNamed(file.toString(), out, body));
    }
  }

  /** Writes a text so, in UTF-8. */
  static void write(@Nullable Path file, Shell shell, String text) throws IOException {
    write(file, shell, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Says before a long run what would keep it from writing a file at its end.
   *
   * @throws IOException where the file is a folder, or its folder is not there or not to be written to; the message names it
   */
  static void check(@Nullable Path file) throws IOException {
    if (isStandardOutput(file)) {
      return;
    }
    Path folder = file.toAbsolutePath().getParent();
    if (Files.isDirectory(file)) {
      throw new IOException(file + ": is a folder, expected a file");
    }
    if (folder == null || !Files.isDirectory(folder)) {
      throw new IOException(file + ": its folder does not exist");
    }
    if (!Files.isWritable(AtomicFile.isReplaceable(file) ? folder : file)) {
      throw new IOException(file + ": cannot be written: permission denied");
    }
  }

  /**
   * The same of a folder to be made or written into.
   *
   * @throws IOException where it cannot be; the message names it
   */
  static void checkFolder(Path folder) throws IOException {
    Path there = folder.toAbsolutePath();
    while (there != null && !Files.exists(there)) {
      there = there.getParent();
    }
    if (there == null || !Files.isDirectory(there)) {
      throw new IOException(folder + ": cannot be a folder: " + there + " is none");
    }
    if (!Files.isWritable(there)) {
      throw new IOException(folder + ": cannot be written: permission denied");
    }
  }

  static boolean isStandardOutput(@Nullable Path file) {
    return file == null || file.toString().equals("-");
  }

  private static void writeNamed(String name, OutputStream out, AtomicFile.Body body) {
    try {
      OutputStream named = new BufferedOutputStream(new Named(out, name), 1 << 16);
      body.write(named);
      named.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  /** A reader that has seen enough: the run ends without a word. */
  static final class ClosedPipeException extends IOException {
    private static final long serialVersionUID = 1L;

    ClosedPipeException(IOException cause) {
      super("closed pipe", cause);
    }
  }

  /** For a buffered stream, which writes arrays and never a byte. */
  private static final class Named extends FilterOutputStream {
    private final String name;

    Named(OutputStream out, String name) {
      super(out);
      this.name = name;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (IOException e) {
        // The JDK has no type for it. The text is the C library's, in English because the launcher sets the locale.
        String message = String.valueOf(e.getMessage());
        throw message.contains("Broken pipe") ? new ClosedPipeException(e) : new IOException(name + ": " + message, e);
      }
    }
  }
}
