package dev.lanepool.training;

import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.head.HeadConfig;
import dev.lanepool.head.HeadNetwork;
import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Linear;
import dev.lanepool.nn.Loss;
import dev.lanepool.nn.Mat;
import dev.lanepool.nn.Param;
import dev.lanepool.pooling.PoolingLayer;
import dev.lanepool.training.data.Split;
import dev.lanepool.training.features.FeaturePlan;
import dev.lanepool.training.features.Features;
import dev.lanepool.training.optim.AdamW;
import dev.lanepool.training.optim.Batch;
import dev.lanepool.training.optim.Lbfgs;
import dev.lanepool.training.optim.Objective;
import dev.lanepool.training.optim.TrainingListener;
import dev.lanepool.training.optim.TrainingLoop;
import dev.lanepool.training.optim.TrainingSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Fits one head to rows of a data set, on features. Deterministic: the same features, rows and settings give the same bits, whatever the
 * number of threads.
 *
 * <p>Pooled vectors are standardized as fitted to the training rows, since a few dimensions of a transformer's hidden states dwarf the
 * rest; so are a regression's labels, whose scale then moves into the output layer.
 */
final class HeadFitter {
  /** Parameters of a pooling: weighted layers have a few, an LSTM or an attention tens of thousands. */
  private static final long NETWORK = 1_000;

  /** Of L-BFGS at most, and how many without a lower loss on the rows set aside end it. */
  private static final int ITERATIONS = 500;

  private static final int WAIT = 40;

  private final Compute compute;
  private final Features features;
  private final FeaturePlan plan;
  private final LabelledTask task;
  private final FitSettings settings;

  HeadFitter(Compute compute, Features features, FeaturePlan plan, LabelledTask task, FitSettings settings) {
    this.compute = compute;
    this.features = features;
    this.plan = plan;
    this.task = task;
    this.settings = settings;
  }

  /** A head fitted to these rows of the features, some of which it sets aside to choose by. */
  Fit fit(int[] rows) {
    Split split = task.holdOut(rows, settings.devShare(), settings.seed());
    List<Fit> fits = new ArrayList<>();
    if (isConvex()) {
      settings.weightDecays().forEach(penalty -> fits.add(fitWhole(split, penalty)));
    } else {
      choices(settings.learningRates()).forEach(rate ->
          choices(settings.weightDecays()).forEach(decay -> fits.add(fitBatches(split, rate, decay))));
    }
    Fit best = fits.stream().min(Comparator.comparingDouble(Fit::bestDevLoss)).orElseThrow();
    rescale(best.network(), split.train());
    return best;
  }

  /** Whether the loss of all rows is a convex function of few parameters: a linear layer on what is pooled, nothing dropped. */
  private boolean isConvex() {
    return !plan.reduced().learns() && settings.hidden() == 0 && settings.dropout() == 0;
  }

  /** Where the pooling is a network of its own, each fit takes long and stopping early matters most: the first choice serves. */
  private List<Double> choices(List<Double> all) {
    boolean network = PoolingLayer.parameters(plan.reduced(), plan.layers(), plan.width()) > NETWORK;
    return network ? all.subList(0, 1) : all;
  }

  private HeadNetwork network() {
    HeadConfig config = new HeadConfig(plan.reduced(), task.task(), true, settings.dropout(), settings.hidden());
    return new HeadNetwork(config, plan.layers(), plan.width(), new SplittableRandom(settings.seed()));
  }

  /** By L-BFGS on all rows at once. */
  private Fit fitWhole(Split split, double penalty) {
    Run run = new Run(network(), split);
    run.minimize(penalty);
    run.restoreBest();
    return new Fit(run.network, 1, penalty, List.copyOf(run.trainLoss), List.copyOf(run.devLoss), run.best);
  }

  /** By AdamW on mini-batches. */
  private Fit fitBatches(Split split, double rate, double decay) {
    HeadNetwork network = network();
    Run run = new Run(network, split);
    TrainingSettings how = TrainingSettings.defaults().withRule(new AdamW().withWeightDecay(decay).withVectorsSpared(true))
        .withLearningRate(rate).withMaxNorm(1).withEpochs(Math.multiplyExact(settings.epochs(), run.passes))
        .withBatchSize(settings.batchSize())
        .withSeed(settings.seed());
    new TrainingLoop(compute, network.params(), split.train().length, how).run(run, run);
    run.restoreBest();
    return new Fit(network, rate, decay, List.copyOf(run.trainLoss), List.copyOf(run.devLoss), run.best);
  }

