package dev.lanepool.training.optim;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How to train.
 *
 * @param rule how parameters follow their gradients
 * @param learningRate the full rate, which the schedule multiplies
 * @param schedule how the rate goes
 * @param maxNorm gradients with a larger norm are scaled down to it; infinity for no clipping
 * @param epochs how often every example is seen
 * @param batchSize examples in a step; the last batch of an epoch has what is left
 * @param seed of the examples' order
 */
public record TrainingSettings(
    UpdateRule rule, double learningRate, Schedule schedule, double maxNorm, int epochs, int batchSize, long seed) {

  /** @throws IllegalArgumentException where a number is out of range; the message names it */
  public TrainingSettings {
    Checks.notNegative("learningRate", learningRate);
    if (!(maxNorm > 0)) {
      throw new IllegalArgumentException("maxNorm: found " + maxNorm + ", expected more than 0");
    }
    Checks.atLeast("epochs", epochs, 1);
    Checks.atLeast("batchSize", batchSize, 1);
  }

  /** {@link AdamW} at a constant rate of 1e-3, without clipping, three epochs in batches of 16. */
  public static TrainingSettings defaults() {
    return new TrainingSettings(new AdamW(), 1e-3, Schedule.constant(), Double.POSITIVE_INFINITY, 3, 16, 0);
  }

  /** With this rule. */
  public TrainingSettings withRule(UpdateRule rule) {
    return new TrainingSettings(rule, learningRate, schedule, maxNorm, epochs, batchSize, seed);
  }

  /** With this learning rate. Throws as the constructor does. */
  public TrainingSettings withLearningRate(double learningRate) {
    return new TrainingSettings(rule, learningRate, schedule, maxNorm, epochs, batchSize, seed);
  }

  /** With this schedule; {@link #steps} says how many steps there will be. */
  public TrainingSettings withSchedule(Schedule schedule) {
    return new TrainingSettings(rule, learningRate, schedule, maxNorm, epochs, batchSize, seed);
  }

  /** With clipping to this norm. Throws as the constructor does. */
  public TrainingSettings withMaxNorm(double maxNorm) {
    return new TrainingSettings(rule, learningRate, schedule, maxNorm, epochs, batchSize, seed);
  }

  /** With so many epochs. Throws as the constructor does. */
  public TrainingSettings withEpochs(int epochs) {
    return new TrainingSettings(rule, learningRate, schedule, maxNorm, epochs, batchSize, seed);
  }

  /** With batches of this size. Throws as the constructor does. */
  public TrainingSettings withBatchSize(int batchSize) {
    return new TrainingSettings(rule, learningRate, schedule, maxNorm, epochs, batchSize, seed);
  }

  /** With this seed. */
  public TrainingSettings withSeed(long seed) {
    return new TrainingSettings(rule, learningRate, schedule, maxNorm, epochs, batchSize, seed);
  }

  /** The number of steps that one epoch over so many examples takes. */
  public long stepsPerEpoch(int examples) {
    return Math.ceilDiv(examples, batchSize);
  }

  /** The number of steps in all, as a schedule needs it. */
  public long steps(int examples) {
    return epochs * stepsPerEpoch(examples);
  }

  /** What decides the bits of every step, by name: all but the number of epochs. */
  Map<String, String> decisive() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("rule", rule.toString());
    settings.put("learningRate", String.valueOf(learningRate));
    settings.put("schedule", schedule.toString());
    settings.put("maxNorm", String.valueOf(maxNorm));
    settings.put("batchSize", String.valueOf(batchSize));
    settings.put("seed", String.valueOf(seed));
    return settings;
  }
}
