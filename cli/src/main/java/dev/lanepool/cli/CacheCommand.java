package dev.lanepool.cli;

import dev.lanepool.training.features.FeatureCache;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What is kept of texts between runs. */
@Command(name = "cache", optionListHeading = "%n", description = "Where the features of texts are kept for the next run, and how much they"
    + " take.")
final class CacheCommand implements Callable<Integer> {
  private final Shell shell;

  @Option(names = "--cache", paramLabel = "DIR",
      description = "The folder. Default: lanepool/features in $$XDG_CACHE_HOME, else in ~/.cache.")
  private @Nullable Path folder;

  @Option(names = "--clear", description = "Delete them all.")
  private boolean clear;

  CacheCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() throws IOException {
    Path where = CacheOptions.folder(folder);
    FeatureCache cache = new FeatureCache(where, Long.MAX_VALUE);
    FeatureCache.Contents contents = cache.contents();
    String line = String.format(Locale.ROOT, "%s: %,d %s, %,d bytes%n", where, contents.files(), contents.files() == 1 ? "file" : "files",
        contents.bytes());
    if (clear) {
      line = String.format(Locale.ROOT, "%s: freed %,d bytes%n", where, cache.clear());
    }
    String printed = line;
    Output.write(null, shell, out -> out.write(printed.getBytes(StandardCharsets.UTF_8)));
    return 0;
  }
}
