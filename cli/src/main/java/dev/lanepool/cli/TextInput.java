package dev.lanepool.cli;

import dev.lanepool.training.data.TableReader;
import dev.lanepool.training.data.Utf8Lines;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
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

/** Where a command's texts come from: its arguments, or a file. */
final class TextInput {
  private final Arguments arguments;
  private final Argument<List<String>> texts;
  private final Argument<@Nullable String> file;
  private final Argument<@Nullable String> column;
  private final Argument<Boolean> plainSpecials;

  // Where the input is a file: how far it has been read.
  private long size;
  private @Nullable Utf8Lines lines;

  TextInput(Arguments arguments) {
    this.arguments = arguments;
    texts = arguments.parameters("TEXT", "The texts; after -- also ones that begin with a dash.");
    file = arguments.option(String.class, "-i, --input", "FILE",
        "Read the texts from a file in UTF-8, - for standard input: one a line, or a column of a .csv, .tsv or .jsonl file.");
    column = arguments.option(String.class, "--column", "NAME", "The column (.csv, .tsv) or field (.jsonl) that holds the texts.");
    plainSpecials = arguments.flag("--plain-specials", "Take <s>, </s>, <mask> and the like in a text for plain text.");
  }

  /** Whether special tokens in the texts are plain text. */
  boolean plainSpecials() {
    return plainSpecials.value();
  }

  /** Whether there is any, or an option that is of use only for one. */
  boolean isGiven() {
    return file.value() != null || column.value() != null || !texts.value().isEmpty();
  }

  /**
   * How much of the input is done, from 0 to 1, as far as one can tell; NaN for standard input.
   *
   * @param texts how many of them are done
   */
  double fraction(long texts) {
    return lines == null ? (double) texts / this.texts.value().size() : size == 0 ? Double.NaN : (double) lines.bytesRead() / size;
  }

  /** How long the input is where it is an opened file, in bytes; else 0. */
  long bytes() {
    return size;
  }

  /** Whether the next text would have to be waited for, as far as one can tell: the other end of standard input may wait for us. */
  boolean waits() {
    try {
      return lines != null && "-".equals(file.value()) && !lines.ready();
    } catch (IOException e) {
      return false; // reading says it too, and better
    }
  }

  /**
   * The texts in their order, read as they are asked for. To be closed.
   *
   * @throws picocli.CommandLine.ParameterException where the options do not name exactly one source
   */
  Stream<String> open(Shell shell) throws IOException {
    List<String> texts = this.texts.value();
    String file = this.file.value();
    String column = this.column.value();
    if (file == null) {
      if (column != null) {
        throw arguments.wrong("--column is for files: give one with -i");
      }
      if (texts.isEmpty()) {
        throw arguments.wrong("no text: give texts as arguments, or a file with -i");
      }
      return texts.stream();
    }
    if (!texts.isEmpty()) {
      throw arguments.wrong("texts as arguments and -i " + file + ": give one or the other");
    }
    TableReader.Format format = TableReader.Format.of(file);
    if (format != null) {
      if (column == null) {
        throw arguments.wrong(file + ": --column must name the column that holds the texts");
      }
    } else if (column != null) {
      throw arguments.wrong("--column is for .csv, .tsv and .jsonl files, and " + file + " is none");
    }
    return open(shell, file, format, column);
  }

  private Stream<String> open(Shell shell, String file, TableReader.@Nullable Format format, @Nullable String column) throws IOException {
    Utf8Lines lines;
    if (file.isEmpty()) {
      throw arguments.wrong("-i: expected a name, found none");
    }
    if (file.equals("-")) {
      lines = new Utf8Lines(shell.in(), "standard input");
    } else {
      Path path = Path.of(file);
      lines = Utf8Lines.open(path);
      size = Files.size(path); // 0 for a pipe or a device
    }
    this.lines = lines;
    if (format == null || column == null) {
      return stream(lines::next, lines);
    }
    try {
      TableReader table = new TableReader(lines, format, List.of(column));
      return stream(() -> {
        TableReader.Row row = table.next();
        return row == null ? null : row.string(0);
      }, table);
    } catch (IOException | RuntimeException e) {
      lines.close();
      throw e;
    }
  }

  /** What is left of a file's name after its last dot, in lower case; nothing where there is no dot. */
  static String suffix(String file) {
    int dot = file.lastIndexOf('.');
    return dot < 0 ? "" : file.substring(dot + 1).toLowerCase(Locale.ROOT);
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
