package dev.lanepool;

import dev.lanepool.head.HeadTask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a head says of a text. Equal where the task and all scores are.
 *
 * @param task what the scores mean
 * @param scores one for each of the task's names: values, or probabilities, which sum to 1 unless a text may have any number of labels; not
 *     copied
 */
public record Prediction(HeadTask task, float[] scores) {
  private static final float THRESHOLD = 0.5f;

  /** @throws IllegalArgumentException where there is not one score for each of the task's names */
  public Prediction {
    if (scores.length != task.outputs()) {
      throw new IllegalArgumentException("found " + scores.length + " scores, expected " + task.outputs() + ": " + task.names());
    }
  }

  /** From a row of logits. */
  static Prediction of(HeadTask task, float[] logits, int offset) {
    float[] scores = new float[task.outputs()];
    System.arraycopy(logits, offset, scores, 0, scores.length);
    if (task instanceof HeadTask.Classification classification) {
      if (classification.multiLabel()) {
        for (int i = 0; i < scores.length; i++) {
          scores[i] = (float) (1 / (1 + Math.exp(-scores[i])));
        }
      } else {
        softmax(scores);
      }
    }
    return new Prediction(task, scores);
  }

  private static void softmax(float[] scores) {
    double max = scores[best(scores)];
    double sum = 0;
    for (float score : scores) {
      sum += Math.exp(score - max);
    }
    for (int i = 0; i < scores.length; i++) {
      scores[i] = (float) (Math.exp(scores[i] - max) / sum);
    }
  }

  /**
   * The label with the highest probability, the first of equals.
   *
   * @throws IllegalStateException where the task is a regression
   */
  public String label() {
    return classification().names().get(best(scores));
  }

  /**
   * The labels with a probability of at least 0.5, in the task's order: what to read where a text may have any number of them.
   *
   * @throws IllegalStateException where the task is a regression
   */
  public List<String> labels() {
    List<String> all = classification().names();
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < scores.length; i++) {
      if (scores[i] >= THRESHOLD) {
        labels.add(all.get(i));
      }
    }
    return List.copyOf(labels);
  }

  /**
   * The score of a name: a label's probability, or a value.
   *
   * @throws IllegalArgumentException where the task has no such name
   */
  public float score(String name) {
    int index = task.names().indexOf(name);
    if (index < 0) {
      throw new IllegalArgumentException("no output is named \"" + name + "\": they are " + task.names());
    }
    return scores[index];
  }

  /**
   * The value of a regression with one output.
   *
   * @throws IllegalStateException where the task is another
   */
  public float value() {
    if (!(task instanceof HeadTask.Regression) || scores.length != 1) {
      throw new IllegalStateException("the task is " + task + ": expected a regression with one output");
    }
    return scores[0];
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Prediction that && task.equals(that.task) && Arrays.equals(scores, that.scores);
  }

  @Override
  public int hashCode() {
    return 31 * task.hashCode() + Arrays.hashCode(scores);
  }

  /** Each name with its score, as in {@code Prediction[no=0.25, yes=0.75]}. */
  @Override
  public String toString() {
    return IntStream.range(0, scores.length).mapToObj(i -> task.names().get(i) + "=" + scores[i])
        .collect(Collectors.joining(", ", "Prediction[", "]"));
  }

  private HeadTask.Classification classification() {
    if (task instanceof HeadTask.Classification classification) {
      return classification;
    }
    throw new IllegalStateException("the task is a regression: it has scores, no labels");
  }

  private static int best(float[] scores) {
    int best = 0;
    for (int i = 1; i < scores.length; i++) {
      best = scores[i] > scores[best] ? i : best;
    }
    return best;
  }
}
