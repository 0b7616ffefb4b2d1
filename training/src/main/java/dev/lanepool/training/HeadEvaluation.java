package dev.lanepool.training;

import dev.lanepool.Head;
import dev.lanepool.Prediction;
import dev.lanepool.head.HeadTask;
import dev.lanepool.training.data.DataFileException;
import dev.lanepool.training.data.Dataset;
import dev.lanepool.training.report.EvaluationResult;
import java.util.List;
import java.util.stream.IntStream;

/** How good a head is on labelled texts that it was not trained on. */
public final class HeadEvaluation {
  /** Texts between two reports of progress. */
  private static final int STEP = 64;

  private HeadEvaluation() {}

  /** {@link #of(String, Head, Dataset, TrainingProgress)} of which nobody hears how far it is. */
  public static EvaluationResult of(String name, Head head, Dataset data) {
    return of(name, head, data, TrainingProgress.NONE);
  }

  /**
   * Predicts every text and compares. The baseline is that of these rows themselves: their most frequent class, or their mean.
   *
   * @param name of the data, for the report
   * @throws DataFileException where a label is none of the head's, or for a regression no number from -1e30 to 1e30
   * @throws IllegalArgumentException where the head has several values or labels for a text, or as {@link Head#predict}
   * @throws ArithmeticException as {@link Head#predict}
   * @throws IllegalStateException where the model is closed
   */
  public static EvaluationResult of(String name, Head head, Dataset data, TrainingProgress progress) {
    HeadTask what = head.config().task();
    if (what instanceof HeadTask.Classification classes ? classes.multiLabel() : what.outputs() != 1) {
      throw new IllegalArgumentException("a head that gives a text " + what + ": expected one label or one value a text");
    }
    LabelledTask task = what instanceof HeadTask.Classification
        ? LabelledTask.classification(data, what.names())
        : LabelledTask.regression(data);
    float[][] outputs = new float[data.size()][];
    for (int from = 0; from < outputs.length; from += STEP) {
      List<Prediction> predictions = head.predictAll(from, data.texts().subList(from, Math.min(from + STEP, outputs.length)));
      for (int i = 0; i < predictions.size(); i++) {
        outputs[from + i] = predictions.get(i).scores(); // probabilities are in the order of their logits
      }
      progress.at("predicting", from + predictions.size(), outputs.length);
    }
    int[] rows = IntStream.range(0, outputs.length).toArray();
    return new EvaluationResult(name, head.model().name(), head.config().pooling().toString(), outputs.length, Scoring.primary(task),
        Scoring.of(task, rows, outputs), Scoring.baseline(task, rows, rows), Scoring.predictions(task, rows, outputs));
  }
}
