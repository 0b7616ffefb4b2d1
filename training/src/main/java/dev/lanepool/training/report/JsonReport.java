package dev.lanepool.training.report;

import dev.lanepool.weights.JsonText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Results as JSON. The same result gives the same text; of two runs with the same seed only {@code seconds} differs. Numbers are finite or
 * null. Objects are spread over lines, so that two files can be compared by line; lists of numbers are not.
 */
public final class JsonReport {
  private JsonReport() {}

  /**
   * One object: {@code task}, {@code model}, {@code rows}, those of a test set included, {@code baseline}, {@code results} and more, losses
   * as {@link FoldTraining} has them. Ends in a newline.
   */
  public static String of(ComparisonResult result) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("task", result.task());
    json.put("data", result.data());
    json.put("model", result.model());
    json.put("rows", result.rows());
    json.put("folds", result.evaluation().folds());
    json.put("test", result.evaluation().test());
    json.put("seed", result.seed());
    json.put("metric", result.metric().key());
    json.put("best", result.best().pooling());
    json.put("baseline", metrics(result.baseline()));
    json.put("results", result.results().stream().map(JsonReport::pooling).toList());
    json.put("test_rows", result.testRows());
    json.put("dev_rows", result.devRows());
    predictions(json, result.predictions());
    return text(json);
  }

  /** One object: {@code model}, {@code layers} and, for each of {@code tasks}, its baseline and the score of every layer. */
  public static String of(ProbeResult result) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("data", result.data());
    json.put("model", result.model());
    json.put("layers", result.hiddenStates() - 1);
    json.put("folds", result.evaluation().folds());
    json.put("test", result.evaluation().test());
    json.put("seed", result.seed());
    List<Object> tasks = new ArrayList<>();
    for (ProbeResult.Task task : result.tasks()) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("task", task.name());
      fields.put("metric", task.metric().key());
      fields.put("rows", task.rows());
      fields.put("baseline", scores(task.baseline()));
      Map<String, Object> readings = new LinkedHashMap<>();
      task.scores().forEach((reading, layers) -> readings.put(reading, layers.stream().map(JsonReport::scores).toList()));
      fields.put("scores", readings);
      tasks.add(fields);
    }
    json.put("tasks", tasks);
    return text(json);
  }

  /** One object: {@code task}, {@code model}, {@code rows}, {@code baseline}, {@code metrics}, and what was taken for what. */
  public static String of(EvaluationResult result) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("task", result.task());
    json.put("data", result.data());
    json.put("model", result.model());
    json.put("pooling", result.pooling());
    json.put("rows", result.rows());
    json.put("baseline", values(result.baseline()));
    json.put("metrics", values(result.metrics()));
    predictions(json, result.predictions());
    return text(json);
  }

  private static Map<String, @Nullable Object> values(Map<Metric, Double> metrics) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    metrics.forEach((metric, value) -> fields.put(metric.key(), number(value)));
    return fields;
  }

  private static void predictions(Map<String, @Nullable Object> json, @Nullable Predictions predictions) {
    switch (predictions) {
      case null -> { }
      case Predictions.Confusion(List<String> labels, List<List<Integer>> counts) ->
        json.put("confusion", ordered("labels", labels, "counts", counts));
      case Predictions.Scores(List<Double> truth, List<Double> predicted) ->
        json.put("predictions", ordered("truth", numbers(truth), "predicted", numbers(predicted)));
    }
  }

  private static Map<String, @Nullable Object> pooling(PoolingResult result) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("pooling", result.pooling());
    fields.put("metrics", metrics(result.metrics()));
    fields.put("p_value", number(result.pValue()));
    fields.put("seconds", number(result.seconds()));
    fields.put("dimension", result.dimension());
    List<Object> training = new ArrayList<>();
    for (FoldTraining fold : result.training()) {
      Map<String, @Nullable Object> how = new LinkedHashMap<>();
      how.put("learning_rate", number(fold.learningRate()));
      how.put("weight_decay", number(fold.weightDecay()));
      how.put("loss", numbers(fold.loss()));
      how.put("dev_loss", numbers(fold.devLoss()));
      training.add(how);
    }
    fields.put("training", training);
    return fields;
  }

  private static Map<String, Object> metrics(Map<Metric, FoldScores> metrics) {
    Map<String, Object> fields = new LinkedHashMap<>();
    metrics.forEach((metric, scores) -> fields.put(metric.key(), scores(scores)));
    return fields;
  }

  private static Map<String, @Nullable Object> scores(FoldScores scores) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("mean", number(scores.mean()));
    fields.put("sd", number(scores.sd()));
    fields.put("interval", scores.hasInterval() ? List.of(scores.low(), scores.high()) : null);
    fields.put("folds", numbers(scores.folds()));
    return fields;
  }

  /** Two fields in this order, which {@link Map#of} does not keep. */
  private static Map<String, Object> ordered(String first, Object firstValue, String second, Object secondValue) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put(first, firstValue);
    fields.put(second, secondValue);
    return fields;
  }

  private static List<@Nullable Double> numbers(List<Double> values) {
    List<@Nullable Double> numbers = new ArrayList<>(values.size());
    values.forEach(value -> numbers.add(number(value)));
    return numbers;
  }

  private static @Nullable Double number(double value) {
    return Double.isFinite(value) ? value : null;
  }

  private static String text(Map<String, @Nullable Object> json) {
    StringBuilder out = new StringBuilder();
    write(out, json, "\n");
    return out.append('\n').toString();
  }

  /** @param line a newline and the indentation of what encloses the value */
  private static void write(StringBuilder out, @Nullable Object value, String line) {
    String before = line + "  ";
    switch (value) {
      case Map<?, ?> map -> {
        out.append('{');
        String comma = "";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          JsonText.string(out.append(comma).append(before), (String) entry.getKey()).append(": ");
          write(out, entry.getValue(), before);
          comma = ",";
        }
        out.append(line).append('}');
      }
      case List<?> list when list.stream().anyMatch(element -> element instanceof Map || element instanceof List) -> {
        out.append('[');
        String comma = "";
        for (Object element : list) {
          out.append(comma).append(before);
          write(out, element, before);
          comma = ",";
        }
        out.append(line).append(']');
      }
      case null, default -> JsonText.value(out, value);
    }
  }
}
