package dev.lanepool.head;

import dev.lanepool.pooling.Pooling;

/**
 * What a head is made of, in the order in which data passes: a pooling, standardization, dropout, perhaps a hidden layer, a linear layer.
 * Start from {@link #of} and change what you need.
 *
 * @param pooling from hidden states to a vector of length D
 * @param task what comes out
 * @param standardize whether each dimension is brought to mean 0 and deviation 1, as fitted to the training texts
 * @param dropout the probability of dropping, before each linear layer, while training
 * @param hidden the width of a hidden layer, linear then tanh, as in Hugging Face's {@code RobertaClassificationHead}; 0 for none
 */
public record HeadConfig(Pooling pooling, HeadTask task, boolean standardize, double dropout, int hidden) {

  /** @throws IllegalArgumentException where dropout is not at least 0 and less than 1, or the hidden width is negative */
  public HeadConfig {
    if (!(dropout >= 0 && dropout < 1)) {
      throw new IllegalArgumentException("dropout: found " + dropout + ", expected at least 0 and less than 1");
    }
    if (hidden < 0) {
      throw new IllegalArgumentException("hidden: found " + hidden + ", expected 0 for none, or a width");
    }
  }

  /** A pooling and one linear layer. */
  public static HeadConfig of(Pooling pooling, HeadTask task) {
    return new HeadConfig(pooling, task, false, 0, 0);
  }

  /** With each dimension brought to mean 0 and deviation 1, or left as it is. */
  public HeadConfig withStandardize(boolean standardize) {
    return new HeadConfig(pooling, task, standardize, dropout, hidden);
  }

  /** @throws IllegalArgumentException where it is not at least 0 and less than 1 */
  public HeadConfig withDropout(double dropout) {
    return new HeadConfig(pooling, task, standardize, dropout, hidden);
  }

  /** @throws IllegalArgumentException where it is negative */
  public HeadConfig withHidden(int hidden) {
    return new HeadConfig(pooling, task, standardize, dropout, hidden);
  }
}
