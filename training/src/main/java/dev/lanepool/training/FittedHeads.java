package dev.lanepool.training;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.nn.Compute;
import dev.lanepool.training.features.FeatureCache;
import dev.lanepool.training.features.FeaturePlan;
import dev.lanepool.training.features.FeatureStorage;
import dev.lanepool.training.features.Features;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * What training, comparing and probing have in common: heads of one model are fitted to features that one pass of it made. A null argument
 * is a {@link NullPointerException} that names it. For one thread at a time.
 *
 * @param <T> the class itself
 */
abstract sealed class FittedHeads<T extends FittedHeads<T>> permits HeadTrainer, Comparison, Probe {
  final EmbeddingModel model;
  FitSettings settings = FitSettings.defaults();
  TrainingProgress progress = TrainingProgress.NONE;
  private @Nullable FeatureCache cache;
  private FeatureStorage storage = FeatureStorage.F32;
  private FeatureCost cost = FeatureCost.NONE;

  FittedHeads(EmbeddingModel model) {
    this.model = Objects.requireNonNull(model, "model"); // here and below: a run would fail far from the mistake
  }

  abstract T self();

  /** How to fit; {@link FitSettings#defaults} unless told. */
  public T settings(FitSettings settings) {
    this.settings = Objects.requireNonNull(settings, "settings");
    return self();
  }

  /** Where features are found again by the next run; without it they are kept in a temporary folder and deleted. */
  public T cache(FeatureCache cache) {
    this.cache = Objects.requireNonNull(cache, "cache");
    return self();
  }

  /** How features are kept; {@link FeatureStorage#F32} unless told. */
  public T storage(FeatureStorage storage) {
    this.storage = Objects.requireNonNull(storage, "storage");
    return self();
  }

  /** Who hears how far it is. */
  public T progress(TrainingProgress progress) {
    this.progress = Objects.requireNonNull(progress, "progress");
    return self();
  }

  /** What the features of the last run cost. */
  public FeatureCost cost() {
    return cost;
  }

  /** What comes of the texts' features, which are there as long as {@code work} runs. */
  <R> R onFeatures(List<String> texts, List<FeaturePlan> plans, BiFunction<Compute, Features, R> work) {
    FeatureCache given = cache;
    return given != null ? onFeatures(given, texts, plans, work) : FeatureCache.temporary(own -> onFeatures(own, texts, plans, work));
  }

  private <R> R onFeatures(FeatureCache cache, List<String> texts, List<FeaturePlan> plans, BiFunction<Compute, Features, R> work) {
    FeatureCache.Found found = cache.get(model, texts, plans, storage, (done, total) -> progress.at("encoding", done, total));
    cost = FeatureCost.of(found);
    try (Features features = found.features(); Compute compute = new Compute(model.options().threads())) {
      return work.apply(compute, features);
    }
  }
}
