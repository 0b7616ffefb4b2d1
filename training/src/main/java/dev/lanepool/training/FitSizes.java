package dev.lanepool.training;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.Tokens;
import dev.lanepool.nn.Mat;
import dev.lanepool.pooling.AttentionPooling;
import dev.lanepool.pooling.LstmPooling;
import dev.lanepool.pooling.Pooling;
import dev.lanepool.pooling.WeightedPooling;
import dev.lanepool.training.features.FeaturePlan;
import java.util.List;
import java.util.stream.IntStream;

/** What a fit would hold in one array, and what is too much for that: to be said before any text is encoded, not after all of them. */
final class FitSizes {
  private final FeaturePlan plan;
  private final int outputs;
  private final FitSettings settings;

  /**
   * Of fits by one plan.
   *
   * @param outputs of the head
   */
  FitSizes(FeaturePlan plan, int outputs, FitSettings settings) {
    this.plan = plan;
    this.outputs = outputs;
    this.settings = settings;
  }

  /**
   * Checks all that a fit to some rows of a data set needs.
   *
   * @param texts of the whole data set, which are looked at only where the longest that the model reads would be too long
   * @throws IllegalArgumentException where something is too large; the message names its size and the limit
   */
  static void check(EmbeddingModel model, List<String> texts, FeaturePlan plan, LabelledTask task, FitSettings settings, int[] rows) {
    FitSizes sizes = new FitSizes(plan, task.task().outputs(), settings);
    sizes.checkWeights();
    boolean whole = HeadFitter.fitsWhole(plan, settings);
    int[] pooled = whole ? rows : task.holdOut(rows, settings.devShare(), settings.seed()).train(); // all at once
    sizes.checkRows(pooled.length);
    sizes.checkTexts();
    if (!sizes.fitsTokens(model.maxLength())) {
      sizes.checkTokens(IntStream.range(0, texts.size()).map(i -> model.tokenIds(i, texts.get(i)).length).max().orElse(0));
    }
  }

  /** Of the pooled vectors, D. */
  private int dimension() {
    return plan.reduced().dimension(plan.layers(), plan.width());
  }

  /** The pooled vectors of all rows that are fitted to, and what the head says of them. */
  void checkRows(int rows) {
    require(named(), rows, "rows", dimension());
    require("a head of " + outputs + " outputs", rows, "rows", outputs);
  }

  /** The weights' matrices, but for the pooling's, of which the plan is sure. */
  void checkWeights() {
    require("the weights of a hidden layer", settings.hidden(), "rows", dimension());
    require("the weights of the outputs", outputs, "rows", settings.hidden() > 0 ? settings.hidden() : dimension());
  }

  /** What each text of a batch takes, whatever its length. */
  void checkTexts() {
    long most = Math.max(Math.max(dimension(), outputs), settings.hidden());
    for (Pooling part : Coordinates.parts(plan.reduced())) {
      most = Math.max(most, switch (part) {
        case LstmPooling lstm -> plan.layers() * Math.max(plan.width(), 4L * lstm.hidden());
        case WeightedPooling weighted -> (long) read(weighted) * plan.width();
        default -> 0;
      });
    }
    require("batches for " + named(), texts(), "texts", most);
  }

  private int read(WeightedPooling weighted) {
    Demand demand = weighted.demand(plan.layers());
    return (int) IntStream.rangeClosed(0, plan.layers()).filter(layer -> demand.at(layer) != Tokens.NONE).count();
  }

  private int texts() {
    return HeadFitter.textsAtOnce(plan, settings);
  }

  /** The floats that each token of a batch takes. */
  private int tokenFloats() {
    int most = plan.width();
    for (Pooling part : Coordinates.parts(plan.reduced())) {
      most = part instanceof AttentionPooling attention ? Math.max(most, attention.hidden()) : most;
    }
    return most;
  }

  private boolean fitsTokens(int longest) {
    return !plan.perToken() || fits((long) texts() * longest, tokenFloats());
  }

  /** A batch of the longest texts, where their tokens are read. */
  void checkTokens(int longest) {
    require("batches of " + texts() + " texts for " + named(), (long) texts() * longest, "tokens", tokenFloats());
  }

  private String named() {
    return "pooling \"" + plan.pooling() + "\"";
  }

  private static boolean fits(long rows, long dimension) {
    return rows <= Mat.MOST / dimension;
  }

  private static void require(String what, long rows, String unit, long dimension) {
    if (!fits(rows, dimension)) {
      throw new IllegalArgumentException(what + ": found " + rows + " " + unit + " of dimension " + dimension + ", expected at most "
          + Mat.MOST / dimension + ", since one array holds at most " + Mat.MOST + " numbers");
    }
  }
}
