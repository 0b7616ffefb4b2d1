package dev.lanepool.training.data;

import dev.lanepool.weights.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Texts with a label each, and where each row came from. A label is what stands in the file: the name of a class, or for a regression a
 * number, which {@link #numbers()} reads. Immutable.
 *
 * <p>Files are UTF-8. No text and no label is empty: an empty cell is taken for a missing one, and is an error.
 */
public final class Dataset {
  /** As people write numbers; not all that {@link Double#parseDouble} takes, such as {@code 0x1p3}, {@code 1f} and {@code NaN}. */
  private static final Pattern NUMBER = Pattern.compile("\\s*[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d+)?\\s*");

  /** What people and programs write for the lack of a number. */
  private static final Pattern NOT_FINITE = Pattern.compile("(?i)\\s*[+-]?(nan|inf|infinity)\\s*");

  /** More different numbers than that are no names of classes. */
  private static final int MOST_NUMBERED_CLASSES = 20;

  private final List<String> texts;
  private final List<String> labels;
  private final long[] rows;
  private final @Nullable String file;
  private final String labelColumn;

  private Dataset(List<String> texts, List<String> labels, long[] rows, @Nullable String file, String labelColumn) {
    this.texts = List.copyOf(texts);
    this.labels = List.copyOf(labels);
    this.rows = rows;
    this.file = file;
    this.labelColumn = labelColumn;
  }

  /**
   * A data set from memory.
   *
   * @throws IllegalArgumentException where there are not as many labels as texts, or none, or one is empty or null
   */
  public static Dataset of(List<String> texts, List<String> labels) {
    if (texts.size() != labels.size()) {
      throw new IllegalArgumentException("found " + texts.size() + " texts and " + labels.size() + " labels, expected as many of both");
    }
    if (texts.isEmpty()) {
      throw new IllegalArgumentException("0 rows, expected at least one");
    }
    long[] rows = new long[texts.size()];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = i + 1;
      checkCell(rows[i], "text", texts.get(i));
      checkCell(rows[i], "label", labels.get(i));
    }
    return new Dataset(texts, labels, rows, null, "label");
  }

  private static void checkCell(long row, String what, @Nullable String cell) {
    if (cell == null || cell.isEmpty()) {
      throw new IllegalArgumentException("row " + row + ": the " + what + " is " + (cell == null ? "null" : "empty"));
    }
  }

  /**
   * A CSV file with a header, whatever its name.
   *
   * @throws DataFileException as {@link #read}
   * @throws UncheckedIOException where the file cannot be read; the message names it
   */
  public static Dataset csv(Path file, String textColumn, String labelColumn) {
    return read(file, TableReader.Format.CSV, textColumn, labelColumn);
  }

  /**
   * A {@code .csv}, {@code .tsv} or {@code .jsonl} file. In JSONL a text is a string, a label a string, a number or a boolean.
   *
   * @throws IllegalArgumentException where the file's name ends otherwise
   * @throws DataFileException where the file is empty or malformed, has no rows or no such column, a cell is empty, or a byte is not UTF-8
   * @throws UncheckedIOException where the file cannot be read; the message names it
   */
  public static Dataset read(Path file, String textColumn, String labelColumn) {
    TableReader.Format format = TableReader.Format.of(file.toString());
    if (format == null) {
      throw new IllegalArgumentException(file + ": expected a file whose name ends in .csv, .tsv or .jsonl");
    }
    return read(file, format, textColumn, labelColumn);
  }

  private static Dataset read(Path file, TableReader.Format format, String textColumn, String labelColumn) {
    List<String> texts = new ArrayList<>();
    List<String> labels = new ArrayList<>();
    long[] lines = new long[1024];
    Map<String, String> known = new HashMap<>(); // one string a class, not one a row
    try (Utf8Lines utf8 = Utf8Lines.open(file);
        TableReader table = new TableReader(utf8, format, List.of(textColumn, labelColumn))) {
      for (TableReader.Row row = table.next(); row != null; row = table.next()) {
        String text = row.string(0);
        String label = row.scalar(1);
        if (text.isEmpty() || label.isEmpty()) {
          boolean noText = text.isEmpty();
          throw new DataFileException(table.place(row.line(), noText ? textColumn : labelColumn) + ": the cell is empty, expected a "
              + (noText ? "text" : "label"));
        }
        if (texts.size() == lines.length) {
          lines = Arrays.copyOf(lines, Math.multiplyExact(lines.length, 2));
        }
        lines[texts.size()] = row.line();
        texts.add(text);
        labels.add(known.computeIfAbsent(label, UnaryOperator.identity()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
    if (texts.isEmpty()) {
      throw new DataFileException(
          file + ": 0 rows, expected at least one" + (format == TableReader.Format.JSONL ? "" : " below the header"));
    }
    return new Dataset(texts, labels, Arrays.copyOf(lines, texts.size()), file.toString(), labelColumn);
  }

  /** The number of rows. */
  public int size() {
    return texts.size();
  }

  /** The texts in the file's order. Unmodifiable. */
  public List<String> texts() {
    return texts;
  }

  /** The labels as they stand in the file, in its order. Unmodifiable. */
  public List<String> labels() {
    return labels;
  }

  /**
   * Where a row came from, for messages: the file and the line on which the row begins.
   *
   * @throws IndexOutOfBoundsException where there is no such row
   */
  public String place(int row) {
    return file == null ? "row " + rows[row] : file + ": line " + rows[row];
  }

  /** As {@link #place}, and the column of the label. Throws what that throws. */
  public String labelPlace(int row) {
    return place(row) + ", column " + Json.quote(labelColumn);
  }

  /** The different labels, in the order of {@link String#compareTo}. */
  public List<String> classes() {
    return List.copyOf(new TreeSet<>(labels));
  }

  /**
   * The index of each row's label in {@code classes}.
   *
   * @throws DataFileException where a label is not among them
   */
  public int[] classIndices(List<String> classes) {
    Map<String, Integer> indices = new HashMap<>();
    classes.forEach(name -> indices.putIfAbsent(name, indices.size()));
    int[] result = new int[size()];
    for (int i = 0; i < result.length; i++) {
      Integer index = indices.get(labels.get(i));
      if (index == null) {
        throw new DataFileException(labelPlace(i) + ": found " + Json.quote(labels.get(i)) + ", expected one of the " + classes.size()
            + " known classes: " + shortened(classes));
      }
      result[i] = index;
    }
    return result;
  }

  private static String shortened(List<String> classes) {
    List<String> shown = classes.stream().limit(10).map(Json::quote).toList();
    return String.join(", ", shown) + (classes.size() > shown.size() ? ", ..." : "");
  }

  /**
   * The labels as numbers, for a regression.
   *
   * @throws DataFileException where one is not a decimal number, or not a finite one
   */
  public double[] numbers() {
    double[] numbers = new double[size()];
    for (int i = 0; i < numbers.length; i++) {
      String label = labels.get(i);
      numbers[i] = NUMBER.matcher(label).matches() ? Double.parseDouble(label) : Double.NaN;
      if (!Double.isFinite(numbers[i])) {
        throw new DataFileException(labelPlace(i) + ": found " + Json.quote(label) + ", expected a finite number");
      }
    }
    return numbers;
  }

  /** How messages name the data: its file, if it has one. */
  public String name() {
    return file == null ? "the data" : file;
  }

  /**
   * Whether the labels look like a regression's: numbers, more than {@value #MOST_NUMBERED_CLASSES} different ones. Where some are not
   * finite the others may be fewer: {@code NaN} beside numbers stands for a missing label, not for a class.
   */
  public boolean looksNumeric() {
    List<String> different = classes();
    long numbers = different.stream().filter(label -> NUMBER.matcher(label).matches()).count();
    return different.stream().allMatch(label -> NUMBER.matcher(label).matches() || NOT_FINITE.matcher(label).matches())
        && (different.size() > MOST_NUMBERED_CLASSES || numbers > 0 && numbers < different.size());
  }

  /**
   * Some of the rows, in the order given. They keep their places.
   *
   * @throws IllegalArgumentException where none is chosen
   * @throws IndexOutOfBoundsException where there is no such row
   */
  public Dataset rows(int... chosen) {
    if (chosen.length == 0) {
      throw new IllegalArgumentException("0 rows, expected at least one");
    }
    long[] places = new long[chosen.length];
    List<String> chosenTexts = new ArrayList<>(chosen.length);
    List<String> chosenLabels = new ArrayList<>(chosen.length);
    for (int i = 0; i < chosen.length; i++) {
      places[i] = rows[chosen[i]];
      chosenTexts.add(texts.get(chosen[i]));
      chosenLabels.add(labels.get(chosen[i]));
    }
    return new Dataset(chosenTexts, chosenLabels, places, file, labelColumn);
  }
}
