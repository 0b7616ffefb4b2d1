package dev.lanepool.training;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.Head;
import dev.lanepool.head.HeadConfig;
import dev.lanepool.head.HeadNetwork;
import dev.lanepool.nn.Param;
import dev.lanepool.pooling.Pooling;
import dev.lanepool.training.data.DataFileException;
import dev.lanepool.training.data.Dataset;
import dev.lanepool.training.features.FeaturePlan;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * From labelled texts to a head, with the encoder as it is.
 *
 * <pre>{@code
 * Head head = HeadTrainer.on(model)
 *     .pooling("attention(hidden=512)")
 *     .classification(Dataset.csv(path, "text", "label"))
 *     .fit();
 * head.save(Path.of("my-head"));
 * }</pre>
 *
 * <p>A null argument is a {@link NullPointerException} that names it. For one thread at a time.
 */
public final class HeadTrainer extends FittedHeads<HeadTrainer> {
  private Pooling pooling = Pooling.parse("mean");
  private @Nullable Dataset data;
  private @Nullable LabelledTask task;

  private HeadTrainer(EmbeddingModel model) {
    super(model);
  }

  @Override
  HeadTrainer self() {
    return this;
  }

  /** A trainer for heads on this model, which stays its caller's. */
  public static HeadTrainer on(EmbeddingModel model) {
    return new HeadTrainer(model);
  }

  /** What the head reads; {@code mean} unless told. */
  public HeadTrainer pooling(Pooling pooling) {
    this.pooling = Objects.requireNonNull(pooling, "pooling");
    return this;
  }

  /**
   * The same by its spec.
   *
   * @throws IllegalArgumentException where the spec is wrong, see {@link Pooling#parse}
   */
  public HeadTrainer pooling(String spec) {
    return pooling(Pooling.parse(spec));
  }

  /**
   * To tell the data's labels apart.
   *
   * @throws DataFileException where there is only one, or one is blank or not valid Unicode
   */
  public HeadTrainer classification(Dataset data) {
    task = LabelledTask.classification(data);
    this.data = data;
    return this;
  }

  /**
   * To predict the data's labels, which are numbers.
   *
   * @throws DataFileException where one is not a finite number, or not from -1e30 to 1e30
   */
  public HeadTrainer regression(Dataset data) {
    task = LabelledTask.regression(data);
    this.data = data;
    return this;
  }

  /**
   * Encodes the texts once and fits the head. Its metrics are those on the rows that were set aside to choose by, under {@code dev_}, of a
   * head fitted without them; since they chose, they are somewhat flattering. {@code dev_loss} is the cross-entropy, of a regression the
   * mean squared error divided by the variance of all labels, of which their mean has about 1; {@code dev_rmse} is in the labels' unit.
   *
   * @throws IllegalStateException where no data was given, or the model is closed
   * @throws IllegalArgumentException where the pooling does not fit the model, an array cannot hold what the fit needs, such as the vectors
   *     of all rows, or a text is too long and the model's options do not cut it
   * @throws DataFileException where there are too few rows, or labels that are numbers which 32-bit floats cannot tell apart
   * @throws java.io.UncheckedIOException where features cannot be kept
   * @throws ArithmeticException where what the model makes of a text is not finite
   * @throws java.util.concurrent.CancellationException where the calling thread is interrupted; its interrupt status stays set
   * @throws dev.lanepool.training.optim.DivergenceException where the loss becomes NaN or infinite
   */
  public Head fit() {
    Dataset rows = data;
    LabelledTask what = task;
    if (rows == null || what == null) {
      throw new IllegalStateException("no data: call classification or regression first");
    }
    FeaturePlan plan = FeaturePlan.of(pooling, model);
    int[] all = IntStream.range(0, rows.size()).toArray();
    what.checkFit(rows, all, settings.devShare(), settings.seed());
    FitSizes.check(model, rows.texts(), plan, what, settings, all);
    return onFeatures(rows.texts(), List.of(plan), (compute, features) -> {
      progress.at(pooling.toString(), 0, 1);
      HeadFitter fitter = new HeadFitter(compute, features, plan, what, settings).progress(progress);
      Fit fit = fitter.fit(all);
      int[] dev = what.holdOut(all, settings.devShare(), settings.seed()).test();
      Map<String, Double> metrics = new TreeMap<>();
      Scoring.of(what, dev, fitter.infer(fit.trial(), dev)).forEach((metric, score) -> {
        if (Double.isFinite(score)) {
          metrics.put("dev_" + metric.key(), score);
        }
      });
      metrics.put("dev_loss", fit.bestDevLoss());
      progress.at(pooling.toString(), 1, 1);
      return new Head(model, whole(fit.network()), metrics);
    });
  }

  /** The same head with the pooling asked for instead of the reduced one. */
  private HeadNetwork whole(HeadNetwork fitted) {
    HeadConfig config = new HeadConfig(pooling, fitted.config().task(), fitted.config().standardize(), fitted.config().dropout(),
        fitted.config().hidden());
    HeadNetwork whole = new HeadNetwork(config, model.layers(), model.hiddenSize(), new SplittableRandom(0));
    Map<String, Param> values = new HashMap<>();
    fitted.tensors().forEach(param -> values.put(param.name(), param));
    for (Param param : whole.tensors()) {
      Param found = values.get(param.name());
      if (found == null || found.values().length != param.values().length) {
        throw new IllegalStateException("the reduced head has no " + param);
      }
      param.set(found.values());
    }
    return whole;
  }
}
