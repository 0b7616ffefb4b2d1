package dev.lanepool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanepool.training.FitSettings;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

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
}
