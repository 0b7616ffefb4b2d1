package dev.lanepool.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.ArgSpec;

/** An option or a parameter of a command, as {@link Arguments} made it. */
final class Argument<T extends @Nullable Object> {
  private final ArgSpec spec;
  private final T absent;

  Argument(ArgSpec spec, T absent) {
    this.spec = spec;
    this.absent = absent;
  }

  /** What was given, once the arguments are read, else the default: null where nothing else was said, false of a flag, [] of a list. */
  T value() {
    T given = spec.getValue();
    return given == null ? absent : given;
  }
}
