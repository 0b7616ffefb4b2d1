package dev.lanepool.training.report;

import java.util.ArrayList;
import java.util.List;

/**
 * A table as text.
 *
 * @param header one title a column; the first columns hold words and are aligned left, the others hold numbers and are aligned right
 * @param words how many columns hold words
 * @param rows as many cells each as the header has
 */
record Table(List<String> header, int words, List<List<String>> rows) {
  /** Aligned by spaces, two between columns. */
  String aligned() {
    List<List<String>> lines = new ArrayList<>();
    lines.add(header);
    lines.addAll(rows);
    int[] widths = new int[header.size()];
    for (List<String> line : lines) {
      for (int column = 0; column < widths.length; column++) {
        widths[column] = Math.max(widths[column], length(line.get(column)));
      }
    }
    StringBuilder out = new StringBuilder();
    for (List<String> line : lines) {
      StringBuilder row = new StringBuilder();
      for (int column = 0; column < widths.length; column++) {
        String cell = line.get(column);
        String space = " ".repeat(widths[column] - length(cell));
        row.append(column == 0 ? "" : "  ").append(column < words ? cell + space : space + cell);
      }
      out.append(row.toString().stripTrailing()).append('\n');
    }
    return out.toString();
  }

  /** As Markdown reads it; what would end a cell is escaped. */
  String markdown() {
    StringBuilder out = new StringBuilder();
    markdownRow(out, header);
    out.append("|---".repeat(words)).append("|--:".repeat(header.size() - words)).append("|\n");
    rows.forEach(row -> markdownRow(out, row));
    return out.toString();
  }

  private static void markdownRow(StringBuilder out, List<String> cells) {
    cells.forEach(cell -> out.append("| ").append(cell.replace("\\", "\\\\").replace("|", "\\|")).append(' '));
    out.append("|\n");
  }

  private static int length(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}
