package dev.lanepool.weights;

/**
 * A model file that cannot be read as what it claims to be. The message names the file, what was found and what was expected. It is one
 * line whatever the file holds: control characters are escaped.
 */
public final class ModelFileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ModelFileException(String message) {
    super(oneLine(message));
  }

  public ModelFileException(String message, Throwable cause) {
    super(oneLine(message), cause);
  }

  private static String oneLine(String message) {
    StringBuilder line = new StringBuilder(message.length());
    message.chars().forEach(c -> {
      if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029') {
        line.append(String.format("\\u%04x", c));
      } else {
        line.append((char) c);
      }
    });
    return line.toString();
  }
}
