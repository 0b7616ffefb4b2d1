package dev.lanepool.cli;

import dev.lanepool.training.FitSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParameterException;

/** How heads are fitted. */
final class FitOptions {
  /** For the end of a command's help. */
  static final String WITHOUT_EPOCHS =
      "Linear heads on poolings that learn nothing, or layers' weights only, are fitted to all rows at once, in no epochs and at no rate:"
      + " --epochs, --patience and --learning-rate change nothing there.";

  private final Arguments arguments;
  private final Argument<Long> seed;
  private final Argument<@Nullable Integer> epochs;
  private final Argument<@Nullable Integer> patience;
  private final Argument<@Nullable Integer> batchSize;
  private final Argument<List<String>> learningRates;
  private final Argument<List<String>> weightDecays;
  private final Argument<@Nullable Integer> hidden;
  private final Argument<@Nullable Double> dropout;

  FitOptions(Arguments arguments) {
    this.arguments = arguments;
    seed = arguments.withDefault(long.class, "--seed", "N", "1",
        "Of the rows' division and order, initial values and dropout. Default: ${DEFAULT-VALUE}.");
    epochs = arguments.option(Integer.class, "--epochs", "N", "At most so many epochs, for few rows of several passes each. Default: 30.");
    patience = arguments.option(Integer.class, "--patience", "N",
        "Stop after so many epochs without a lower loss on the dev rows, but for an LSTM on many rows. Default: 3.");
    batchSize = arguments.option(Integer.class, "--batch-size", "N", "Texts in a step. Default: 32.");
    learningRates = arguments.list("--learning-rate", "R",
        "The rates to choose from; for lstm and attention the first. Default: 0.0003,0.001,0.01.");
    weightDecays = arguments.list("--weight-decay", "W",
        "The decays to choose from; for lstm and attention the first, on few rows the largest unless there is --hidden or --dropout."
            + " Default: 0.01,0.001,0.0001,0.1,1.");
    hidden = arguments.option(Integer.class, "--hidden", "N", "The width of a hidden layer, 0 for none. Default: 0.");
    dropout = arguments.option(Double.class, "--dropout", "P", "Before each linear layer. Default: 0.");
  }

  /** @throws ParameterException where a number is out of range */
  FitSettings settings() {
    FitSettings settings = FitSettings.defaults().withSeed(seed.value());
    settings = with(settings, "--epochs", epochs.value(), FitSettings::withEpochs);
    settings = with(settings, "--patience", patience.value(), FitSettings::withPatience);
    settings = with(settings, "--batch-size", batchSize.value(), FitSettings::withBatchSize);
    settings = with(settings, "--learning-rate", numbers("--learning-rate", learningRates.value()), FitSettings::withLearningRates);
    settings = with(settings, "--weight-decay", numbers("--weight-decay", weightDecays.value()), FitSettings::withWeightDecays);
    settings = with(settings, "--hidden", hidden.value(), FitSettings::withHidden);
    return with(settings, "--dropout", dropout.value(), FitSettings::withDropout);
  }

  /** With one of them changed. The settings' own errors call it by another name than the option: what they expected is what is said. */
  private <T> FitSettings with(FitSettings settings, String option, @Nullable T value, BiFunction<FitSettings, T, FitSettings> set) {
    try {
      return value == null ? settings : set.apply(settings, value);
    } catch (IllegalArgumentException e) {
      String shown = value instanceof List<?> list ? list.stream().map(String::valueOf).collect(Collectors.joining(",")) : "" + value;
      throw arguments.wrong(option + " " + shown + ": " + e.getMessage().substring(Math.max(0, e.getMessage().indexOf("expected"))));
    }
  }

  /** All numbers of an option, or null where it was not given. */
  private @Nullable List<Double> numbers(String option, List<String> given) {
    List<Double> numbers = new ArrayList<>();
    for (String list : given) {
      for (String number : list.split(",", -1)) {
        try {
          numbers.add(Converters.number(Double::valueOf, number));
        } catch (NumberFormatException e) {
          throw arguments.wrong(option + " " + list + ": expected numbers with commas between them, such as 0.1,0.01");
        }
      }
    }
    return numbers.isEmpty() ? null : numbers;
  }
}
