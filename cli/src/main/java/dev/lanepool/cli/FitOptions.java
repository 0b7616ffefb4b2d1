package dev.lanepool.cli;

import dev.lanepool.training.FitSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How heads are fitted. */
final class FitOptions {
  /** For the end of a command's help. */
  static final String WITHOUT_EPOCHS =
      "Linear heads on poolings that learn nothing, or layers' weights only, are fitted to all rows at once, in no epochs and at no rate:"
      + " --epochs, --patience and --learning-rate change nothing there.";

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  @Option(names = "--seed", paramLabel = "N", defaultValue = "1",
      description = "Of the rows' division and order, initial values and dropout. Default: ${DEFAULT-VALUE}.")
  private long seed = 1;

  @Option(names = "--epochs", paramLabel = "N", description = "At most so many epochs, for few rows of several passes each. Default: 30.")
  private @Nullable Integer epochs;

  @Option(names = "--patience", paramLabel = "N",
      description = "Stop after so many epochs without a lower loss on the dev rows, but for an LSTM on many rows. Default: 3.")
  private @Nullable Integer patience;

  @Option(names = "--batch-size", paramLabel = "N", description = "Texts in a step. Default: 32.")
  private @Nullable Integer batchSize;

  @Option(names = "--learning-rate", paramLabel = "R",
      description = "The rates to choose from; for lstm and attention the first. Default: 0.0003,0.001,0.01.")
  private List<String> learningRates = List.of();

  @Option(names = "--weight-decay", paramLabel = "W",
      description = "The decays to choose from; for lstm and attention the first, on few rows the largest unless there is"
          + " --hidden or --dropout. Default: 0.01,0.001,0.0001,0.1,1.")
  private List<String> weightDecays = List.of();

  @Option(names = "--hidden", paramLabel = "N", description = "The width of a hidden layer, 0 for none. Default: 0.")
  private @Nullable Integer hidden;

  @Option(names = "--dropout", paramLabel = "P", description = "Before each linear layer. Default: 0.")
  private @Nullable Double dropout;

  /** @throws ParameterException where a number is out of range */
  FitSettings settings() {
    FitSettings settings = FitSettings.defaults().withSeed(seed);
    settings = with(settings, "--epochs", epochs, FitSettings::withEpochs);
    settings = with(settings, "--patience", patience, FitSettings::withPatience);
    settings = with(settings, "--batch-size", batchSize, FitSettings::withBatchSize);
    settings = with(settings, "--learning-rate", numbers("--learning-rate", learningRates), FitSettings::withLearningRates);
    settings = with(settings, "--weight-decay", numbers("--weight-decay", weightDecays), FitSettings::withWeightDecays);
    settings = with(settings, "--hidden", hidden, FitSettings::withHidden);
    return with(settings, "--dropout", dropout, FitSettings::withDropout);
  }

  /** With one of them changed. The settings' own errors call it by another name than the option: what they expected is what is said. */
  private <T> FitSettings with(FitSettings settings, String option, @Nullable T value, BiFunction<FitSettings, T, FitSettings> set) {
    try {
      return value == null ? settings : set.apply(settings, value);
    } catch (IllegalArgumentException e) {
      String shown = value instanceof List<?> list ? list.stream().map(String::valueOf).collect(Collectors.joining(",")) : "" + value;
      throw Main.usage(command, option + " " + shown + ": " + e.getMessage().substring(Math.max(0, e.getMessage().indexOf("expected"))));
    }
  }

  /** All numbers of an option, or null where it was not given. */
  private @Nullable List<Double> numbers(String option, List<String> given) {
    List<Double> numbers = new ArrayList<>();
    for (String list : given) {
      for (String number : list.split(",", -1)) {
        try {
          numbers.add(Double.valueOf(number));
        } catch (NumberFormatException e) {
          throw Main.usage(command, option + " " + list + ": expected numbers with commas between them, such as 0.1,0.01");
        }
      }
    }
    return numbers.isEmpty() ? null : numbers;
  }
}
