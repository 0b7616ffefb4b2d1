package dev.lanepool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a run of the command line gave. */
record CommandLineRun(int code, byte[] bytes, String err) {

  /** The run, which must have ended well. */
  static CommandLineRun ok(CommandLineRun run) {
    assertEquals(0, run.code, run.err);
    return run;
  }

  static CommandLineRun of(String... args) {
    return withInput("", args);
  }

  static CommandLineRun withInput(String stdin, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    InputStream in = new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8));
    int code = Main.run(new Shell(in, out, new PrintStream(err, true, StandardCharsets.UTF_8), false, false), args);
    return new CommandLineRun(code, out.toByteArray(), err.toString(StandardCharsets.UTF_8));
  }

  static Shell shell(String stdin) {
    return shell(new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8)));
  }

  static Shell shell(InputStream in) {
    return new Shell(in, new ByteArrayOutputStream(), System.err, false, false);
  }

  /** A run in a JVM of its own, standard error among its output. */
  static ProcessBuilder process(List<String> jvmOptions, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmOptions);
    command.addAll(List.of("--add-modules", "jdk.incubator.vector", "-cp",
        System.getProperty("java.class.path") + ":" + System.getProperty("jdk.module.path", ""), Main.class.getName()));
    command.addAll(arguments);
    return new ProcessBuilder(command).redirectErrorStream(true);
  }

  String out() {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
