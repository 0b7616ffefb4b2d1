package dev.lanepool.cli;

import java.util.concurrent.Callable;

/** What stands first on the command line. It runs once its arguments are read, and gives its exit code. */
abstract class Command implements Callable<Integer> {
  final Shell shell;
  final Arguments arguments;

  /** As {@link Arguments#Arguments}. */
  Command(Shell shell, String description, String... footer) {
    this.shell = shell;
    arguments = new Arguments(this, description, footer);
  }
}
