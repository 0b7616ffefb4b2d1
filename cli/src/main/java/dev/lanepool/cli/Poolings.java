package dev.lanepool.cli;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.nn.Mat;
import dev.lanepool.pooling.Pooling;
import dev.lanepool.training.FitSettings;
import dev.lanepool.training.features.FeaturePlan;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.ParameterException;

/** The poolings that heads are to read, as specs on the command line. */
final class Poolings {
  private Poolings() {}

  /**
   * Reads specs.
   *
   * @throws ParameterException where one is wrong, or two are the same
   */
  static List<Pooling> parse(Arguments arguments, List<String> specs) {
    Set<Pooling> poolings = new LinkedHashSet<>();
    for (String spec : specs) {
      Pooling pooling;
      try {
        pooling = Pooling.parse(spec);
      } catch (IllegalArgumentException e) {
        throw arguments.wrong(e.getMessage());
      }
      if (!poolings.add(pooling)) {
        throw arguments.wrong("--pooling " + pooling + ": given twice");
      }
    }
    return new ArrayList<>(poolings);
  }

  /** @throws ParameterException where a pooling does not fit the model, or a hidden layer on it is too wide for an array */
  static void checkFit(Arguments arguments, List<Pooling> poolings, FitSettings settings, EmbeddingModel model) {
    for (Pooling pooling : poolings) {
      try {
        FeaturePlan.of(pooling, model);
      } catch (IllegalArgumentException e) {
        throw arguments.wrong(e.getMessage());
      }
      int most = Mat.MOST / pooling.dimension(model.layers(), model.hiddenSize());
      if (settings.hidden() > most) {
        throw arguments.wrong("--hidden " + settings.hidden() + ": expected at most " + most + " on the pooling \"" + pooling
            + "\", since one array holds at most " + Mat.MOST + " numbers");
      }
    }
  }
}
