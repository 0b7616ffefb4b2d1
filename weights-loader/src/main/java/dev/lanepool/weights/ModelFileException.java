package dev.lanepool.weights;

/** A model file that cannot be read as what it claims to be. The message names the file, what was found and what was expected. */
public final class ModelFileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ModelFileException(String message) {
    super(message);
  }

  public ModelFileException(String message, Throwable cause) {
    super(message, cause);
  }
}
