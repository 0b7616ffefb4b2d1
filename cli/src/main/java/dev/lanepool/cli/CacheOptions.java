package dev.lanepool.cli;

import dev.lanepool.training.features.FeatureCache;
import dev.lanepool.training.features.FeatureStorage;
import dev.lanepool.weights.FileFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParameterException;

/** Where the features of texts are kept, and how. */
final class CacheOptions {
  private static final Pattern SIZE = Pattern.compile("(\\d+(?:\\.\\d+)?) *([KMGT]?)B?", Pattern.CASE_INSENSITIVE);
  private static final String UNITS = "KMGT";

  /** What to say where there is no usual folder. */
  static final String HOMELESS = "no usual folder for a cache: XDG_CACHE_HOME and HOME are no absolute paths, and the system knows no home";

  private final Arguments arguments;
  private final Argument<@Nullable Path> folder;
  private final Argument<Boolean> none;
  private final Argument<String> limit;
  private final Argument<FeatureStorage> storage;

  CacheOptions(Arguments arguments) {
    this.arguments = arguments;
    folder = arguments.option(Path.class, "--cache", "DIR",
        "Where features are found again. Default: lanepool/features in $$XDG_CACHE_HOME, else in $$HOME/.cache.");
    none = arguments.flag("--no-cache", "Keep features in a temporary folder, for this run only.");
    limit = arguments.withDefault(String.class, "--cache-limit", "SIZE", "8GB",
        "Where the cache outgrows it, the files used longest ago go. Default: ${DEFAULT-VALUE}.");
    storage = arguments.withDefault(FeatureStorage.class, "--features", "TYPE", "f32",
        "How features are kept: f32, or bf16 in half the space. Default: ${DEFAULT-VALUE}.");
  }

  FeatureStorage storage() {
    return storage.value();
  }

  /**
   * Says what is wrong with the options before anything is done.
   *
   * @throws ParameterException where something is
   * @throws IOException where the folder asked for cannot be used
   */
  void check() throws IOException {
    Path folder = this.folder.value();
    if (none.value() && folder != null) {
      throw arguments.wrong("--cache and --no-cache: give one or the other");
    }
    bytes(limit.value());
    if (folder != null) {
      try {
        Output.checkFolder(folder);
      } catch (IOException e) {
        throw new IOException("--cache " + e.getMessage(), e);
      }
    }
  }

  /** Runs with the cache that was asked for. Where none was and the usual folder cannot be used, that is said, and the run does without. */
  <T> T with(Shell shell, Function<FeatureCache, T> work) {
    boolean none = this.none.value();
    Path where = folder(folder.value());
    String unusable = none || folder.value() != null ? null : unusable(where);
    if (unusable != null) {
      shell.err().println("lanepool: " + unusable + ": features are kept for this run only, as with --no-cache");
    }
    boolean temporary = none || where == null || unusable != null;
    return temporary ? FeatureCache.temporary(work) : work.apply(new FeatureCache(where, bytes(limit.value())));
  }

  private static @Nullable String unusable(@Nullable Path folder) {
    if (folder == null) {
      return HOMELESS;
    }
    try {
      Output.checkFolder(folder);
    } catch (IOException e) {
      return e.getMessage();
    }
    try {
      Files.createDirectories(folder);
      return null;
    } catch (IOException e) { // a link that leads nowhere, a file system that takes no more
      return folder + ": cannot be made: " + FileFailure.reason(e);
    }
  }

  /** The folder asked for, else the usual one, if there is one. */
  static @Nullable Path folder(@Nullable Path asked) {
    return asked != null ? asked : usual(System::getenv, System.getProperty("user.home"));
  }

  /**
   * As the XDG base directory specification has it: what is not absolute does not count. Java's own home comes last: it is that of the list
   * of users whatever HOME says, and "?" for a user who is not in it.
   */
  static @Nullable Path usual(UnaryOperator<@Nullable String> environment, String javaHome) {
    Path caches = absolute(environment.apply("XDG_CACHE_HOME"));
    if (caches == null) {
      Path home = absolute(environment.apply("HOME"));
      home = home == null ? absolute(javaHome) : home;
      caches = home == null ? null : home.resolve(".cache");
    }
    return caches == null ? null : caches.resolve("lanepool").resolve("features");
  }

  private static @Nullable Path absolute(@Nullable String path) {
    return path != null && Path.of(path).isAbsolute() ? Path.of(path) : null;
  }

  private long bytes(String size) {
    Matcher matcher = SIZE.matcher(size.strip());
    if (!matcher.matches()) {
      throw arguments.wrong("--cache-limit " + size + ": expected a size such as 500MB or 8GB");
    }
    String unit = matcher.group(2).toUpperCase(Locale.ROOT);
    return (long) (Double.parseDouble(matcher.group(1)) * Math.pow(1000, unit.isEmpty() ? 0 : 1 + UNITS.indexOf(unit)));
  }
}
