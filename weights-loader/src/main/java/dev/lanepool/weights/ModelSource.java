package dev.lanepool.weights;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where a model's files come from: a folder in Hugging Face layout, or resources on the class or module path. */
public sealed interface ModelSource {

  /** A folder, whether it is there or not: a file that is asked for and is not there is named. */
  static ModelSource folder(Path folder) {
    return new Folder(folder);
  }

  /**
   * A model's folder in Hugging Face layout.
   *
   * @throws ModelFileException where there is no such folder
   */
  static ModelSource model(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new ModelFileException(
          folder + (Files.exists(folder) ? ": found a file" : ": no such folder") + ", expected a model's folder in Hugging Face layout");
    }
    return folder(folder);
  }

  /** Resources, such as those of the built-in model. {@code prefix} ends in a slash. */
  static ModelSource resources(ClassLoader loader, String prefix) {
    return new Resources(loader, prefix);
  }

  /** How errors name the file: its path, or the resource's name. */
  String describe(String name);

  /** The most bytes of a file in a folder that is read whole: the largest tokenizers in use have some 20 MB. Weights are not. */
  int MAX_BYTES = 1 << 25;

  /**
   * The whole file, or null where there is none.
   *
   * @param name relative to the model's root, such as {@code 1_Pooling/config.json}
   * @throws ModelFileException where it has more than {@link #MAX_BYTES}, or is no file: a folder, a device, a link that leads nowhere
   * @throws UncheckedIOException where it exists and cannot be read
   */
  byte @Nullable [] find(String name);

  /**
   * Whether there is such a file.
   *
   * @throws ModelFileException where what has that name is no file: a folder, a device, a link that leads nowhere
   */
  boolean exists(String name);

  /**
   * The whole file.
   *
   * @throws ModelFileException where there is none, or {@link #find} throws it
   * @throws UncheckedIOException where it exists and cannot be read
   */
  default byte[] read(String name) {
    byte[] bytes = find(name);
    if (bytes == null) {
      throw new ModelFileException(describe(name) + ": no such file");
    }
    return bytes;
  }

  /**
   * The file as JSON, or null where there is none.
   *
   * @throws ModelFileException where it is not JSON, or {@link #find} throws it
   * @throws UncheckedIOException where it exists and cannot be read
   */
  default @Nullable Json findJson(String name) {
    byte[] bytes = find(name);
    return bytes == null ? null : Json.parse(bytes, describe(name));
  }

  /**
   * The file as JSON.
   *
   * @throws ModelFileException where there is none, it is not JSON, or {@link #find} throws it
   * @throws UncheckedIOException where it exists and cannot be read
   */
  default Json readJson(String name) {
    return Json.parse(read(name), describe(name));
  }

  /** Files below a folder. */
  record Folder(Path path) implements ModelSource {
    @Override
    public String describe(String name) {
      // Not resolve: it throws for a name that the platform cannot spell, and the error that names it must still be made.
      return path.toString().isEmpty() ? name : path + path.getFileSystem().getSeparator() + name;
    }

    @Override
    public boolean exists(String name) {
      try {
        Path file = path.resolve(name);
        if (!Files.isRegularFile(file) && Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
          throw new ModelFileException(describe(name) + ": found a "
              + (Files.isDirectory(file) ? "folder" : "device or a link that leads nowhere") + ", expected a file");
        }
        return Files.isRegularFile(file);
      } catch (InvalidPathException e) {
        return false;
      }
    }

    @Override
    public byte @Nullable [] find(String name) {
      try {
        if (!exists(name)) {
          return null;
        }
        Path file = path.resolve(name);
        if (Files.size(file) > MAX_BYTES) {
          throw new ModelFileException(describe(name) + ": found " + Files.size(file) + " bytes, expected at most " + MAX_BYTES);
        }
        return Files.readAllBytes(file);
      } catch (IOException e) {
        throw new UncheckedIOException(describe(name) + ": cannot be read: " + FileFailure.reason(e), e);
      }
    }
  }

  /** Resources whose names begin with a prefix. */
  record Resources(ClassLoader loader, String prefix) implements ModelSource {
    @Override
    public String describe(String name) {
      return prefix + name;
    }

    @Override
    public boolean exists(String name) {
      return loader.getResource(prefix + name) != null;
    }

    @Override
    public byte @Nullable [] find(String name) {
      try (InputStream in = loader.getResourceAsStream(prefix + name)) {
        return in == null ? null : in.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(describe(name) + ": cannot be read: " + FileFailure.reason(e), e);
      }
    }
  }
}
