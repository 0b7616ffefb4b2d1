package dev.lanepool.weights;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ThreadLocalRandom;

/** Files that are there whole or not at all. */
public final class AtomicFile {
  /** As many as systems follow. */
  private static final int MOST_LINKS = 40;

  private AtomicFile() {}

  /** Writes a file's content. */
  @FunctionalInterface
  public interface Body {
    /** @throws IOException where the content cannot be written */
    void write(OutputStream out) throws IOException;
  }

  /** Reads a file before it has its name. */
  @FunctionalInterface
  public interface Check {
    /**
     * Throws where the file must not have it.
     *
     * @param whole all that was written, open during this call; a mapping of it outlives the file's name
     * @throws IOException where it cannot be read, or is not as it should be
     */
    void read(FileChannel whole) throws IOException;
  }

  /**
   * Writes a file aside, in the same folder, flushes it to the disk and renames it. Whatever fails, {@code body} included, the file that
   * was there before stays as it was and nothing is left beside it, also where the JVM is told to end (SIGINT, SIGTERM) meanwhile. Where it
   * is killed outright or the machine fails, {@code .lanepool-*.tmp} stays beside the file. A symbolic link is followed, whether or not
   * what it leads to is there. On POSIX systems a file that is replaced keeps its permissions.
   *
   * @throws IllegalStateException where the JVM is ending already
   * @throws IllegalArgumentException where the path is there and is no regular file (a folder, a device), or its folder is not there
   * @throws CancellationException where the calling thread is interrupted; its interrupt status stays set
   * @throws UncheckedIOException where it cannot be written; the message names the file
   */
  public static void write(Path file, Body body) {
    write(file, body, whole -> { });
  }

  /**
   * As {@link #write(Path, Body)}, with a look at the file between the flush and the renaming. What was mapped there stays readable if the
   * renaming fails, and whoever deletes the file afterwards.
   *
   * @throws IllegalStateException where the JVM is ending already
   * @throws IllegalArgumentException where the path is there and is no regular file (a folder, a device), or its folder is not there
   * @throws CancellationException where the calling thread is interrupted; its interrupt status stays set
   * @throws UncheckedIOException where it cannot be written, or {@code check} throws; the message names the file
   */
  public static void write(Path file, Body body, Check check) {
    if (!isReplaceable(file)) {
      throw new IllegalArgumentException(file + ": is there and not a regular file: it cannot be replaced");
    }
    try {
      Path target = target(file);
      Path folder = target.getParent();
      if (folder == null || !Files.isDirectory(folder)) {
        throw new IllegalArgumentException(file + ": its folder does not exist");
      }
      // Not named after the file, whose name may already be as long as a name can be.
      writeAside(folder.resolve(".lanepool-" + Long.toHexString(ThreadLocalRandom.current().nextLong()) + ".tmp"), target, body, check);
    } catch (ClosedByInterruptException e) {
      throw new CancellationException(file + ": interrupted while it was written");
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be written: " + FileFailure.reason(e), e);
    }
  }

  /**
   * Whether nothing or a regular file is at this path, links followed: not a folder, a device or a pipe. What cannot be told, as where
   * links lead in a circle, is left to whoever writes. One look, not two: another process may delete the file in between.
   */
  public static boolean isReplaceable(Path file) {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class).isRegularFile();
    } catch (IOException e) {
      return true;
    }
  }

  private static Path target(Path file) throws IOException {
    Path target = file.toAbsolutePath();
    for (int links = 0; Files.isSymbolicLink(target); links++) {
      if (links == MOST_LINKS) {
        throw new FileSystemLoopException(file.toString());
      }
      target = target.resolveSibling(Files.readSymbolicLink(target));
    }
    return target;
  }

  /** Before anything is written: what was for few to read is never for all. */
  private static void copyPermissions(Path from, Path to) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(to, PosixFileAttributeView.class);
    if (view == null) {
      return;
    }
    try {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(from);
      if (!permissions.equals(view.readAttributes().permissions())) { // some file systems let nobody set any
        view.setPermissions(permissions);
      }
    } catch (NoSuchFileException e) {
      // a new file
    }
  }

  private static void writeAside(Path aside, Path target, Body body, Check check) throws IOException {
    boolean created = false;
    boolean renamed = false;
    try (ShutdownTask _ = new ShutdownTask(() -> deleteQuietly(aside))) {
      try (FileChannel channel =
          FileChannel.open(aside, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        created = true;
        copyPermissions(target, aside);
        OutputStream out = Channels.newOutputStream(channel);
        body.write(out);
        out.flush();
        channel.force(true);
        check.read(channel);
      }
      Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      renamed = true;
    } finally {
      if (created && !renamed) {
        Files.deleteIfExists(aside);
      }
    }
  }

  private static void deleteQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      System.getLogger(AtomicFile.class.getName()).log(System.Logger.Level.WARNING, file + ": stays behind (" + e + ")");
    }
  }
}
