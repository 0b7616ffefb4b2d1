package dev.lanepool.training;

import dev.lanepool.head.HeadNetwork;
import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Linear;
import dev.lanepool.nn.Loss;
import dev.lanepool.nn.Mat;
import dev.lanepool.nn.Param;
import dev.lanepool.nn.Shape;
import dev.lanepool.nn.Standardize;
import java.util.List;

/** The last layer of a head alone, on vectors that are pooled and standardized once: a convex loss of few parameters. */
final class Readout implements WholeFit.Model {
  private final Linear output;
  private final Loss loss;
  private final Part train;
  private final Part dev;

  /** Rows with all that a pass over them needs. */
  private record Part(Mat vectors, Mat targets, Mat logits, Mat dLogits, Linear.Cache cache) {}

  /**
   * Of a head without a hidden layer.
   *
   * @param cache of the head, for the rows' blocks
   * @param vectors of the rows to fit to, as {@link #standardize} gives them
   */
  Readout(Compute compute, HeadNetwork network, HeadNetwork.Cache cache, Mat vectors, FitRows train, FitRows dev, Loss loss) {
    this.loss = loss;
    output = network.output();
    this.train = part(compute, vectors, train);
    this.dev = part(compute, standardized(compute, network, pool(network, cache, dev)), dev);
  }

  /** Pools all rows, fits the head's standardization to them, and gives the standardized vectors, (rows, D). */
  static Mat standardize(Compute compute, HeadNetwork network, HeadNetwork.Cache cache, FitRows rows) {
    Mat vectors = pool(network, cache, rows);
    Standardize standardize = network.standardize();
    if (standardize != null) {
      standardize.fit(vectors);
      Coordinates.spareOutputs(network);
    }
    return standardized(compute, network, vectors);
  }

  /** The same vectors, overwritten. */
  private static Mat standardized(Compute compute, HeadNetwork network, Mat vectors) {
    Standardize standardize = network.standardize();
    if (standardize != null) {
      standardize.infer(vectors, vectors, standardize.newCache(compute, vectors.shape()));
    }
    return vectors;
  }

  private static Mat pool(HeadNetwork network, HeadNetwork.Cache cache, FitRows rows) {
    int dimension = network.dimension();
    Mat all = new Mat(rows.size(), dimension);
    Mat some = new Mat(rows.most(), dimension);
    for (int block = 0; block < rows.blocks(); block++) {
      network.pool(rows.states(block), some, cache);
      System.arraycopy(some.data(), 0, all.data(), block * rows.most() * dimension, some.rows() * dimension);
    }
    return all;
  }

  private Part part(Compute compute, Mat vectors, FitRows rows) {
    Mat targets = new Mat(rows.size(), 1);
    for (int row = 0; row < rows.size(); row++) {
      targets.data()[row] = rows.target(row);
    }
    Shape logits = output.outputShape(vectors.shape());
    return new Part(vectors, targets, new Mat(logits.rows(), logits.columns()), new Mat(logits.rows(), logits.columns()),
        output.newCache(compute, vectors.shape()));
  }

  @Override
  public List<Param> params() {
    return output.params();
  }

  @Override
  public double lossAndGradients(Grads grads) {
    output.forward(train.vectors, train.logits, train.cache);
    double value = loss.of(train.logits, train.targets, train.dLogits);
    output.backward(train.dLogits, train.cache, null, grads);
    return value;
  }

  /** Only without a penalty, or with hardly any, is the minimum farther. */
  @Override
  public int iterations() {
    return 500;
  }

  @Override
  public double devLoss() {
    output.infer(dev.vectors, dev.logits, dev.cache);
    return loss.of(dev.logits, dev.targets, null);
  }
}
