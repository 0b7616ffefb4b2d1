package dev.lanepool.cli;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import dev.lanepool.Embedding;
import dev.lanepool.weights.JsonText;
import java.io.Closeable;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One format of embeddings, written row by row in input order. */
interface EmbeddingWriter extends Closeable {

  /** The formats, named as the command line and the files' suffixes name them. */
  enum Format {
    jsonl, csv, npy, safetensors;

    /** @param dimension D, the length of every vector */
    EmbeddingWriter open(OutputStream out, int dimension) throws IOException {
      return switch (this) {
        case jsonl -> new Jsonl(out);
        case csv -> new Csv(out, dimension);
        case npy, safetensors -> new MatrixWriter(out, dimension, this == npy, Path.of(System.getProperty("java.io.tmpdir")));
      };
    }
  }

  void write(Embedding row) throws IOException;

  /** Writes what comes after the last row. A writer closed without it has failed. */
  void finish() throws IOException;

  /** {@code {"index":0,"text":"...","tokens":7,"truncated":false,"embedding":[...]}}, a line each, on its way as soon as it is known. */
  record Jsonl(OutputStream out) implements EmbeddingWriter {
    @Override
    public void write(Embedding row) throws IOException {
      StringBuilder line = new StringBuilder("{\"index\":").append(row.index()).append(",\"text\":");
      JsonText.string(line, row.text()).append(",\"tokens\":").append(row.tokens()).append(",\"truncated\":").append(row.truncated());
      JsonText.array(line.append(",\"embedding\":"), row.vector()).append("}\n");
      out.write(line.toString().getBytes(StandardCharsets.UTF_8));
      out.flush();
    }

    @Override
    public void finish() {}

    @Override
    public void close() {}
  }

  /** A header, then {@code index,text,tokens,truncated,v0,v1,...}. */
  final class Csv implements EmbeddingWriter {
    /** U+FFFD, as in JSON lines, for half of a surrogate pair; Java's own writers have a question mark for it. */
    private static final byte[] REPLACEMENT = "\uFFFD".getBytes(StandardCharsets.UTF_8);

    private final CsvWriter csv;

    Csv(OutputStream out, int dimension) {
      // Closing the CSV writer, which also checks for errors, must not close standard output.
      csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(new OutputStreamWriter(new FilterOutputStream(out) {
        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
          out.write(bytes, offset, length);
        }

        @Override
        public void close() {}
      }, StandardCharsets.UTF_8.newEncoder().onMalformedInput(CodingErrorAction.REPLACE).replaceWith(REPLACEMENT)));
      List<String> header = new ArrayList<>(List.of("index", "text", "tokens", "truncated"));
      for (int i = 0; i < dimension; i++) {
        header.add("v" + i);
      }
      csv.writeRecord(header);
    }

    @Override
    public void write(Embedding row) throws IOException {
      List<String> fields = new ArrayList<>(4 + row.vector().length);
      fields.add(Long.toString(row.index()));
      fields.add(row.text());
      fields.add(Integer.toString(row.tokens()));
      fields.add(Boolean.toString(row.truncated()));
      for (float value : row.vector()) {
        fields.add(Float.toString(value));
      }
      csv.writeRecord(fields);
      csv.flush();
    }

    @Override
    public void finish() throws IOException {
      csv.close();
    }

    @Override
    public void close() {}
  }
}
