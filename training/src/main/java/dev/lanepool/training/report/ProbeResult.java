package dev.lanepool.training.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A linear probe on every layer: which layer knows what?
 *
 * @param data the data set's name
 * @param model the encoder's name
 * @param evaluation what the scores were measured on
 * @param seed of the splits, the tasks and the training
 * @param tasks what was asked of the layers
 */
public record ProbeResult(String data, String model, Evaluation evaluation, long seed, List<Task> tasks) {
  /**
   * One task.
   *
   * @param name for example {@code sentence-length}
   * @param metric of the scores
   * @param rows of the task, tests included
   * @param baseline the score of the majority class or of the mean label
   * @param scores by what is read of a layer ({@code mean}, {@code cls}): one score a layer, from layer 0, the embedding output
   */
  public record Task(String name, Metric metric, int rows, FoldScores baseline, Map<String, List<FoldScores>> scores) {
    /** Copies the scores, readings in their order. */
    public Task {
      Map<String, List<FoldScores>> copy = new LinkedHashMap<>();
      scores.forEach((reading, layers) -> copy.put(reading, List.copyOf(layers)));
      scores = Collections.unmodifiableMap(copy);
    }

    /** @throws IllegalArgumentException where there is no such reading */
    public List<FoldScores> scores(String reading) {
      List<FoldScores> layers = scores.get(reading);
      if (layers == null) {
        throw new IllegalArgumentException(name + ": " + reading + ": not read, expected one of " + scores.keySet());
      }
      return layers;
    }

    /** The best score of any layer and reading. */
    public double best() {
      return scores.values().stream().flatMap(List::stream).map(FoldScores::mean).sorted(metric::compare).findFirst().orElse(Double.NaN);
    }
  }

  /** @throws IllegalArgumentException where there is no task, or the tasks do not all have the same readings and layers */
  public ProbeResult {
    tasks = List.copyOf(tasks);
    if (tasks.isEmpty() || tasks.getFirst().scores().isEmpty()) {
      throw new IllegalArgumentException("tasks: found no scores, expected at least one task with one reading");
    }
    Task first = tasks.getFirst();
    int layers = first.scores().values().iterator().next().size();
    for (Task task : tasks) {
      if (!task.scores().keySet().equals(first.scores().keySet())) {
        throw new IllegalArgumentException(
            task.name() + ": found the readings " + task.scores().keySet() + ", expected " + first.scores().keySet());
      }
      task.scores().forEach((reading, scores) -> {
        if (scores.isEmpty() || scores.size() != layers) {
          throw new IllegalArgumentException(
              task.name() + ": " + reading + ": found " + scores.size() + " layers, expected " + Math.max(1, layers));
        }
      });
    }
  }

  /** The number of hidden states that were probed: the encoder's layers and one more. */
  public int hiddenStates() {
    return tasks.getFirst().scores().values().iterator().next().size();
  }

  /** What is read of each layer, in the tasks' order. */
  public List<String> readings() {
    return List.copyOf(tasks.getFirst().scores().keySet());
  }
}
