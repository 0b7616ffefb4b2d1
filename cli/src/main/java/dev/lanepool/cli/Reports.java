package dev.lanepool.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParameterException;

/** Where results go: a table to standard output, JSON and a page to files. */
final class Reports {
  private Reports() {}

  /**
   * Says before a long run what would keep the files from being written.
   *
   * @param read the files that the run reads; null for one that was not given
   * @throws ParameterException where both go to one place, or the page to standard output, or one over a file that is read
   * @throws IOException where one cannot be written
   */
  static void check(Arguments arguments, @Nullable Path json, @Nullable Path page, @Nullable Path... read) throws IOException {
    checkNotRead(arguments, "--json", json, read);
    checkNotRead(arguments, "--report", page, read);
    if (page != null && (Output.isStandardOutput(page) || json != null && same(page, json))) {
      throw arguments.wrong("--report " + page + ": expected a file of its own");
    }
    Output.check(json);
    Output.check(page);
  }

  private static void checkNotRead(Arguments arguments, String option, @Nullable Path file, @Nullable Path... read)
      throws IOException {
    for (Path input : read) {
      if (file != null && input != null && same(file, input)) {
        throw arguments.wrong(option + " " + file + ": is a file that this run reads, expected one of its own");
      }
    }
  }

  /** Whether both are one file, through symbolic links too: writing follows them. */
  private static boolean same(Path one, Path other) throws IOException {
    return one.toAbsolutePath().normalize().equals(other.toAbsolutePath().normalize())
        || Files.exists(one) && Files.exists(other) && Files.isSameFile(one, other);
  }

  /** Writes the files first, so that a closed pipe costs none of them. */
  static void write(Shell shell, @Nullable Path json, String jsonText, @Nullable Path page, String pageText, String table)
      throws IOException {
    if (json != null && !Output.isStandardOutput(json)) {
      Output.write(json, shell, jsonText);
    }
    if (page != null) {
      Output.write(page, shell, pageText);
    }
    Output.write(null, shell, json != null && Output.isStandardOutput(json) ? jsonText : table);
  }

  /** The words that repeat the run. */
  static List<String> command(Arguments arguments) {
    List<String> words = new ArrayList<>(List.of("./lanepool"));
    words.addAll(arguments.words());
    return words;
  }

  /** How reports name one of two files: as it was given where both have the same name. */
  static String name(Path file, @Nullable Path other) {
    return other != null && name(file).equals(name(other)) ? file.toString() : name(file);
  }

  /** How reports name a file. */
  static String name(Path file) {
    return String.valueOf(file.getFileName());
  }
}
