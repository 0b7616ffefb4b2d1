package dev.lanepool.tests;

import dev.lanepool.weights.Weights;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** One file of {@code training-goldens}. Remembers which tensors were read, so that a test can show that it left none out. */
final class TrainingGolden implements AutoCloseable {
  private final Weights weights;
  private final Set<String> unread;

  TrainingGolden(String file) {
    weights = Weights.open(folder().resolve(file));
    unread = new HashSet<>(weights.names());
  }

  static Path folder() {
    try {
      return Path.of(TrainingGolden.class.getResource("/training-goldens/SHA256SUMS").toURI()).getParent();
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  Set<String> names() {
    return new TreeSet<>(weights.names());
  }

  boolean contains(String name) {
    return weights.contains(name);
  }

  float[] floats(String name) {
    unread.remove(name);
    return weights.floats(name);
  }

  long[] longs(String name) {
    unread.remove(name);
    return weights.longs(name);
  }

  List<Long> shape(String name) {
    return weights.info(name).shape();
  }

  /** The next parts of the names that begin with a prefix, up to a slash. */
  Set<String> below(String prefix) {
    Set<String> parts = new TreeSet<>();
    for (String name : weights.names()) {
      if (name.startsWith(prefix)) {
        int end = name.indexOf('/', prefix.length());
        parts.add(name.substring(prefix.length(), end < 0 ? name.length() : end));
      }
    }
    return parts;
  }

  /** Tensors that nobody asked for yet. */
  Set<String> unread() {
    return new TreeSet<>(unread);
  }

  @Override
  public void close() {
    weights.close();
  }
}
