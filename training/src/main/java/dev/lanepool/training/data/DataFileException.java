package dev.lanepool.training.data;

import dev.lanepool.weights.ModelFileException;

/**
 * A data file that cannot be used as it is. The message is one line, whatever the file holds, that names the file, the line on which the
 * row begins (from 1) and the column, with what was found and what was expected.
 */
public final class DataFileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Of this message, made one line. */
  public DataFileException(String message) {
    super(ModelFileException.oneLine(message));
  }

  /** Of this message, made one line, and what it came from. */
  public DataFileException(String message, Throwable cause) {
    super(ModelFileException.oneLine(message), cause);
  }
}
