package dev.lanepool.cli;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import dev.lanepool.weights.Json;
import dev.lanepool.weights.ModelFileException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Where a command's texts come from: its arguments, or a file. */
final class TextInput {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  @Parameters(paramLabel = "TEXT", description = "The texts; after -- also ones that begin with a dash.")
  private List<String> texts = List.of();

  @Option(names = {"-i", "--input"}, paramLabel = "FILE",
      description = "Read the texts from a file in UTF-8, - for standard input: one a line, or a column of a .csv, .tsv or .jsonl file.")
  private @Nullable String file;

  @Option(names = "--column", paramLabel = "NAME", description = "The column (.csv, .tsv) or field (.jsonl) that holds the texts.")
  private @Nullable String column;

  @Option(names = "--plain-specials", description = "Take <s>, </s>, <mask> and the like in a text for plain text.")
  private boolean plainSpecials;

  // Where the input is a file: how far it has been read.
  private long size;
  private @Nullable Utf8Lines lines;

  /** Whether special tokens in the texts are plain text. */
  boolean plainSpecials() {
    return plainSpecials;
  }

  /** Whether there is any. */
  boolean isGiven() {
    return file != null || !texts.isEmpty();
  }

  /**
   * How much of the input is done, from 0 to 1, as far as one can tell; NaN for standard input.
   *
   * @param texts how many of them are done
   */
  double fraction(long texts) {
    return lines == null ? (double) texts / this.texts.size() : size == 0 ? Double.NaN : (double) lines.bytesRead() / size;
  }

  /**
   * The texts in their order, read as they are asked for. To be closed.
   *
   * @throws ParameterException where the options do not name exactly one source
   */
  Stream<String> open(Shell shell) throws IOException {
    if (file == null) {
      if (texts.isEmpty()) {
        throw usage("no text: give texts as arguments, or a file with -i");
      }
      if (column != null) {
        throw usage("--column is for files: give one with -i");
      }
      return texts.stream();
    }
    if (!texts.isEmpty()) {
      throw usage("texts as arguments and -i " + file + ": give one or the other");
    }
    String suffix = suffix(file);
    if (List.of("csv", "tsv", "jsonl").contains(suffix)) {
      if (column == null) {
        throw usage(file + ": --column must name the column that holds the texts");
      }
    } else if (column != null) {
      throw usage("--column is for .csv, .tsv and .jsonl files, and " + file + " is none");
    }
    return open(shell, file, suffix, column);
  }

  private Stream<String> open(Shell shell, String file, String suffix, @Nullable String column) throws IOException {
    InputStream in;
    String name;
    if (file.equals("-")) {
      in = shell.in();
      name = "standard input";
    } else {
      Path path = Path.of(file);
      if (Files.isDirectory(path)) {
        throw new IOException(file + ": is a folder, expected a file");
      }
      in = Files.newInputStream(path);
      size = Files.size(path); // 0 for a pipe or a device
      name = file;
    }
    Utf8Lines lines = new Utf8Lines(in, name);
    this.lines = lines;
    if (column == null) {
      return stream(lines::next, lines);
    }
    return switch (suffix) {
      case "jsonl" -> stream(() -> jsonField(lines, name, column), lines);
      default -> csv(lines, name, suffix.equals("tsv") ? '\t' : ',', column);
    };
  }

  private static @Nullable String jsonField(Utf8Lines lines, String name, String column) throws IOException {
    String line = lines.next();
    if (line == null) {
      return null;
    }
    Json object = Json.parse(line.getBytes(StandardCharsets.UTF_8), name + ": line " + lines.number());
    if (!object.isObject()) {
      throw object.wrong("an object with the field \"" + column + "\"");
    }
    return object.get(column).asString();
  }

  private static Stream<String> csv(Utf8Lines lines, String name, char separator, String column) {
    // Strict: a row of another width than the header's is an error, not a guess. A row is as large as memory allows.
    CsvReader<NamedCsvRecord> reader = CsvReader.builder()
        .fieldSeparator(separator)
        .maxBufferSize(Integer.MAX_VALUE - 8)
        .ofNamedCsvRecord(lines.asReader());
    Iterator<NamedCsvRecord> rows = reader.iterator();
    return stream(() -> {
      NamedCsvRecord row;
      try {
        row = rows.hasNext() ? rows.next() : null;
      } catch (UncheckedIOException e) {
        throw e.getCause();
      } catch (RuntimeException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        throw new IOException(cause instanceof IOException ? cause.getMessage() : name + ": " + describe(e), e);
      }
      if (row == null) {
        return null;
      }
      return row.findField(column).orElseThrow(() -> new ModelFileException(
          name + ": no column \"" + column + "\", found " + String.join(", ", row.getHeader())));
    }, reader);
  }

  private static String describe(RuntimeException e) {
    return e.getCause() == null || e.getCause().getMessage() == null
        ? String.valueOf(e.getMessage()) : e.getMessage() + ": " + e.getCause().getMessage();
  }

  /** What is left of a file's name after its last dot, in lower case. */
  static String suffix(String file) {
    String name = file.substring(file.lastIndexOf('/') + 1);
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }

  private ParameterException usage(String message) {
    return Main.usage(command, message);
  }

  private interface Source {
    @Nullable String next() throws IOException;
  }

  private static Stream<String> stream(Source source, Closeable resource) {
    Iterator<String> iterator = new Iterator<>() {
      private @Nullable String next;

      @Override
      public boolean hasNext() {
        if (next == null) {
          try {
            next = source.next();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
        return next != null;
      }

      @Override
      public String next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        String text = next;
        next = null;
        return text;
      }
    };
    return StreamSupport.stream(Spliterators.spliteratorUnknownSize(iterator, Spliterator.ORDERED | Spliterator.NONNULL), false)
        .onClose(() -> {
          try {
            resource.close();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }
}
