package dev.lanepool.training.data;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import dev.lanepool.weights.Json;
import dev.lanepool.weights.ModelFileException;
import java.io.Closeable;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads chosen columns of a table row by row, in memory that does not grow with the file. CSV and TSV have a header, quoting as in RFC 4180
 * and rows of the header's width; empty lines are no rows. JSONL has an object a line, whose fields are the columns. A cell has at most
 * {@value #MAX_CELL} characters. Every error in it is a {@link DataFileException} that names the file, the line and, where
 * it is a cell's, the column.
 */
public final class TableReader implements Closeable {
  /** The most characters in a cell of CSV and TSV. It bounds what a quote that is never closed can swallow. */
  public static final int MAX_CELL = 1 << 26;

  /**
   * Follows the last character of a CSV, on a line of its own: where it is read as a part of a cell, a quote was never closed, which the
   * parser would accept. It is half of a surrogate pair, which cannot come from UTF-8.
   */
  private static final String END = "\uDC00";

  /** Columns that an error lists. */
  private static final int MOST_SHOWN = 10;

  /** How rows and columns are written. */
  public enum Format {
    /** A header, and cells with commas between them, or tabs; or a JSON object a line. */
    CSV, TSV, JSONL;

    /** The format that the end of a file's name stands for, in upper or lower case; null for any other. */
    public static @Nullable Format of(String fileName) {
      String suffix = fileName.substring(fileName.lastIndexOf('.') + 1).toUpperCase(Locale.ROOT);
      for (Format format : values()) {
        if (format.name().equals(suffix) && fileName.length() > suffix.length()) {
          return format;
        }
      }
      return null;
    }
  }

  /** One row; columns by their place in the list that was asked for. */
  public interface Row {
    /** The line on which the row begins, from 1. */
    long line();

    /** The cell, a string in JSONL. It may be empty. */
    String string(int column);

    /** The cell as it is written; in JSONL a string, number or boolean. It may be empty. */
    String scalar(int column);
  }

  private final Utf8Lines lines;
  private final List<String> columns;
  // CSV and TSV only.
  private final @Nullable Iterator<CsvRecord> records;
  private final int[] places;
  private int width;

  /**
   * Reads the header, if there is one.
   *
   * @param lines the table; closed with this reader
   * @param columns the columns to read
   * @throws DataFileException where a column is missing or not unique, or there is nothing at all
   * @throws IOException where the file cannot be read
   */
  public TableReader(Utf8Lines lines, Format format, List<String> columns) throws IOException {
    this.lines = lines;
    this.columns = List.copyOf(columns);
    places = new int[columns.size()];
    if (format == Format.JSONL) {
      records = null;
      return;
    }
    records = CsvReader.builder()
        .fieldSeparator(format == Format.TSV ? '\t' : ',')
        .allowExtraFields(true) // checked below, in words that name the place
        .allowMissingFields(true)
        .maxBufferSize(MAX_CELL)
        .ofCsvRecord(new WithEnd(lines.asReader()))
        .iterator();
    CsvRecord header = nextRecord();
    if (header == null) {
      throw new DataFileException(lines.name() + ": empty, expected a header with the columns " + String.join(", ", columns));
    }
    width = header.getFieldCount();
    for (int i = 0; i < places.length; i++) {
      String column = columns.get(i);
      places[i] = header.getFields().indexOf(column);
      if (places[i] < 0) {
        throw missing(header.getStartingLineNumber(), column, header.getFields());
      }
      if (places[i] != header.getFields().lastIndexOf(column)) {
        throw new DataFileException(place(header.getStartingLineNumber(), column) + ": found twice in the header, expected once");
      }
    }
  }

  /**
   * The next row, or null after the last.
   *
   * @throws DataFileException where it is not UTF-8, not of this format, or of another width than the header
   * @throws IOException where the file cannot be read
   */
  public @Nullable Row next() throws IOException {
    return records == null ? nextObject() : nextCells();
  }

  /** How errors name a cell: file, line and column. */
  public String place(long line, String column) {
    return lines.name() + ": line " + line + ", column " + Json.quote(column);
  }

  private DataFileException missing(long line, String column, Collection<String> found) {
    String names = found.stream().limit(MOST_SHOWN).map(Json::quote).collect(Collectors.joining(", "));
    return new DataFileException(lines.name() + ": line " + line + ": no column " + Json.quote(column) + ", found " + names
        + (found.size() > MOST_SHOWN ? " and " + (found.size() - MOST_SHOWN) + " more" : ""));
  }

  private @Nullable Row nextCells() throws IOException {
    CsvRecord record = nextRecord();
    if (record == null) {
      return null;
    }
    if (record.getFieldCount() != width) {
      throw new DataFileException(lines.name() + ": line " + record.getStartingLineNumber() + ": found " + record.getFieldCount()
          + (record.getFieldCount() == 1 ? " cell" : " cells") + ", expected " + width + " as in the header");
    }
    return new Row() {
      @Override
      public long line() {
        return record.getStartingLineNumber();
      }

      @Override
      public String string(int column) {
        return record.getField(places[column]);
      }

      @Override
      public String scalar(int column) {
        return string(column);
      }
    };
  }

  private @Nullable CsvRecord nextRecord() throws IOException {
    CsvRecord record;
    try {
      record = records.next();
    } catch (NoSuchElementException e) {
      return null;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } catch (CsvParseException e) {
      throw malformed(e);
    }
    String last = record.getField(record.getFieldCount() - 1);
    if (!last.endsWith(END)) {
      return record;
    }
    if (last.equals(END)) {
      return null;
    }
    throw new DataFileException(lines.name() + ": line " + record.getStartingLineNumber()
        + ": a cell of the row that begins here opens with a quote that is never closed");
  }

  private RuntimeException malformed(CsvParseException e) {
    if (e.getCause() instanceof DataFileException cause) {
      return cause;
    }
    String what = e.getCause() == null ? e.getMessage() : e.getMessage() + ": " + e.getCause().getMessage();
    return new DataFileException(lines.name() + ": " + (what.contains("buffer size")
        ? "line " + lines.number() + " or before: a cell of more than " + MAX_CELL + " characters, or a quote that is never closed"
        : what), e);
  }

  private @Nullable Row nextObject() throws IOException {
    String text = lines.next();
    while (text != null && text.isBlank()) {
      text = lines.next();
    }
    if (text == null) {
      return null;
    }
    long line = lines.number();
    String name = lines.name() + ": line " + line;
    Json object;
    try {
      object = Json.parseLine(text, name);
      if (!object.isObject()) {
        String fields = columns.size() == 1 ? "field" : "fields";
        throw object.wrong("an object with the " + fields + " \"" + String.join("\", \"", columns) + "\"");
      }
    } catch (ModelFileException e) {
      throw new DataFileException(e.getMessage(), e);
    }
    Set<String> found = object.names();
    for (String column : columns) {
      if (!found.contains(column)) {
        throw missing(line, column, found);
      }
    }
    return new ObjectRow(line, object);
  }

  private final class ObjectRow implements Row {
    private final long line;
    private final Json object;

    ObjectRow(long line, Json object) {
      this.line = line;
      this.object = object;
    }

    @Override
    public long line() {
      return line;
    }

    @Override
    public String string(int column) {
      return read(column, Json::asString);
    }

    @Override
    public String scalar(int column) {
      return read(column, Json::asScalar);
    }

    private String read(int column, Function<Json, String> type) {
      try {
        return type.apply(Objects.requireNonNull(object.find(columns.get(column)))); // nextObject has looked for it
      } catch (ModelFileException e) {
        throw new DataFileException(e.getMessage(), e);
      }
    }
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }

  /** The reader's characters, then {@link #END} on a line of its own. */
  private static final class WithEnd extends Reader {
    private final Reader reader;
    private String rest = "\n" + END;

    WithEnd(Reader reader) {
      this.reader = reader;
    }

    @Override
    public int read(char[] buffer, int offset, int length) throws IOException {
      int count = reader.read(buffer, offset, length);
      if (count >= 0 || rest.isEmpty()) {
        return count;
      }
      count = Math.min(length, rest.length());
      rest.getChars(0, count, buffer, offset);
      rest = rest.substring(count);
      return count;
    }

    @Override
    public void close() throws IOException {
      reader.close();
    }
  }
}
