package dev.lanepool.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.util.List;

/** A peer that runs beside this process as a stopwatch: it reads a job a line and answers the nanoseconds that one run of it took. */
final class PeerProcess implements AutoCloseable {
  private final Process process;
  private final BufferedWriter ask;
  private final BufferedReader answer;

  /** Starts it and waits until it has said {@code ready} and its versions, which are printed. */
  PeerProcess(List<String> command) throws IOException {
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    ask = process.outputWriter();
    answer = process.inputReader();
    String ready = read();
    if (!ready.startsWith("ready ")) {
      close();
      throw new IOException("the peer " + command + ": found \"" + ready + "\", expected \"ready\" and its versions");
    }
    System.out.println("Peer: " + ready.substring("ready ".length()));
  }

  /** One run of a job. */
  double nanos(String job) throws IOException {
    ask.write(job);
    ask.newLine();
    ask.flush();
    return Double.parseDouble(read());
  }

  private String read() throws IOException {
    String line = answer.readLine();
    if (line == null) {
      throw new IOException("the peer ended; its messages are above");
    }
    return line.strip();
  }

  @Override
  public void close() {
    process.destroy();
  }
}
