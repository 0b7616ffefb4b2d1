package dev.lanepool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.training.FitSettings;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

class FitOptionsTest {

  private static FitSettings settings(String... args) {
    Arguments arguments = new Arguments(() -> 0, "");
    FitOptions fit = new FitOptions(arguments);
    new CommandLine(arguments.command()).parseArgs(args);
    return fit.settings();
  }

  @Test
  void eachOptionChangesTheSettingOfItsName() {
    assertEquals(FitSettings.defaults(), settings());
    assertEquals(new FitSettings(6, 7, 8, List.of(0.5, 0.25, 0.75), List.of(0.1), FitSettings.defaults().devShare(), 0.125, 9, 5),
        settings("--seed", "5", "--epochs", "6", "--patience", "7", "--batch-size", "8", "--learning-rate", "0.5,0.25",
            "--learning-rate", "0.75", "--weight-decay", "0.1", "--hidden", "9", "--dropout", "0.125"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--epochs 0", "--patience 0", "--batch-size 0", "--learning-rate 0.5,-1.0", "--weight-decay 0.5,-1.0",
      "--hidden -1", "--dropout 1.0"})
  void whatIsOutOfRangeIsNamedByItsOption(String option) {
    String message = assertThrows(ParameterException.class, () -> settings(option.split(" "))).getMessage();
    assertTrue(message.startsWith(option + ": expected "), message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--learning-rate 0.1,x", "--weight-decay x", "--weight-decay 0.1,"})
  void whatIsNoNumberIsNamedByItsOption(String option) {
    String message = assertThrows(ParameterException.class, () -> settings(option.split(" "))).getMessage();
    assertTrue(message.startsWith(option + ": expected numbers with commas"), message);
  }
}
