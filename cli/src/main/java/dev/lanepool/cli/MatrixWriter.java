package dev.lanepool.cli;

import dev.lanepool.Embedding;
import dev.lanepool.weights.FileFailure;
import dev.lanepool.weights.SafetensorsWriter;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The vectors alone, as an (N, D) float32 matrix: a NumPy file, or the safetensors tensor {@code embeddings}. Both formats begin with N,
 * which is known last, so the rows wait in a temporary file.
 */
final class MatrixWriter implements EmbeddingWriter {
  private static final String TENSOR = "embeddings";

  private final OutputStream out;
  private final int dimension;
  private final boolean numpy;
  private final Path file;
  private final FileChannel spool;
  private final OutputStream rows;
  private long count;

  /** @param folder where the rows wait */
  MatrixWriter(OutputStream out, int dimension, boolean numpy, Path folder) throws IOException {
    this.out = out;
    this.dimension = dimension;
    this.numpy = numpy;
    try {
      this.file = Files.createTempFile(folder, "lanepool-", ".tmp");
    } catch (IOException e) {
      throw new IOException(folder + ": no temporary file for the vectors can be made there: " + FileFailure.reason(e), e);
    }
    // Out of the folder from now on where the system can do that, else when it is closed.
    this.spool = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
    this.rows = new BufferedOutputStream(Channels.newOutputStream(spool), 1 << 16);
  }

  @Override
  public void write(Embedding row) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(row.vector().length, Float.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(row.vector());
    try {
      rows.write(bytes.array());
    } catch (IOException e) {
      throw failed(e);
    }
    count++;
  }

  @Override
  public void finish() throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(dimension * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    try {
      rows.flush();
      spool.position(0);
    } catch (IOException e) {
      throw failed(e);
    }
    if (numpy) {
      out.write(numpyHeader());
      for (long i = 0; i < count; i++) {
        readRow(bytes);
        out.write(bytes.array());
      }
      return;
    }
    float[] row = new float[dimension];
    new SafetensorsWriter().floats(TENSOR, new long[] {count, dimension}, sink -> {
      for (long i = 0; i < count; i++) {
        readRow(bytes);
        bytes.asFloatBuffer().get(row);
        sink.write(row, 0, dimension);
      }
    }).writeTo(out);
  }

  private void readRow(ByteBuffer bytes) throws IOException {
    try {
      while (bytes.hasRemaining()) { // a channel may give less than was asked for
        if (spool.read(bytes) < 0) {
          throw new EOFException("became shorter while it was read");
        }
      }
      bytes.flip();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private IOException failed(IOException e) {
    return new IOException(file + ", the temporary file for the vectors: " + e.getMessage(), e);
  }

  /** Version 1.0: magic, version, the length of a Python dictionary, and that, padded so that the data begins at a multiple of 64. */
  private byte[] numpyHeader() {
    String dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + count + ", " + dimension + "), }";
    int length = Math.ceilDiv(10 + dictionary.length() + 1, 64) * 64 - 10;
    ByteBuffer header = ByteBuffer.allocate(10 + length).order(ByteOrder.LITTLE_ENDIAN);
    header.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII)).put((byte) 1).put((byte) 0).putShort((short) length);
    header.put((dictionary + " ".repeat(length - 1 - dictionary.length()) + "\n").getBytes(StandardCharsets.US_ASCII));
    return header.array();
  }

  @Override
  public void close() {
    try {
      spool.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
