package dev.lanepool.training;

import dev.lanepool.head.HeadConfig;
import dev.lanepool.head.HeadNetwork;
import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Linear;
import dev.lanepool.nn.Mat;
import dev.lanepool.nn.Param;
import dev.lanepool.pooling.LstmPooling;
import dev.lanepool.pooling.PoolingLayer;
import dev.lanepool.training.data.Split;
import dev.lanepool.training.features.FeaturePlan;
import dev.lanepool.training.features.Features;
import dev.lanepool.training.optim.AdamW;
import dev.lanepool.training.optim.TrainingLoop;
import dev.lanepool.training.optim.TrainingSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

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
    Scaling scaling = scaling(split.train());
    double[] targets = Arrays.stream(task.targets()).map(target -> (target - scaling.mean) / scaling.deviation).toArray();
    FitRows train = new FitRows(features, plan, split.train(), targets, settings.batchSize());
    FitRows dev = new FitRows(features, plan, split.test(), targets, settings.batchSize());
    boolean linear = settings.hidden() == 0 && settings.dropout() == 0;
    boolean learns = plan.reduced().learns();
    List<Fit> fits = new ArrayList<>();
    if (linear && !learns) {
      fits.add(fitReadout(train, dev).fit);
    } else if (linear && !isNetwork()) {
      settings.weightDecays().forEach(penalty -> fits.add(fitWhole(train, dev, penalty)));
    } else if (linear) {
      fits.add(fitNetwork(train, dev));
    } else {
      choices(settings.learningRates()).forEach(rate ->
          choices(settings.weightDecays()).forEach(decay -> fits.add(fitBatches(train, dev, rate, decay))));
    }
    Fit best = fits.stream().min(Comparator.comparingDouble(Fit::bestDevLoss)).orElseThrow();
    rescale(best.network(), scaling);
    return best;
  }

  /** Where the pooling is a network of its own, each fit takes long and stopping early matters most: the first choice serves. */
  private List<Double> choices(List<Double> all) {
    return isNetwork() ? all.subList(0, 1) : all;
  }

  private boolean isNetwork() {
    return PoolingLayer.parameters(plan.reduced(), plan.layers(), plan.width()) > NETWORK;
  }

  private HeadNetwork network() {
    HeadConfig config = new HeadConfig(plan.reduced(), task.task(), true, settings.dropout(), settings.hidden());
    return new HeadNetwork(config, plan.layers(), plan.width(), new SplittableRandom(settings.seed()));
  }

  /** A head to fit, and all that goes with it. */
  private record Start(HeadNetwork network, HeadNetwork.Cache cache, Coordinates coordinates, Fit fit) {}

  /** Initial values, standardized. */
  private Start standardized(FitRows train, FitRows dev) {
    HeadNetwork network = network();
    HeadNetwork.Cache cache = newCache(network);
    Coordinates coordinates = new Coordinates(network, train::states);
    new Readout(compute, network, cache, train, dev, task.task().loss()); // fits the standardization
    return new Start(network, cache, coordinates, new Fit(network, 0, 0, List.of(), List.of(), Double.POSITIVE_INFINITY));
  }

  /** The output layer by L-BFGS on all rows at once, on the vectors that the pooling gives as it is. */
  private Start fitReadout(FitRows train, FitRows dev) {
    HeadNetwork network = network();
    HeadNetwork.Cache cache = newCache(network);
    Coordinates coordinates = new Coordinates(network, train::states);
    Readout readout = new Readout(compute, network, cache, train, dev, task.task().loss());
    List<float[]> initial = readout.params().stream().map(param -> param.values().clone()).toList();
    @Nullable Watch best = null;
    double chosen = 0;
    for (double penalty : settings.weightDecays()) {
      Watch watch = new Watch(readout.params());
      set(readout.params(), initial);
      WholeFit.minimize(readout, penalty, watch);
      if (best == null || watch.best() < best.best()) {
        best = watch;
        chosen = penalty;
      }
    }
    Watch watch = Objects.requireNonNull(best, "settings have a penalty");
    watch.restore();
    coordinates.fromHead();
    return new Start(network, cache, coordinates, new Fit(network, 1, chosen, watch.trainLoss(), watch.devLoss(), watch.best()));
  }

  private static void set(List<Param> params, List<float[]> values) {
    for (int i = 0; i < values.size(); i++) {
      System.arraycopy(values.get(i), 0, params.get(i).values(), 0, values.get(i).length);
      params.get(i).changed();
    }
  }

  /** All by L-BFGS on all rows at once. */
  private Fit fitWhole(FitRows train, FitRows dev, double penalty) {
    Start start = standardized(train, dev);
    NetworkFit fit = new NetworkFit(start.network, start.cache, start.coordinates, train, dev, task.task().loss(), settings.batchSize(),
        0, 1, 1);
    WholeFit.minimize(fit, penalty, fit.watch());
    return fitted(start.network, fit.watch(), 1, penalty);
  }

  /**
   * All by mini-batches; first the output layer alone, where the pooling gives a mean of sorts before it has learnt anything, as an
   * attention does. An LSTM's first outputs are noise that a readout would learn by heart.
   */
  private Fit fitNetwork(FitRows train, FitRows dev) {
    double rate = settings.learningRates().getFirst();
    double decay = settings.weightDecays().getFirst();
    if (Coordinates.parts(plan.reduced()).stream().anyMatch(LstmPooling.class::isInstance)) {
      return fitBatches(train, dev, rate, decay);
    }
    Start start = fitReadout(train, dev);
    return fitBatches(start, train, dev, rate, decay, start.fit.weightDecay());
  }

  /** By AdamW on mini-batches. */
  private Fit fitBatches(FitRows train, FitRows dev, double rate, double decay) {
    return fitBatches(standardized(train, dev), train, dev, rate, decay, 0);
  }

  /** @param penalty on the output weights' squares */
  private Fit fitBatches(Start start, FitRows train, FitRows dev, double rate, double decay, double penalty) {
    int passes = settings.passes(train.size());
    NetworkFit fit = new NetworkFit(start.network, start.cache, start.coordinates, train, dev, task.task().loss(), settings.batchSize(),
        penalty, passes, settings.patience());
    fit.watch().start(start.fit.bestDevLoss());
    TrainingSettings how = TrainingSettings.defaults().withRule(new AdamW().withWeightDecay(decay).withVectorsSpared(true))
        .withLearningRate(rate).withMaxNorm(1).withEpochs(Math.multiplyExact(settings.epochs(), passes))
        .withBatchSize(settings.batchSize()).withSeed(settings.seed());
    new TrainingLoop(compute, start.coordinates.seen(), train.size(), how).run(fit, fit);
    return fitted(start.network, fit.watch(), rate, decay);
  }

  private static Fit fitted(HeadNetwork network, Watch watch, double rate, double decay) {
    watch.restore();
    return new Fit(network, rate, decay, watch.trainLoss(), watch.devLoss(), watch.best());
  }

  /** What a head says of rows, (rows, N): logits, or values. */
  float[][] infer(HeadNetwork network, int[] rows) {
    FitRows all = new FitRows(features, plan, rows, task.targets(), settings.batchSize());
    HeadNetwork.Cache cache = newCache(network);
    Mat logits = new Mat(all.most(), task.task().outputs());
    float[][] outputs = new float[rows.length][];
    for (int block = 0; block < all.blocks(); block++) {
      network.infer(all.states(block), logits, cache);
      for (int i = 0; i < logits.rows(); i++) {
        outputs[block * all.most() + i] = Arrays.copyOfRange(logits.data(), i * logits.columns(), (i + 1) * logits.columns());
      }
    }
    return outputs;
  }

  /** For batches of the longest texts there are. */
  private HeadNetwork.Cache newCache(HeadNetwork network) {
    if (!plan.perToken()) {
      int texts = Math.max(settings.batchSize(), FitRows.MANY);
      return network.newCache(compute, texts, texts);
    }
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
  private static void rescale(HeadNetwork network, Scaling scaling) {
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
