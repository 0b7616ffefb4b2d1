package dev.lanepool.training;

import dev.lanepool.head.HeadNetwork;
import java.util.List;

/**
 * A fitted head, and how the fit went.
 *
 * @param network over the reduced pooling of its plan
 * @param trial the one that was fitted without the rows set aside, whose scores on them are therefore more honest than the other's; the
 *     same as the network where that was not fitted again
 * @param learningRate that was chosen
 * @param weightDecay that was chosen
 * @param trainLoss the mean loss of each epoch or iteration without the rows set aside, each step at its time; regression's in units of the
 *     labels' variance
 * @param devLoss the loss on the rows set aside after each
 * @param bestDevLoss the lowest of those
 */
record Fit(HeadNetwork network, HeadNetwork trial, double learningRate, double weightDecay, List<Double> trainLoss,
    List<Double> devLoss, double bestDevLoss) {}
