package dev.lanepool.cli;

import dev.lanepool.training.features.FeatureCache;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What is kept of texts between runs. */
final class CacheCommand extends Command {
  private final Argument<@Nullable Path> folder = arguments.option(Path.class, "--cache", "DIR",
      "The folder. Default: lanepool/features in $$XDG_CACHE_HOME, else in $$HOME/.cache.");
  private final Argument<Boolean> clear = arguments.flag("--clear", "Delete them all.");

  CacheCommand(Shell shell) {
    super(shell, "Where the features of texts are kept for the next run, and how much they take.");
  }

  @Override
  public Integer call() throws IOException {
    Path where = CacheOptions.folder(folder.value());
    if (where == null) {
      throw new IOException(CacheOptions.HOMELESS + ": name one with --cache");
    }
    FeatureCache cache = new FeatureCache(where, Long.MAX_VALUE);
    FeatureCache.Contents contents = cache.contents();
    String line = String.format(Locale.ROOT, "%s: %,d %s, %,d bytes%n", where, contents.files(), contents.files() == 1 ? "file" : "files",
        contents.bytes());
    if (clear.value()) {
      line = String.format(Locale.ROOT, "%s: freed %,d bytes%n", where, cache.clear());
    }
    Output.write(null, shell, line);
    return 0;
  }
}
