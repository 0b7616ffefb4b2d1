package dev.lanepool.cli;

import dev.lanepool.training.FitSettings;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How heads are fitted. */
final class FitOptions {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  @Option(names = "--seed", paramLabel = "N", defaultValue = "1",
      description = "Of the rows' division and order, initial values and dropout. Default: ${DEFAULT-VALUE}.")
  private long seed = 1;

  @Option(names = "--epochs", paramLabel = "N", description = "See every row at most so often. Default: 30.")
  private @Nullable Integer epochs;

  @Option(names = "--patience", paramLabel = "N",
      description = "Stop after so many epochs without a lower loss on the dev rows, but for an LSTM. Default: 3.")
  private @Nullable Integer patience;

  @Option(names = "--batch-size", paramLabel = "N", description = "Texts in a step. Default: 64.")
  private @Nullable Integer batchSize;

  @Option(names = "--learning-rate", paramLabel = "R", split = ",", description = "The rates to choose from. Default: 0.0005,0.001,0.01.")
  private List<Double> learningRates = List.of();

  @Option(names = "--weight-decay", paramLabel = "W", split = ",",
      description = "The decays to choose from. Default: 0.01,0.001,0.0001,0.1,1.")
  private List<Double> weightDecays = List.of();

  @Option(names = "--hidden", paramLabel = "N", description = "The width of a hidden layer, 0 for none. Default: 0.")
  private @Nullable Integer hidden;

  @Option(names = "--dropout", paramLabel = "P", description = "Before each linear layer. Default: 0.")
  private @Nullable Double dropout;

  /** @throws ParameterException where a number is out of range */
  FitSettings settings() {
    try {
      FitSettings settings = FitSettings.defaults().withSeed(seed);
      settings = epochs == null ? settings : settings.withEpochs(epochs);
      settings = patience == null ? settings : settings.withPatience(patience);
      settings = batchSize == null ? settings : settings.withBatchSize(batchSize);
      settings = learningRates.isEmpty() ? settings : settings.withLearningRates(learningRates);
      settings = weightDecays.isEmpty() ? settings : settings.withWeightDecays(weightDecays);
      settings = hidden == null ? settings : settings.withHidden(hidden);
      return dropout == null ? settings : settings.withDropout(dropout);
    } catch (IllegalArgumentException e) {
      throw Main.usage(command, e.getMessage());
    }
  }
}