  /** One head, one setting: what the training loop asks and tells. */
  private final class Run implements Objective, TrainingListener {
    private final HeadNetwork network;
    private final Split split;
    private final Loss loss = task.task().loss();
    private final Scaling scaling;
    private final HeadNetwork.Cache cache;
    private final Mat logits;
    private final Mat dLogits;
    private final Mat targets;
    private final int[] batchRows;
    private final int passes; // over the rows between two looks at those set aside
    private double passesLoss;
    private final List<Double> trainLoss = new ArrayList<>();
    private final List<Double> devLoss = new ArrayList<>();
    private final List<float[]> bestValues = new ArrayList<>();
    private double best = Double.POSITIVE_INFINITY;

    private Run(HeadNetwork network, Split split) {
      this.network = network;
      this.split = split;
      scaling = scaling(split.train());
      cache = newCache(network);
      logits = new Mat(settings.batchSize(), task.task().outputs());
      dLogits = new Mat(settings.batchSize(), task.task().outputs());
      targets = new Mat(settings.batchSize(), 1);
      batchRows = new int[settings.batchSize()];
      passes = settings.passes(split.train().length);
      standardize();
    }

    private void standardize() {
      int dimension = network.dimension();
      int[] rows = split.train();
      Mat all = new Mat(rows.length, dimension);
      Mat some = new Mat(settings.batchSize(), dimension);
      for (int from = 0; from < rows.length; from += settings.batchSize()) {
        int count = Math.min(settings.batchSize(), rows.length - from);
        network.pool(features.states(plan, rows, from, count), some, cache);
        System.arraycopy(some.data(), 0, all.data(), from * dimension, count * dimension);
      }
      if (network.standardize() != null) {
        network.standardize().fit(all);
      }
    }

    @Override
    public double lossAndGradients(Batch batch, Grads grads) {
      for (int i = 0; i < batch.size(); i++) {
        batchRows[i] = split.train()[batch.example(i)];
      }
      network.forward(states(batchRows, 0, batch.size()), logits, cache);
      double value = loss.of(logits, targets, dLogits);
      network.backward(dLogits, cache, null, grads);
      return value;
    }

    @Override
    public void stepped(long step, double trainingLoss, double gradientNorm, double learningRate) {}

    @Override
    public boolean epochEnded(long epoch, double meanLoss) {
      passesLoss += meanLoss / passes;
      if ((epoch + 1) % passes != 0) {
        return true;
      }
      boolean goOn = looked(passesLoss, settings.patience());
      passesLoss = 0;
      return goOn;
    }

    /** The mean loss of all rows and a penalty on the weights' squares, made small. */
    private void minimize(double penalty) {
      List<Param> params = network.params();
      Grads grads = new Grads(params);
      int[] rows = split.train();
      double[] point = new double[params.stream().mapToInt(param -> param.values().length).sum()];
      for (int i = 0, at = 0; i < params.size(); i++) {
        for (float value : params.get(i).values()) {
          point[at++] = value;
        }
      }
      Lbfgs.Function function = (at, gradient) -> {
        assign(at);
        grads.zero();
        double sum = 0;
        for (int from = 0; from < rows.length; from += settings.batchSize()) {
          int count = Math.min(settings.batchSize(), rows.length - from);
          network.forward(states(rows, from, count), logits, cache);
          sum += loss.of(logits, targets, dLogits) * count / rows.length;
          for (int i = 0; i < count * dLogits.columns(); i++) {
            dLogits.data()[i] *= (float) count / rows.length;
          }
          network.backward(dLogits, cache, null, grads);
        }
        return sum + penalize(penalty, at, grads, gradient);
      };
      Lbfgs.minimize(point, function, ITERATIONS, (iteration, at, value) -> looked(value, WAIT));
    }

    private void assign(double[] point) {
      int at = 0;
      for (Param param : network.params()) {
        for (int i = 0; i < param.values().length; i++) {
          param.values()[i] = (float) point[at++];
        }
        param.changed();
      }
    }

