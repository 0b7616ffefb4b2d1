package dev.lanepool.weights;

import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON as it is written, one value after the other into a builder. The caller sets braces and commas. */
public final class JsonText {
  private static final HexFormat HEX = HexFormat.of();

  private JsonText() {}

  /**
   * A string in quotes. Control characters and the line separators U+2028 and U+2029 are escaped, so that no tool takes part of a text for
   * a line's end; half of a surrogate pair, which UTF-8 cannot hold, becomes U+FFFD.
   */
  public static StringBuilder string(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < 0x20 || c >= 0x7F && c < 0xA0 || c == 0x2028 || c == 0x2029) {
            out.append("\\u").append(HEX.toHexDigits(c));
          } else if (!Character.isSurrogate(c)) {
            out.append(c);
          } else if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
            out.append(c).append(text.charAt(++i));
          } else {
            out.append('\uFFFD');
          }
        }
      }
    }
    return out.append('"');
  }

  /**
   * An array of numbers, each as {@link Float#toString} writes it.
   *
   * @throws ArithmeticException where one is not finite, which JSON cannot hold
   */
  public static StringBuilder array(StringBuilder out, float[] values) {
    out.append('[');
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new ArithmeticException("value " + i + " is " + values[i] + ", which JSON cannot hold");
      }
      out.append(i == 0 ? "" : ",").append(values[i]);
    }
    return out.append(']');
  }

  /** An array of integers. */
  public static StringBuilder array(StringBuilder out, int[] values) {
    out.append('[');
    for (int i = 0; i < values.length; i++) {
      out.append(i == 0 ? "" : ",").append(values[i]);
    }
    return out.append(']');
  }

  /** A string, number, boolean or null, or a list or map of such. */
  public static StringBuilder value(StringBuilder out, @Nullable Object value) {
    switch (value) {
      case String text -> string(out, text);
      case List<?> list -> {
        String before = "";
        out.append('[');
        for (Object element : list) {
          value(out.append(before), element);
          before = ",";
        }
        out.append(']');
      }
      case Map<?, ?> map -> {
        String before = "";
        out.append('{');
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          value(string(out.append(before), (String) entry.getKey()).append(':'), entry.getValue());
          before = ",";
        }
        out.append('}');
      }
      case null, default -> out.append(value);
    }
    return out;
  }
}
