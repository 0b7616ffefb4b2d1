package dev.lanepool.cli;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.Vectors;
import dev.lanepool.weights.JsonText;
import dev.lanepool.weights.ModelFileException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How alike texts are. */
final class SimilarityCommand extends Command {
  private final Argument<List<String>> texts = arguments.parameters("TEXT", "Two texts or more.");
  private final ModelOptions modelOptions = new ModelOptions(arguments);
  private final Argument<Boolean> json = arguments.flag("--json", "Print one JSON object with the texts and the matrix.");

  SimilarityCommand(Shell shell) {
    super(shell, "The cosine of every two texts' vectors.");
  }

  @Override
  public Integer call() throws IOException {
    List<String> texts = this.texts.value();
    if (texts.size() < 2) {
      throw arguments.wrong("expected two texts or more, found " + texts.size());
    }
    List<float[]> vectors = new ArrayList<>();
    try (EmbeddingModel model = modelOptions.load(options -> options)) {
      long[] truncated = new long[1];
      model.embedEach(texts.stream(), row -> {
        vectors.add(row.vector());
        truncated[0] += row.truncated() ? 1 : 0;
      });
      Notices.truncated(truncated[0], model, shell);
    }
    float[][] matrix = new float[texts.size()][texts.size()];
    for (int i = 0; i < matrix.length; i++) {
      for (int j = 0; j < matrix.length; j++) {
        matrix[i][j] = Vectors.cosine(vectors.get(i), vectors.get(j));
      }
    }
    String printed = json.value() ? json(texts, matrix) : table(texts, matrix);
    Output.write(null, shell, printed);
    return 0;
  }

  private static String json(List<String> texts, float[][] matrix) {
    StringBuilder out = new StringBuilder("{\"texts\":[");
    for (int i = 0; i < texts.size(); i++) {
      JsonText.string(out.append(i == 0 ? "" : ","), texts.get(i));
    }
    out.append("],\"similarity\":[");
    for (int i = 0; i < matrix.length; i++) {
      JsonText.array(out.append(i == 0 ? "" : ","), matrix[i]);
    }
    return out.append("]}\n").toString();
  }

  private static String table(List<String> texts, float[][] matrix) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < matrix.length; i++) {
      for (float value : matrix[i]) {
        out.append(String.format(Locale.ROOT, "%7.4f ", value));
      }
      out.append(' ').append(ModelFileException.oneLine(texts.get(i))).append('\n');
    }
    return out.toString();
  }
}
