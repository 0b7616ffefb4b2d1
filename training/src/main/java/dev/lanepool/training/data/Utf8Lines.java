package dev.lanepool.training.data;

import dev.lanepool.weights.FileFailure;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a UTF-8 stream. Lines end in {@code \n} or {@code \r\n} and in nothing else; a byte order mark at the very beginning is no
 * text. Bytes that are not UTF-8 are an error that names the stream and the line.
 */
public final class Utf8Lines implements Closeable {
  private final InputStream in;
  private final String name;
  private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder(); // reports malformed input
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private long number;
  private long bytesRead;

  /** @param name how errors name the stream */
  public Utf8Lines(InputStream in, String name) {
    this.in = new BufferedInputStream(in, 1 << 16);
    this.name = name;
  }

  /**
   * Those of a file.
   *
   * @throws DataFileException where it is a folder
   * @throws IOException where it cannot be opened; the message names it
   */
  public static Utf8Lines open(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new DataFileException(file + ": is a folder, expected a file");
    }
    try {
      return new Utf8Lines(Files.newInputStream(file), file.toString());
    } catch (IOException e) {
      throw new IOException(file + ": " + FileFailure.reason(e), e);
    }
  }

  /** How errors name the stream. */
  public String name() {
    return name;
  }

  /** The number of the line read last, from 1. */
  public long number() {
    return number;
  }

  /** The bytes of all lines read so far, ends included. */
  public long bytesRead() {
    return bytesRead;
  }

  /**
   * Whether something of the next line is there already; where not, {@link #next} may wait for it.
   *
   * @throws IOException where the stream cannot be read; the message names it
   */
  public boolean ready() throws IOException {
    try {
      return in.available() > 0;
    } catch (IOException e) {
      throw new IOException(name + ": " + e.getMessage(), e);
    }
  }

  /**
   * The next line without its end, or null after the last. What follows the last line's end is a line only where it is not empty.
   *
   * @throws DataFileException where the line is not UTF-8
   * @throws IOException where the stream cannot be read; the message names it
   */
  public @Nullable String next() throws IOException {
    String raw = nextRaw();
    if (raw == null || !raw.endsWith("\n")) {
      return raw;
    }
    return raw.substring(0, raw.length() - (raw.endsWith("\r\n") ? 2 : 1));
  }

  /** The next line with its end, or null after the last. */
  private @Nullable String nextRaw() throws IOException {
    line.reset();
    for (int b = read(); b >= 0; b = read()) {
      line.write(b);
      if (b == '\n') {
        break;
      }
    }
    if (line.size() == 0) {
      return null;
    }
    number++;
    bytesRead += line.size();
    String text;
    try {
      text = decoder.decode(ByteBuffer.wrap(line.toByteArray())).toString();
    } catch (CharacterCodingException e) {
      throw new DataFileException(name + ": line " + number + ": not valid UTF-8" + (isUtf16() ? ", but UTF-16 as it seems" : ""), e);
    }
    return number == 1 && text.startsWith("\uFEFF") ? text.substring(1) : text;
  }

  /** Whether the line begins with the byte order mark of UTF-16. */
  private boolean isUtf16() {
    byte[] bytes = line.toByteArray();
    int mark = bytes.length < 2 ? 0 : (bytes[0] & 0xFF) << 8 | bytes[1] & 0xFF;
    return number == 1 && (mark == 0xFEFF || mark == 0xFFFE);
  }

  private int read() throws IOException {
    try {
      return in.read();
    } catch (IOException e) {
      throw new IOException(name + ": " + e.getMessage(), e);
    }
  }

  /** The same characters, line ends included, as a reader. */
  Reader asReader() {
    return new Reader() {
      private String text = "";
      private int position;

      @Override
      public int read(char[] buffer, int offset, int length) throws IOException {
        while (position == text.length()) {
          String next = nextRaw();
          if (next == null) {
            return -1;
          }
          text = next;
          position = 0;
        }
        int count = Math.min(length, text.length() - position);
        text.getChars(position, position + count, buffer, offset);
        position += count;
        return count;
      }

      @Override
      public void close() throws IOException {
        Utf8Lines.this.close();
      }
    };
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
