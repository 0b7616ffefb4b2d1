package dev.lanepool.weights;

/**
 * A model file that cannot be read as what it claims to be. The message names the file, what was found and what was expected. It is one
 * line of bounded length whatever the file holds: control characters are escaped, the rest of a long message is left out.
 */
public final class ModelFileException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int MAX_LENGTH = 4000;

  /** @param message names the file, what was found and what was expected */
  public ModelFileException(String message) {
    super(oneLine(message));
  }

  /** @param message names the file, what was found and what was expected */
  public ModelFileException(String message, Throwable cause) {
    super(oneLine(message), cause);
  }

  /** A message with its control characters escaped, and cut where it is very long. */
  public static String oneLine(String message) {
    StringBuilder line = new StringBuilder();
    String shown = message.length() <= MAX_LENGTH ? message : message.substring(0, MAX_LENGTH) + "...";
    shown.chars().forEach(c -> {
      if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029') {
        line.append(String.format("\\u%04x", c));
      } else {
        line.append((char) c);
      }
    });
    return line.toString();
  }
}
