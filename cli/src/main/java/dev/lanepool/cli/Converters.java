package dev.lanepool.cli;

import dev.lanepool.Dtype;
import dev.lanepool.Overflow;
import dev.lanepool.training.features.FeatureStorage;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/** Reads options' values where the parser's own way would show Java's names, or take an empty name for a file. */
final class Converters {
  private static final String WHOLE = "a whole number of at most ";

  private Converters() {}

  /** Registers them, for all commands that are there. */
  static void register(CommandLine commands) {
    commands.registerConverter(Path.class, Converters::path);
    commands.registerConverter(Dtype.class, value -> constant(Dtype.values(), value));
    commands.registerConverter(Overflow.class, value -> constant(Overflow.values(), value));
    commands.registerConverter(FeatureStorage.class, value -> constant(FeatureStorage.values(), value));
    commands.registerConverter(Integer.class, value -> number(Integer::valueOf, value, WHOLE + Integer.MAX_VALUE));
    commands.registerConverter(int.class, value -> number(Integer::valueOf, value, WHOLE + Integer.MAX_VALUE));
    commands.registerConverter(long.class, value -> number(Long::valueOf, value, WHOLE + Long.MAX_VALUE));
    commands.registerConverter(Double.class, value -> number(Double::valueOf, value, "a number"));
  }

  /** @throws TypeConversionException where there is no name, or none that a file can have */
  static Path path(String name) {
    if (name.isEmpty()) {
      throw new TypeConversionException("expected a name, found none");
    }
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw new TypeConversionException("expected a name that a file can have: " + e.getReason());
    }
  }

  private static <N> N number(Function<String, N> read, String value, String expected) {
    try {
      return number(read, value);
    } catch (NumberFormatException e) {
      throw new TypeConversionException("expected " + expected + " but was '" + value + "'");
    }
  }

  /**
   * A number as people write it.
   *
   * @throws NumberFormatException for others, also for those that Java reads: other scripts' digits, {@code 0x1p3}, {@code 1f}, {@code NaN}
   */
  static <N> N number(Function<String, N> read, String value) {
    if (value.chars().anyMatch(c -> "+-.0123456789eE".indexOf(c) < 0)) {
      throw new NumberFormatException(value);
    }
    return read.apply(value);
  }

  private static <E extends Enum<E>> E constant(E[] constants, String value) {
    for (E constant : constants) {
      if (constant.name().equalsIgnoreCase(value)) {
        return constant;
      }
    }
    List<String> names = Arrays.stream(constants).map(constant -> constant.name().toLowerCase(Locale.ROOT)).toList();
    throw new TypeConversionException("expected one of " + names + " (case-insensitive) but was '" + value + "'"); // the parser's words
  }
}
