package dev.lanepool.training.report;

import java.util.List;

/**
 * How the head of one fold was trained.
 *
 * @param learningRate the learning rate chosen inside the fold's training part
 * @param weightDecay the weight decay chosen there
 * @param loss the mean training loss of each epoch
 * @param dev the comparison's metric on the dev split after each epoch; as many as {@code loss}, or none
 */
public record FoldTraining(double learningRate, double weightDecay, List<Double> loss, List<Double> dev) {
  /** @throws IllegalArgumentException where {@code dev} has another number of epochs than {@code loss} */
  public FoldTraining {
    loss = List.copyOf(loss);
    dev = List.copyOf(dev);
    if (!dev.isEmpty() && dev.size() != loss.size()) {
      throw new IllegalArgumentException("dev: found " + dev.size() + " epochs, expected " + loss.size() + " as in loss");
    }
  }
}