    /** Adds the penalty's gradient to the loss's. Gives the penalty. */
    private double penalize(double penalty, double[] point, Grads grads, double[] gradient) {
      double sum = 0;
      int at = 0;
      for (Param param : network.params()) {
        float[] own = grads.of(param);
        double factor = param.decays() ? penalty : 0;
        for (int i = 0; i < own.length; i++, at++) {
          gradient[at] = own[i] + factor * point[at];
          sum += factor * point[at] * point[at] / 2;
        }
      }
      return sum;
    }

    /** Notes the training rows' loss and looks at that of the rows set aside. Whether to go on. */
    private boolean looked(double trained, int patience) {
      trainLoss.add(trained);
      double sum = 0;
      int[] rows = split.test();
      for (int from = 0; from < rows.length; from += settings.batchSize()) {
        int count = Math.min(settings.batchSize(), rows.length - from);
        network.infer(states(rows, from, count), logits, cache);
        sum += loss.of(logits, targets, null) * count;
      }
      double dev = sum / rows.length;
      devLoss.add(dev);
      if (dev < best) {
        best = dev;
        bestValues.clear();
        network.params().forEach(param -> bestValues.add(param.values().clone()));
      }
      int since = devLoss.size() - 1 - devLoss.indexOf(best);
      return best != Double.POSITIVE_INFINITY && since < patience;
    }

    /** Reads a batch, and its targets too. */
    private HiddenStates states(int[] rows, int from, int count) {
      targets.resize(count);
      for (int i = 0; i < count; i++) {
        targets.data()[i] = (float) ((task.targets()[rows[from + i]] - scaling.mean) / scaling.deviation);
      }
      return features.states(plan, rows, from, count);
    }

    private void restoreBest() {
      for (int i = 0; i < bestValues.size(); i++) {
        Param param = network.params().get(i);
        System.arraycopy(bestValues.get(i), 0, param.values(), 0, param.values().length);
        param.changed();
      }
    }
  }

  /** What a head says of rows, (rows, N): logits, or values. */
  float[][] infer(HeadNetwork network, int[] rows) {
    HeadNetwork.Cache cache = newCache(network);
    Mat logits = new Mat(settings.batchSize(), task.task().outputs());
    float[][] outputs = new float[rows.length][];
    for (int from = 0; from < rows.length; from += settings.batchSize()) {
      int count = Math.min(settings.batchSize(), rows.length - from);
      network.infer(features.states(plan, rows, from, count), logits, cache);
      for (int i = 0; i < count; i++) {
        outputs[from + i] = Arrays.copyOfRange(logits.data(), i * logits.columns(), (i + 1) * logits.columns());
      }
    }
    return outputs;
  }

  /** For batches of the longest texts there are. */
  private HeadNetwork.Cache newCache(HeadNetwork network) {
    int longest = 1;
    for (int text = 0; text < features.texts(); text++) {
      longest = Math.max(longest, features.length(text));
    }
    return network.newCache(compute, settings.batchSize(), Math.multiplyExact(settings.batchSize(), longest));
  }

  /** What regression's labels are divided by after their mean is subtracted. Classes stay as they are. */
  private record Scaling(double mean, double deviation) {}

  private Scaling scaling(int[] rows) {
    if (task.isClassification()) {
      return new Scaling(0, 1);
    }
    double mean = Arrays.stream(rows).mapToDouble(row -> task.targets()[row]).average().orElse(0);
    double variance = Arrays.stream(rows).mapToDouble(row -> Math.pow(task.targets()[row] - mean, 2)).average().orElse(0);
    return new Scaling(mean, variance > 0 ? Math.sqrt(variance) : 1);
  }

  /** Moves the labels' scale into the output layer. */
  private void rescale(HeadNetwork network, int[] rows) {
    Scaling scaling = scaling(rows);
    Linear out = network.output();
    float[] weight = out.weight().values();
    for (int i = 0; i < weight.length; i++) {
      weight[i] *= (float) scaling.deviation;
    }
    float[] bias = out.bias().values();
    for (int i = 0; i < bias.length; i++) {
      bias[i] = (float) (bias[i] * scaling.deviation + scaling.mean);
    }
    out.weight().changed();
    out.bias().changed();
  }
}
