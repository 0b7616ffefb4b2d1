package dev.lanepool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressTest {
  @Test
  void theLineCountsAndSaysTheTimeLeftWhereItIsKnown() {
    assertEquals("1 text, 0.5 a second", Progress.line(1, 2, Double.NaN));
    assertEquals("1,234 texts, 61.7 a second, 1:00 left", Progress.line(1234, 20, 0.25));
    assertEquals("9 texts, 0.0 a second, 1:02:03 left", Progress.line(9, 3723, 0.5));
    assertEquals("9 texts, 9.0 a second, 0:00 left", Progress.line(9, 1, 1));
  }

  /** Shown while a slow reader has someone to watch, taken away at the end; never among rows that pass by on the same terminal. */
  @ParameterizedTest
  @CsvSource({"true, true, -, false", "true, false, -, true", "false, false, -, false", "true, true, FILE, true"})
  void isShownWhereSomeoneWatchesAndNoDataPassesBy(boolean errTerminal, boolean outTerminal, String output, boolean shown)
      throws InterruptedException {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Shell shell = new Shell(new ByteArrayInputStream(new byte[0]), new ByteArrayOutputStream(),
        new PrintStream(err, true, StandardCharsets.UTF_8), outTerminal, errTerminal);
    try (Progress progress = new Progress(shell, Path.of(output), count -> count / 4.0)) {
      progress.advance();
      Thread.sleep(250);
      progress.advance();
    }
    String printed = err.toString(StandardCharsets.UTF_8);
    if (shown) {
      assertTrue(printed.matches("\r2 texts, \\d+\\.\\d a second, 0:00 left\033\\[K\r\033\\[K"), printed);
    } else {
      assertEquals("", printed);
    }
  }
}
