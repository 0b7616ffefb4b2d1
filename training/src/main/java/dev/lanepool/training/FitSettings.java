package dev.lanepool.training;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How heads are fitted. A linear head on a pooling that learns nothing or little (weighted layers) is fitted by L-BFGS to all rows at once,
 * with a penalty of weightDecay / 2 times the sum of the weights' squares: first without a part of the rows that is set aside, with weaker
 * and weaker penalties until the loss of those has not fallen twice, then to all rows with the penalty that was best. Any other head is
 * fitted by AdamW on mini-batches without the rows set aside, and the epoch and the settings with the lowest loss on those are kept. An
 * epoch is one pass over the rows, and for few rows as many passes as make {@value #LEAST_STEPS} steps. The rate is constant, but for heads
 * with an LSTM on more rows than that, where it falls to 0 in a straight line. An attention's output layer is first fitted alone, as if its
 * weights of tokens were to stay.
 *
 * @param epochs how many there are at most; where the rate falls also at most so many that {@value #FALLING_TEXTS} texts are seen
 * @param patience how many without a lower loss on the rows set aside end the fit, but where the rate falls
 * @param batchSize texts in a step
 * @param learningRates to choose from; for poolings that are networks of their own (lstm, attention) the first serves
 * @param weightDecays to choose from, likewise; on few rows the largest serves, without a hidden layer and dropout
 * @param devShare the share of the training rows that is set aside
 * @param dropout before each linear layer
 * @param hidden the width of a hidden layer before the output; 0 for none
 * @param seed of initial values, of the rows' order and of dropout
 */
public record FitSettings(int epochs, int patience, int batchSize, List<Double> learningRates, List<Double> weightDecays, double devShare,
    double dropout, int hidden, long seed) {

  /** In an epoch. */
  public static final int LEAST_STEPS = 50;

  /** Seen by a fit whose rate falls, each text as often as it is seen. */
  public static final int FALLING_TEXTS = 96_000;

  /**
   * @throws IllegalArgumentException where a number is out of range or null, or there is nothing to choose from
   * @throws NullPointerException where a list is null; the message names it
   */
  public FitSettings {
    Objects.requireNonNull(learningRates, "learningRates");
    Objects.requireNonNull(weightDecays, "weightDecays");
    if (epochs < 1 || patience < 1 || batchSize < 1) {
      throw new IllegalArgumentException(
          "epochs " + epochs + ", patience " + patience + ", batch size " + batchSize + ": expected at least 1");
    }
    if (learningRates.isEmpty() || weightDecays.isEmpty()) {
      throw new IllegalArgumentException("no learning rate or no weight decay to choose from");
    }
    if (!(devShare > 0 && devShare < 1)) {
      throw new IllegalArgumentException("devShare: found " + devShare + ", expected more than 0 and less than 1");
    }
    for (@Nullable Double rate : learningRates) {
      if (!(rate != null && rate > 0 && rate < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("learning rate: found " + rate + ", expected a positive number");
      }
    }
    for (@Nullable Double decay : weightDecays) {
      if (!(decay != null && decay >= 0 && decay < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("weight decay: found " + decay + ", expected 0 or a positive number");
      }
    }
    if (!(dropout >= 0 && dropout < 1)) {
      throw new IllegalArgumentException("dropout: found " + dropout + ", expected at least 0 and less than 1");
    }
    if (hidden < 0) {
      throw new IllegalArgumentException("hidden: found " + hidden + ", expected 0 for none, or a width");
    }
    learningRates = List.copyOf(learningRates);
    weightDecays = List.copyOf(weightDecays);
  }

  /**
   * At most 30 epochs in batches of 32, patience 3, rates 0.0003, 0.001 and 0.01, decays 0.01, 0.001, 0.0001, 0.1 and 1, a tenth set aside,
   * one linear layer.
   */
  public static FitSettings defaults() {
    return new FitSettings(30, 3, 32, List.of(3e-4, 1e-3, 1e-2), List.of(0.01, 1e-3, 1e-4, 0.1, 1.0), 0.1, 0, 0, 1);
  }

  /** How often an epoch passes over so many rows. */
  int passes(int rows) {
    return Math.ceilDiv(LEAST_STEPS, Math.ceilDiv(rows, batchSize));
  }

  /** How many epochs a fit to so many rows has whose rate falls. */
  int fallingEpochs(int rows) {
    return Math.clamp(FALLING_TEXTS / rows, 1, epochs);
  }

  /**
   * With at most so many epochs.
   *
   * @throws IllegalArgumentException where it is less than 1
   */
  public FitSettings withEpochs(int epochs) {
    return new FitSettings(epochs, patience, batchSize, learningRates, weightDecays, devShare, dropout, hidden, seed);
  }

  /**
   * With so many epochs without a lower loss that end a fit.
   *
   * @throws IllegalArgumentException where it is less than 1
   */
  public FitSettings withPatience(int patience) {
    return new FitSettings(epochs, patience, batchSize, learningRates, weightDecays, devShare, dropout, hidden, seed);
  }

  /**
   * With so many texts in a step.
   *
   * @throws IllegalArgumentException where it is less than 1
   */
  public FitSettings withBatchSize(int batchSize) {
    return new FitSettings(epochs, patience, batchSize, learningRates, weightDecays, devShare, dropout, hidden, seed);
  }

  /**
   * With these rates to choose from, the first for an LSTM or attention.
   *
   * @throws IllegalArgumentException where there is none, or one is not positive and finite
   */
  public FitSettings withLearningRates(List<Double> learningRates) {
    return new FitSettings(epochs, patience, batchSize, learningRates, weightDecays, devShare, dropout, hidden, seed);
  }

  /**
   * With these decays to choose from.
   *
   * @throws IllegalArgumentException where there is none, or one is negative or not finite
   */
  public FitSettings withWeightDecays(List<Double> weightDecays) {
    return new FitSettings(epochs, patience, batchSize, learningRates, weightDecays, devShare, dropout, hidden, seed);
  }

  /**
   * With this share of the training rows set aside to choose by.
   *
   * @throws IllegalArgumentException where it is not more than 0 and less than 1
   */
  public FitSettings withDevShare(double devShare) {
    return new FitSettings(epochs, patience, batchSize, learningRates, weightDecays, devShare, dropout, hidden, seed);
  }

  /**
   * With this probability of dropping before each linear layer.
   *
   * @throws IllegalArgumentException where it is not at least 0 and less than 1
   */
  public FitSettings withDropout(double dropout) {
    return new FitSettings(epochs, patience, batchSize, learningRates, weightDecays, devShare, dropout, hidden, seed);
  }

  /**
   * With a hidden layer of this width before the output, 0 for none.
   *
   * @throws IllegalArgumentException where it is negative
   */
  public FitSettings withHidden(int hidden) {
    return new FitSettings(epochs, patience, batchSize, learningRates, weightDecays, devShare, dropout, hidden, seed);
  }

  /** With another seed of initial values, of the rows' order and of dropout. */
  public FitSettings withSeed(long seed) {
    return new FitSettings(epochs, patience, batchSize, learningRates, weightDecays, devShare, dropout, hidden, seed);
  }
}
