package dev.lanepool.training.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The frame and the parts that every page has, and the escaping that keeps what users name from becoming part of it. */
final class Html {
  /** How many colours {@code report.css} has for series. */
  private static final int COLOURS = 6;

  private static final Pattern AFTER_PART = Pattern.compile("(?<=[,(+])");

  private Html() {}

  /** Text as the content of an element or of an attribute in quotation marks. Characters that no page may hold become U+FFFD. */
  static String escape(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints().forEach(c -> {
      switch (c) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '"' -> out.append("&quot;");
        case '\'' -> out.append("&#39;");
        case '\n', '\t' -> out.append((char) c);
        default -> out.appendCodePoint(Character.isISOControl(c) || c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE
            ? 0xFFFD : c);
      }
    });
    return out.toString();
  }

  /**
   * A whole page that fetches nothing: style, plot library and script stand in it, and its policy forbids every address.
   *
   * @param title plain text
   * @param attributes of the root element, each name with its value, escaped already
   * @param body elements
   * @param json the result, for the script
   */
  static String page(String title, String attributes, String body, String json) {
    return """
        <!DOCTYPE html>
        <html lang="en" %s>
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
        <title>%s</title>
        <style>
        %s</style>
        </head>
        <body>
        %s
        """.formatted(attributes, escape(title), resource("report.css"), body)
        // In a JSON document "<" stands in strings only; written so, no string ends the element or opens a comment.
        + "<script type=\"application/json\" id=\"result\">" + json.replace("<", "\\u003c") + "</script>\n"
        + "<script>" + resource("echarts.min.js") + "</script>\n"
        + "<script>" + resource("report.js") + "</script>\n</body>\n</html>\n";
  }

  /** A command as a POSIX shell reads it: words that hold more than plain characters stand in single quotes. */
  static String command(List<String> words) {
    return words.stream().map(word -> word.matches("[\\w@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'")
        .collect(Collectors.joining(" "));
  }

  /** The same as the content of an element, every option in a span with its values: lines break between these, not after a hyphen. */
  static String commandSpans(List<String> words) {
    StringBuilder out = new StringBuilder();
    String end = "";
    for (int i = 0; i < words.size(); i++) {
      boolean option = words.get(i).startsWith("-");
      out.append(option ? end : "").append(i == 0 ? "" : " ").append(option ? "<span>" : "")
          .append(escape(command(words.subList(i, i + 1))));
      end = option ? "</span>" : end;
    }
    return out.append(end).toString();
  }

  /** A pooling's name as code: lines break after a comma, a parenthesis or a plus, not within an option. */
  static String spec(String pooling) {
    return AFTER_PART.splitAsStream(pooling).map(part -> "<span>" + escape(part) + "</span>")
        .collect(Collectors.joining("", "<code>", "</code>"));
  }

  /** A row of a list of facts. */
  static void fact(StringBuilder out, String name, String value) {
    out.append("<dt>").append(name).append("</dt><dd>").append(escape(value)).append("</dd>");
  }

  /**
   * A cell of a heat map.
   *
   * @param share 0 to 1, how strongly it is tinted
   */
  static void tinted(StringBuilder out, double share, String attributes, String text) {
    // Hundredths: finer ones cannot be seen.
    out.append("<td").append(attributes).append(" style=\"--t:").append(Math.round(share * 100) / 100.0).append("\">").append(text)
        .append("</td>");
  }

  /** The attribute that gives an item of a chart's key the colour of its series, counted from 0. */
  static String series(int index) {
    return "style=\"--c:var(--series-" + (1 + index % COLOURS) + ")\"";
  }

  /** The command that repeats the run, at a page's end. */
  static void again(StringBuilder out, List<String> command) {
    out.append("<h2>Run it again</h2>\n<pre>").append(commandSpans(command)).append("</pre>\n");
  }

  private static String resource(String name) {
    try (InputStream in = Html.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + ": not beside " + Html.class.getName() + ", expected from the build");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(name + ": cannot be read", e);
    }
  }
}
