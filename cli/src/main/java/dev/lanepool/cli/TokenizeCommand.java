package dev.lanepool.cli;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.tokenizer.EncodeOptions;
import dev.lanepool.tokenizer.Encoding;
import dev.lanepool.tokenizer.Tokenizer;
import dev.lanepool.weights.JsonText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Texts to tokens. */
final class TokenizeCommand extends Command {
  private final TextInput input = new TextInput(arguments);
  private final ModelOptions model = new ModelOptions(arguments);
  private final Argument<@Nullable Integer> maxLength = arguments.option(Integer.class, "--max-length", "N",
      "Cut after so many tokens, <s> and </s> included; 2 or more. Default: never.");

  TokenizeCommand(Shell shell) {
    super(shell,
        "The tokens of each text, one JSON object a line.",
        "",
        "Offsets are in UTF-16 units, the end exclusive; the special tokens around the text have [0,0].");
  }

  @Override
  public Integer call() throws IOException {
    Integer maxLength = this.maxLength.value();
    if (maxLength != null && maxLength < 2) {
      throw arguments.wrong("--max-length " + maxLength + ": expected 2 or more, <s> and </s> count");
    }
    EncodeOptions options = EncodeOptions.DEFAULT.withPlainSpecials(input.plainSpecials());
    EncodeOptions chosen = maxLength == null ? options : options.withMaxLength(maxLength);
    try (Stream<String> texts = input.open(shell)) {
      Tokenizer tokenizer = EmbeddingModel.loadTokenizer(model.source());
      Output.write(null, shell, out -> {
        try (Progress progress = new Progress(shell, null, input::fraction)) {
          for (Iterator<String> each = texts.iterator(); each.hasNext();) {
            String text = each.next();
            out.write(row(text, tokenizer.encode(text, chosen)).getBytes(StandardCharsets.UTF_8));
            out.flush();
            progress.advance();
          }
        }
      });
    }
    return 0;
  }

  private static String row(String text, Encoding encoding) {
    StringBuilder row = new StringBuilder("{\"text\":");
    JsonText.string(row, text).append(",\"ids\":");
    JsonText.array(row, encoding.ids()).append(",\"tokens\":[");
    for (int i = 0; i < encoding.length(); i++) {
      JsonText.string(row.append(i == 0 ? "" : ","), encoding.tokens().get(i));
    }
    row.append("],\"offsets\":[");
    for (int i = 0; i < encoding.length(); i++) {
      row.append(i == 0 ? "[" : ",[").append(encoding.start(i)).append(',').append(encoding.end(i)).append(']');
    }
    return row.append("]}\n").toString();
  }
}
