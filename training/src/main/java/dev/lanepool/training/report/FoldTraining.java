package dev.lanepool.training.report;

import java.util.List;

/**
 * How the head of one fold was trained. Losses are the cross-entropy, of a regression the mean squared error divided by the variance of the
 * labels that were trained on.
 *
 * @param learningRate the learning rate chosen inside the fold's training part
 * @param weightDecay the weight decay chosen there
 * @param loss the mean training loss of each epoch, or iteration of L-BFGS
 * @param devLoss the loss on the dev split after each epoch; as many as {@code loss}, or none
 */
public record FoldTraining(double learningRate, double weightDecay, List<Double> loss, List<Double> devLoss) {
  /** @throws IllegalArgumentException where {@code devLoss} has another number of epochs than {@code loss} */
  public FoldTraining {
    loss = List.copyOf(loss);
    devLoss = List.copyOf(devLoss);
    if (!devLoss.isEmpty() && devLoss.size() != loss.size()) {
      throw new IllegalArgumentException("devLoss: found " + devLoss.size() + " epochs, expected " + loss.size() + " as in loss");
    }
  }
}
