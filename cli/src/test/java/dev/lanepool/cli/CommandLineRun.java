package dev.lanepool.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** What a run of the command line gave. */
record CommandLineRun(int code, byte[] bytes, String err) {

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

  String out() {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
