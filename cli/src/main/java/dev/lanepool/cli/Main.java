package dev.lanepool.cli;

import dev.lanepool.weights.ModelFileException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;

/** The entry of the command line. Exit codes: 0 done, 1 failed, 2 wrong usage. */
public final class Main implements Callable<Integer> {
  /** Every command, in the order of the help. */
  static final List<String> COMMANDS = List.of("embed", "hidden-states", "tokenize", "similarity", "info", "train", "predict", "evaluate",
      "compare", "probe", "cache");

  private final CommandSpec command = CommandSpec.wrapWithoutInspection(this).name("lanepool").versionProvider(new Version());
  private final OptionSpec stacktrace = flag("--stacktrace").scopeType(ScopeType.INHERIT)
      .description("Where a run fails, print where in the program.").build();

  private Main() {
    command.usageMessage().description("Text to embeddings and hidden states with RoBERTa models.").optionListHeading("%n")
        .commandListHeading("%nCommands:%n").synopsisSubcommandLabel("COMMAND");
    command.addOption(flag("-h", "--help").scopeType(ScopeType.INHERIT).usageHelp(true).description("Print this help.").build());
    command.addOption(flag("--version").versionHelp(true).description("Print the version.").build());
    command.addOption(stacktrace);
  }

  private static OptionSpec.Builder flag(String... names) {
    return OptionSpec.builder(names).type(boolean.class);
  }

  /** Runs a command and ends the JVM with its exit code. */
  public static void main(String[] args) {
    // A warning is one line here: the JDK's formats take two. The first is read where java.logging is there, the second elsewhere.
    for (String format : List.of("java.util.logging.SimpleFormatter.format", "jdk.system.logger.format")) {
      System.setProperty(format, System.getProperty(format, "%4$s: %5$s%6$s%n"));
    }
    // Not System.out: that one swallows failed writes and encodes as the terminal does.
    OutputStream out = new FileOutputStream(FileDescriptor.out);
    PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
    String wrong = RawArguments.wrong(args);
    if (wrong != null) {
      err.println("lanepool: " + wrong + " (see lanepool --help)");
      System.exit(CommandLine.ExitCode.USAGE);
    }
    Shell shell = new Shell(new FileInputStream(FileDescriptor.in), out, err,
        Boolean.getBoolean("lanepool.cli.out.terminal"), Boolean.getBoolean("lanepool.cli.err.terminal"));
    System.exit(run(shell, args));
  }

  /** Runs a command. */
  static int run(Shell shell, String... args) {
    Main main = new Main();
    // Help and versions are printed by the parser. They are collected, so that a failed write is noticed as everywhere.
    StringWriter printed = new StringWriter();
    try {
      if (args.length == 1 && args[0].equals("--version")) { // needs no parser, which takes most of so short a run
        Output.write(null, shell, Version.text() + System.lineSeparator());
        return CommandLine.ExitCode.OK;
      }
      CommandLine commands = new CommandLine(main.command);
      for (String name : needed(args)) {
        commands.addSubcommand(name, command(name, shell).arguments.command());
      }
      if (args.length > 0 && !args[0].startsWith("-") && !COMMANDS.contains(args[0])) {
        // The parser would first miss what a command named after it needs.
        return main.usageError(shell, main.noCommand("\"" + args[0] + "\""));
      }
      Converters.register(commands);
      int code = commands
          .setExpandAtFiles(false) // a text may begin with @
          .setCaseInsensitiveEnumValuesAllowed(true)
          .setUsageHelpWidth(100)
          .setUsageHelpLongOptionsMaxWidth(26)
          .setOut(new PrintWriter(printed))
          .setParameterExceptionHandler((e, unused) -> main.usageError(shell, e))
          .setExecutionExceptionHandler((e, unused, result) -> main.failure(shell, e))
          .execute(args);
      if (!printed.toString().isEmpty()) {
        Output.write(null, shell, printed.toString());
      }
      return code;
    } catch (IOException | RuntimeException | Error e) {
      return main.failure(shell, e);
    }
  }

  /** The commands that the parser must know for these arguments: to describe all eleven takes a while. */
  static List<String> needed(String... args) {
    if (args.length > 0 && COMMANDS.contains(args[0])) {
      return List.of(args[0]);
    }
    return COMMANDS;
  }

  private static Command command(String name, Shell shell) {
    return switch (name) {
      case "embed" -> new EmbedCommand(shell);
      case "hidden-states" -> new HiddenStatesCommand(shell);
      case "tokenize" -> new TokenizeCommand(shell);
      case "similarity" -> new SimilarityCommand(shell);
      case "info" -> new InfoCommand(shell);
      case "train" -> new TrainCommand(shell);
      case "predict" -> new PredictCommand(shell);
      case "evaluate" -> new EvaluateCommand(shell);
      case "compare" -> new CompareCommand(shell);
      case "probe" -> new ProbeCommand(shell);
      case "cache" -> new CacheCommand(shell);
      default -> throw new AssertionError(name);
    };
  }

  @Override
  public Integer call() {
    throw noCommand("none");
  }

  private ParameterException noCommand(String found) {
    return new ParameterException(command.commandLine(), "command: found " + found + ", expected one of " + String.join(", ", COMMANDS));
  }

  private int usageError(Shell shell, ParameterException e) {
    String name = e.getCommandLine().getCommandSpec().qualifiedName();
    shell.err().println("lanepool: " + oneLine(e.getMessage()) + " (see " + name + " --help)");
    printStackTrace(shell, e);
    return CommandLine.ExitCode.USAGE;
  }

  private int failure(Shell shell, Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof Output.ClosedPipeException) {
        return CommandLine.ExitCode.OK;
      }
    }
    shell.err().println("lanepool: " + oneLine(describe(e)));
    printStackTrace(shell, e);
    return CommandLine.ExitCode.SOFTWARE;
  }

  private void printStackTrace(Shell shell, Throwable e) {
    if (Boolean.TRUE.equals(stacktrace.getValue())) {
      e.printStackTrace(shell.err());
    }
  }

  /** The line for an error, without its beginning. */
  static String describe(Throwable e) {
    Throwable cause = e.getCause();
    return switch (e) {
      case NoSuchFileException file -> file.getFile() + ": no such file";
      case AccessDeniedException file -> file.getFile() + ": permission denied";
      case FileSystemException file when file.getReason() != null -> file.getFile() + ": " + file.getReason();
      case OutOfMemoryError error -> "out of memory (" + error.getMessage() + "): the heap may hold "
          + Runtime.getRuntime().maxMemory() / (1 << 20) + " MB, JDK_JAVA_OPTIONS=-Xmx... allows more";
      case LinkageError error -> "Java cannot load what it needs (" + error.getMessage()
          + "): a file of this installation cannot be read, or too few files may be open (ulimit -n)";
      // An unchecked wrapper without words of its own.
      case RuntimeException wrapper when cause != null && (e.getMessage() == null || e.getMessage().equals(cause.toString())) ->
          describe(cause);
      default -> e.getMessage() == null ? e.toString() : e.getMessage();
    };
  }

  /** What arguments and file names hold may be anything, sequences that steer a terminal included. */
  private static String oneLine(String message) {
    return ModelFileException.oneLine(message.strip().replaceAll("\\s*\\R\\s*", " "));
  }

  /** The version, as the build wrote it. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() throws IOException {
      return new String[] {text()};
    }

    private static String text() throws IOException {
      try (InputStream in = Main.class.getResourceAsStream("version.txt")) {
        return "lanepool " + new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
      }
    }
  }
}
