package dev.lanepool.training;

import dev.lanepool.head.HeadNetwork;
import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Loss;
import dev.lanepool.nn.Mat;
import dev.lanepool.nn.Param;
import dev.lanepool.training.optim.Batch;
import dev.lanepool.training.optim.Objective;
import java.util.List;

/** A whole head, its pooling too: what mini-batches and L-BFGS ask of it. */
final class NetworkFit implements Objective, WholeFit.Model {
  private final HeadNetwork network;
  private final HeadNetwork.Cache cache;
  private final Coordinates coordinates;
  private final Grads ofHead;
  private final FitRows train;
  private final FitRows dev;
  private final Loss loss;
  private final double penalty;
  private final int passes;
  private final int patience;
  private final Watch watch;
  private final Mat logits; // (B, N)
  private final Mat dLogits; // (B, N)
  private final Mat targets; // (B, 1)
  private final int[] batchRows;
  private double passesLoss;

  /**
   * Of a head that is standardized already.
   *
   * @param most texts in a batch
   * @param penalty on the output weights' squares in mini-batches; L-BFGS has its own
   * @param passes over the rows in an epoch
   * @param patience epochs without a lower loss on the rows set aside
   */
  NetworkFit(HeadNetwork network, HeadNetwork.Cache cache, Coordinates coordinates, FitRows train, FitRows dev, Loss loss, int most,
      double penalty, int passes, int patience) {
    this.network = network;
    this.cache = cache;
    this.coordinates = coordinates;
    this.train = train;
    this.dev = dev;
    this.loss = loss;
    this.penalty = penalty;
    this.passes = passes;
    this.patience = patience;
    ofHead = new Grads(network.params());
    watch = new Watch(network.params());
    int rows = Math.max(most, train.most());
    int outputs = network.config().task().outputs();
    logits = new Mat(rows, outputs);
    dLogits = new Mat(rows, outputs);
    targets = new Mat(rows, 1);
    batchRows = new int[most];
  }

  Watch watch() {
    return watch;
  }

  @Override
  public List<Param> params() {
    return coordinates.seen();
  }

  @Override
  public double lossAndGradients(Batch batch, Grads grads) {
    coordinates.toHead();
    targets.resize(batch.size());
    for (int i = 0; i < batch.size(); i++) {
      batchRows[i] = batch.example(i);
      targets.data()[i] = train.target(batchRows[i]);
    }
    network.forward(train.states(batchRows, batch.size()), logits, cache);
    double value = loss.of(logits, targets, dLogits);
    ofHead.zero();
    network.backward(dLogits, cache, null, ofHead);
    Param weight = network.output().weight();
    float[] dWeight = ofHead.of(weight);
    for (int i = 0; i < dWeight.length; i++) {
      dWeight[i] += (float) penalty * weight.values()[i];
    }
    coordinates.gradients(ofHead, grads);
    return value;
  }

  /** As a training listener's: whether to go on. */
  boolean epochEnded(long epoch, double meanLoss) {
    passesLoss += meanLoss / passes;
    if ((epoch + 1) % passes != 0) {
      return true;
    }
    coordinates.toHead();
    boolean goOn = watch.looked(passesLoss, devLoss(), patience);
    passesLoss = 0;
    return goOn;
  }

  @Override
  public double lossAndGradients(Grads grads) {
    coordinates.toHead();
    ofHead.zero();
    double sum = 0;
    for (int block = 0; block < train.blocks(); block++) {
      float share = (float) train.size(block) / train.size();
      train.targets(block, targets);
      network.forward(train.states(block), logits, cache);
      sum += loss.of(logits, targets, dLogits) * share;
      for (int i = 0; i < dLogits.rows() * dLogits.columns(); i++) {
        dLogits.data()[i] *= share;
      }
      network.backward(dLogits, cache, null, ofHead);
    }
    coordinates.gradients(ofHead, grads);
    return sum;
  }

  /** Layers' weights have no penalty, and need no end where layers say nearly the same. */
  @Override
  public int iterations() {
    return 200;
  }

  /** Of the head's values as they are. */
  @Override
  public double devLoss() {
    double sum = 0;
    for (int block = 0; block < dev.blocks(); block++) {
      dev.targets(block, targets);
      network.infer(dev.states(block), logits, cache);
      sum += loss.of(logits, targets, null) * dev.size(block);
    }
    return sum / dev.size();
  }
}
