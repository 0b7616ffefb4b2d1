package dev.lanepool.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import java.util.List;

@Command(name = "lanepool", version = "lanepool 0.1.0", mixinStandardHelpOptions = true, subcommands = {Main.A.class, Main.B.class, Main.C.class})
public final class Main {
  @Command(name = "embed", mixinStandardHelpOptions = true)
  static final class A implements Runnable {
    @Option(names = "-i") String input;
    @Option(names = "-o") String output;
    @Option(names = "--threads") int threads;
    @Option(names = "--max-length") Integer max;
    @Parameters List<String> texts;
    public void run() { System.out.println(texts); }
  }
  @Command(name = "tok", mixinStandardHelpOptions = true)
  static final class B implements Runnable {
    @Option(names = "-i") String input;
    @Option(names = "-o") String output;
    @Option(names = "--threads") int threads;
    @Option(names = "--max-length") Integer max;
    @Parameters List<String> texts;
    public void run() { System.out.println(texts); }
  }
  @Command(name = "sim", mixinStandardHelpOptions = true)
  static final class C implements Runnable {
    @Option(names = "-i") String input;
    @Option(names = "-o") String output;
    @Option(names = "--threads") int threads;
    @Option(names = "--max-length") Integer max;
    @Parameters List<String> texts;
    public void run() { System.out.println(texts); }
  }
  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }
}
