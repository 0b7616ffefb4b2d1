package dev.lanepool.cli;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.Head;
import dev.lanepool.Prediction;
import dev.lanepool.head.HeadTask;
import dev.lanepool.weights.JsonText;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Texts to what a head says of them. */
final class PredictCommand extends Command {
  /** Texts that wait for one another: memory holds no more. */
  private static final int BATCH = 64;

  private final Argument<Path> folder = arguments.required(Path.class, "-H, --head", "HEAD", "The head's folder.");
  private final TextInput input = new TextInput(arguments);
  private final ModelOptions modelOptions = new ModelOptions(arguments);
  private final Argument<@Nullable Path> file = arguments.option(Path.class, "-o, --output", "FILE",
      "Write to a file. Default: standard output.");

  PredictCommand(Shell shell) {
    super(shell, "What a trained head says of each text, one JSON object a line.");
  }

  @Override
  public Integer call() throws IOException {
    Path file = this.file.value();
    Output.check(file);
    try (Stream<String> texts = input.open(shell);
        EmbeddingModel model = modelOptions.load(options -> options.withPlainSpecials(input.plainSpecials()), input.bytes())) {
      Head head = Head.load(folder.value(), model);
      long[] truncated = new long[1];
      Output.write(file, shell, out -> {
        try (Progress progress = new Progress(shell, file, input::fraction)) {
          List<String> batch = new ArrayList<>();
          long index = 0;
          for (Iterator<String> each = texts.iterator(); each.hasNext();) {
            batch.add(each.next());
            if (batch.size() == BATCH || input.waits() || !each.hasNext()) {
              write(out, index, batch, head.predictAll(index, batch), progress);
              index += batch.size();
              truncated[0] += batch.stream().filter(model::isTruncated).count();
              batch.clear();
            }
          }
        }
      });
      Notices.truncated(truncated[0], model, shell);
    }
    return 0;
  }

  private static void write(OutputStream out, long index, List<String> texts, List<Prediction> predictions, Progress progress)
      throws IOException {
    for (int i = 0; i < texts.size(); i++) {
      out.write(row(index + i, texts.get(i), predictions.get(i)).getBytes(StandardCharsets.UTF_8));
      progress.advance();
    }
    out.flush();
  }

  static String row(long index, String text, Prediction prediction) {
    StringBuilder row = new StringBuilder("{\"index\":").append(index).append(",\"text\":");
    JsonText.string(row, text);
    switch (prediction.task()) {
      case HeadTask.Classification classes when classes.multiLabel() -> {
        JsonText.value(row.append(",\"labels\":"), prediction.labels());
        scores(row.append(",\"probabilities\":"), prediction);
      }
      case HeadTask.Classification classes -> {
        JsonText.string(row.append(",\"label\":"), prediction.label());
        scores(row.append(",\"probabilities\":"), prediction);
      }
      case HeadTask.Regression values when values.outputs() == 1 -> row.append(",\"score\":").append(prediction.value());
      case HeadTask.Regression values -> scores(row.append(",\"scores\":"), prediction);
    }
    return row.append("}\n").toString();
  }

  private static void scores(StringBuilder row, Prediction prediction) {
    for (int i = 0; i < prediction.scores().length; i++) {
      JsonText.string(row.append(i == 0 ? '{' : ','), prediction.task().names().get(i)).append(':').append(prediction.scores()[i]);
    }
    row.append('}');
  }
}
