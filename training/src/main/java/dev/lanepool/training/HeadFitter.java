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
import dev.lanepool.training.optim.Schedule;
import dev.lanepool.training.optim.TrainingListener;
import dev.lanepool.training.optim.TrainingLoop;
import dev.lanepool.training.optim.TrainingSettings;
import java.util.Arrays;
import java.util.Collections;
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

  private final Compute compute;
  private final Features features;
  private final FeaturePlan plan;
  private final LabelledTask task;
  private final FitSettings settings;
  private TrainingProgress progress = TrainingProgress.NONE;

  HeadFitter(Compute compute, Features features, FeaturePlan plan, LabelledTask task, FitSettings settings) {
    this.compute = compute;
    this.features = features;
    this.plan = plan;
    this.task = task;
    this.settings = settings;
  }

  /** Who hears of each epoch of mini-batches. L-BFGS takes seconds. */
  HeadFitter progress(TrainingProgress progress) {
    this.progress = progress;
    return this;
  }

  /** A head fitted to these rows of the features, some of which it sets aside to choose by. */
  Fit fit(int[] rows) {
    Split split = task.holdOut(rows, settings.devShare(), settings.seed());
    Scaling scaling = scaling(rows);
    double[] targets = Arrays.stream(task.targets()).map(target -> (target - scaling.mean) / scaling.deviation).toArray();
    FitRows train = new FitRows(features, plan, split.train(), targets, settings.batchSize());
    FitRows dev = new FitRows(features, plan, split.test(), targets, settings.batchSize());
    Fit fit;
    if (fitsWhole(plan, settings)) {
      fit = fitWhole(train, dev, new FitRows(features, plan, rows, targets, settings.batchSize()));
    } else if (settings.hidden() > 0 || settings.dropout() > 0) {
      fit = chooseBatches(train, dev);
    } else {
      fit = fitNetwork(train, dev);
    }
    rescale(fit.network(), scaling);
    if (fit.trial() != fit.network()) {
      rescale(fit.trial(), scaling);
    }
    return fit;
  }

  /** Whether a head is fitted to all rows, those set aside included in the end, rather than by batches of the others. */
  static boolean fitsWhole(FeaturePlan plan, FitSettings settings) {
    return settings.hidden() == 0 && settings.dropout() == 0 && !isNetwork(plan);
  }

  /** Where the pooling is a network of its own, each fit takes long and stopping early matters most: the first choice serves. */
  private List<Double> choices(List<Double> all) {
    return isNetwork(plan) ? all.subList(0, 1) : all;
  }

  private static boolean isNetwork(FeaturePlan plan) {
    return PoolingLayer.parameters(plan.reduced(), plan.layers(), plan.width()) > NETWORK;
  }

  private boolean hasLstm() {
    return Coordinates.parts(plan.reduced()).stream().anyMatch(LstmPooling.class::isInstance);
  }

  private HeadNetwork network() {
    HeadConfig config = new HeadConfig(plan.reduced(), task.task(), true, settings.dropout(), settings.hidden());
    return new HeadNetwork(config, plan.layers(), plan.width(), new SplittableRandom(settings.seed()));
  }

  /** A head to fit, standardized, and all that goes with it; the vectors are those of the rows to fit to. */
  private record Start(HeadNetwork network, HeadNetwork.Cache cache, Coordinates coordinates, Mat vectors) {}

  private Start start(FitRows train) {
    HeadNetwork network = network();
    HeadNetwork.Cache cache = newCache(network);
    Coordinates coordinates = new Coordinates(network, train::states);
    return new Start(network, cache, coordinates, Readout.standardize(compute, network, cache, train));
  }

  private Readout readout(Start start, FitRows train, FitRows dev) {
    return new Readout(compute, start.network, start.cache, start.vectors, train, dev, task.task().loss());
  }

  private NetworkFit networkFit(Start start, FitRows train, FitRows dev, double penalty, int passes, int patience) {
    return new NetworkFit(start.network, start.cache, start.coordinates, train, dev, task.task().loss(), settings.batchSize(), penalty,
        passes, patience);
  }

  /** A penalty, and how the fit with it went on the rows set aside. */
  private record Choice(double penalty, Watch watch) {}

  private static final Choice NO_CHOICE = new Choice(0, new Watch(List.of()));

  /**
   * Fits the output layer by L-BFGS, on the vectors that the pooling gives as it is, with the penalty that is best. A weaker one, whose
   * minimum is farther, is tried until the rows set aside gain nothing twice.
   */
  private Choice chooseReadout(Start start, FitRows train, FitRows dev) {
    Readout readout = readout(start, train, dev);
    List<Param> params = readout.params();
    List<float[]> initial = params.stream().map(param -> param.values().clone()).toList();
    Choice best = NO_CHOICE;
    int inVain = 0;
    for (double penalty : settings.weightDecays().stream().sorted(Comparator.reverseOrder()).toList()) {
      for (int i = 0; i < initial.size(); i++) {
        params.get(i).set(initial.get(i));
      }
      Choice choice = new Choice(penalty, new Watch(params));
      WholeFit.minimize(readout, penalty, choice.watch);
      if (best == NO_CHOICE || choice.watch.best() < best.watch.best()) {
        best = choice;
        inVain = 0;
      } else if (++inVain == 2) {
        break;
      }
    }
    best.watch.restore();
    start.coordinates.fromHead();
    return best;
  }

  /**
   * All by L-BFGS on all rows at once: the output layer, then, where the pooling learns, all parameters together. The rows set aside say
   * with which penalty, and whether the pooling should learn at all; then they are fitted to as well, since a tenth of the rows is worth
   * having.
   */
  private Fit fitWhole(FitRows train, FitRows dev, FitRows all) {
    Start trial = start(train);
    Choice choice = chooseReadout(trial, train, dev);
    double penalty = choice.penalty;
    Start result = start(all);
    WholeFit.minimize(readout(result, all, dev), penalty);
    if (!plan.reduced().learns()) {
      return fitted(result.network, trial.network, choice.watch, 1, penalty);
    }
    NetworkFit fit = networkFit(trial, train, dev, 0, 1, 1);
    Watch readoutAlone = new Watch(trial.network.params());
    readoutAlone.start(choice.watch.best());
    WholeFit.minimize(fit, penalty, fit.watch());
    if (!(fit.watch().best() < choice.watch.best())) {
      readoutAlone.restore();
      return fitted(result.network, trial.network, choice.watch, 1, penalty);
    }
    fit.watch().restore();
    result.coordinates.fromHead();
    WholeFit.minimize(networkFit(result, all, dev, 0, 1, 1), penalty);
    result.coordinates.toHead();
    return fitted(result.network, trial.network, fit.watch(), 1, penalty);
  }

  /**
   * All by mini-batches; first the output layer alone, where the pooling gives a mean of sorts before it has learnt anything, as an
   * attention does. An LSTM's first outputs are noise that a readout would learn by heart. Few rows need the strongest weight decay, which
   * the few of them that are set aside could not tell.
   */
  private Fit fitNetwork(FitRows train, FitRows dev) {
    double rate = settings.learningRates().getFirst();
    List<Double> decays = settings.weightDecays();
    double decay = settings.passes(train.size()) == 1 ? decays.getFirst() : Collections.max(decays);
    Start start = start(train);
    return fitBatches(start, train, dev, rate, decay, hasLstm() ? NO_CHOICE : chooseReadout(start, train, dev));
  }

  /** All by mini-batches from the initial values, with the learning rate and weight decay that are best. */
  private Fit chooseBatches(FitRows train, FitRows dev) {
    return choices(settings.learningRates()).stream().flatMap(rate -> choices(settings.weightDecays()).stream()
        .map(decay -> fitBatches(start(train), train, dev, rate, decay, NO_CHOICE)))
        .min(Comparator.comparingDouble(Fit::bestDevLoss)).orElseThrow();
  }

  /**
   * By AdamW on mini-batches. From epoch to epoch an LSTM's loss jumps, which ends only as the rate falls: it takes all its epochs. But for
   * few rows, which it has learnt by heart before that.
   */
  private Fit fitBatches(Start start, FitRows train, FitRows dev, double rate, double decay, Choice before) {
    int passes = settings.passes(train.size());
    boolean falling = hasLstm() && passes == 1;
    int epochs = falling ? settings.fallingEpochs(train.size()) : settings.epochs();
    int rounds = (int) Math.min(Integer.MAX_VALUE, (long) epochs * passes); // more than anyone waits for
    NetworkFit fit = networkFit(start, train, dev, before.penalty, passes, falling ? epochs : settings.patience());
    fit.watch().start(before.watch.best());
    TrainingSettings how = TrainingSettings.defaults().withRule(new AdamW().withWeightDecay(decay).withVectorsSpared(true))
        .withLearningRate(rate).withMaxNorm(1).withEpochs(rounds).withBatchSize(settings.batchSize())
        .withSeed(settings.seed());
    Schedule schedule = falling ? Schedule.linear(0, how.steps(train.size())) : Schedule.constant();
    new TrainingLoop(compute, start.coordinates.seen(), train.size(), how.withSchedule(schedule)).run(fit, telling(fit, rounds));
    fit.watch().restore();
    return fitted(start.network, start.network, fit.watch(), rate, decay);
  }

  private TrainingListener telling(NetworkFit fit, int epochs) {
    String stage = plan.pooling() + ", epochs";
    progress.at(stage, 0, epochs);
    return new TrainingListener() {
      @Override
      public void stepped(long step, double loss, double gradientNorm, double rate) {}

      @Override
      public boolean epochEnded(long epoch, double meanLoss) {
        progress.at(stage, (int) epoch + 1, epochs);
        return fit.epochEnded(epoch, meanLoss);
      }
    };
  }

  private static Fit fitted(HeadNetwork network, HeadNetwork trial, Watch watch, double rate, double decay) {
    return new Fit(network, trial, rate, decay, watch.trainLoss(), watch.devLoss(), watch.best());
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
    int texts = textsAtOnce(plan, settings);
    if (!plan.perToken()) {
      return network.newCache(compute, texts, texts);
    }
    int longest = 1;
    for (int text = 0; text < features.texts(); text++) {
      longest = Math.max(longest, features.length(text));
    }
    return network.newCache(compute, texts, Math.multiplyExact(texts, longest));
  }

  /** The most texts that a head goes over at once, in mini-batches and else. */
  static int textsAtOnce(FeaturePlan plan, FitSettings settings) {
    return plan.perToken() ? settings.batchSize() : Math.max(settings.batchSize(), FitRows.MANY);
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
