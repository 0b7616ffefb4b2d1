package dev.lanepool.training;

import dev.lanepool.training.features.FeatureCache;

/**
 * What the features of a run cost.
 *
 * @param encoded how many texts the encoder read: all, or none where the cache had their features
 * @param truncated how many texts were longer, with the prompt, than the model takes
 * @param damaged whether the cache's file was damaged, so that its texts were encoded anew
 */
public record FeatureCost(int encoded, int truncated, boolean damaged) {
  /** Nothing was run. */
  static final FeatureCost NONE = new FeatureCost(0, 0, false);

  static FeatureCost of(FeatureCache.Found found) {
    return new FeatureCost(found.encoded(), found.truncated(), found.damaged());
  }
}
