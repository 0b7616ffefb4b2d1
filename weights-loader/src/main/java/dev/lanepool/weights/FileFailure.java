package dev.lanepool.weights;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Why a file could not be had, in words. */
public final class FileFailure {
  private FileFailure() {}

  /**
   * The reason alone, to follow the name of what was asked for: the exception may name another file, such as the one that is written aside,
   * and its message may be no more than that name.
   */
  public static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException missing -> "no such file or folder";
      case AccessDeniedException denied -> "permission denied";
      case FileAlreadyExistsException there -> "something else is there";
      case NotDirectoryException file -> "not a folder";
      case FileSystemLoopException loop -> "symbolic links lead in a circle";
      case FileSystemException file when file.getReason() != null -> file.getReason();
      case FileSystemException file -> file.getClass().getSimpleName();
      default -> e.getMessage() == null ? e.toString() : e.getMessage();
    };
  }
}
