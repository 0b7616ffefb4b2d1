package dev.lanepool.training;

/** Hears how far a run is. */
@FunctionalInterface
public interface TrainingProgress {
  /** Nobody listens. */
  TrainingProgress NONE = (stage, done, total) -> {};

  /**
   * @param stage what is being done, for people: {@code encoding}, or the pooling whose head is being trained, or its epochs
   * @param done of {@code total}
   */
  void at(String stage, int done, int total);
}
