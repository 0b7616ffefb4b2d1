package dev.lanepool.training;

import dev.lanepool.head.HeadNetwork;
import java.util.List;

/**
 * A fitted head.
 *
 * @param network over the reduced pooling of its plan, with the values of the best epoch
 * @param learningRate that was chosen
 * @param weightDecay that was chosen
 * @param trainLoss the mean loss of each epoch, each step at its time; regression's in units of the labels' variance
 * @param devLoss the loss on the rows set aside after each epoch
 * @param bestDevLoss the lowest of those
 */
public record Fit(HeadNetwork network, double learningRate, double weightDecay, List<Double> trainLoss, List<Double> devLoss,
    double bestDevLoss) {}
