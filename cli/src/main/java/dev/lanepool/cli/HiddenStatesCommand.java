package dev.lanepool.cli;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.Layers;
import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.Rows;
import dev.lanepool.tokenizer.EncodeOptions;
import dev.lanepool.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Texts or token ids to the hidden states of every layer. */
final class HiddenStatesCommand extends Command {
  /** Characters of token ids that an error shows. */
  private static final int MOST_SHOWN = 100;

  private final TextInput input = new TextInput(arguments);
  private final ModelOptions modelOptions = new ModelOptions(arguments);
  private final Argument<List<String>> tokenIds = arguments.list("--token-ids", "IDS",
      "Token ids such as 0,31414,2, taken as they are. May be repeated; counted on after the texts.");
  private final Argument<Path> file = arguments.required(Path.class, "-o, --output", "FILE.safetensors", "The file to write.");

  HiddenStatesCommand(Shell shell) {
    super(shell,
        "Every layer's hidden states of each text.",
        "",
        "The tensors are text.I.token_ids (I64, [T]) and text.I.hidden_states.L (F32, [T, C]) for text I and",
        "layer L, 0 being the embedding output. A text that is too long is an error.");
  }

  @Override
  public Integer call() throws IOException {
    Path file = this.file.value();
    if (!TextInput.suffix(file.toString()).equals("safetensors")) {
      throw arguments.wrong(file + ": hidden states are written as safetensors: the name must end in .safetensors");
    }
    List<int[]> given = new ArrayList<>();
    for (String ids : tokenIds.value()) {
      given.add(parse(ids));
    }
    Output.check(file);
    try (Stream<String> texts = input.isGiven() || given.isEmpty() ? input.open(shell) : Stream.empty();
        EmbeddingModel model = modelOptions.load(options -> options)) {
      EncodeOptions options = EncodeOptions.DEFAULT.withPlainSpecials(input.plainSpecials());
      List<int[]> all = new ArrayList<>();
      texts.forEach(text -> all.add(model.tokenizer().encode(text, options).ids()));
      int encoded = all.size();
      all.addAll(given);
      check(model, all, encoded);
      write(model, all);
    }
    return 0;
  }

  /**
   * Refuses a text that is too long or otherwise wrong before any is computed; one by one, so that memory never holds them all.
   *
   * @param encoded how many of the texts were given as such, before those given as token ids
   */
  private void check(EmbeddingModel model, List<int[]> texts, int encoded) {
    for (int i = 0; i < texts.size(); i++) {
      try {
        model.encodeIds(List.of(texts.get(i)), Layers.of(0)).close();
      } catch (IllegalArgumentException e) {
        if (i >= encoded) {
          String ids = shown(tokenIds.value().get(i - encoded));
          throw arguments.wrong("--token-ids " + ids + ": " + e.getMessage().replaceFirst("^text 0[:,] ", ""));
        }
        throw new IllegalArgumentException(e.getMessage().replaceFirst("^text 0\\b", "text " + i), e);
      }
    }
  }

  /** Text by text: the file's order lets each be computed when its turn comes, so that memory holds the states of one. */
  private void write(EmbeddingModel model, List<int[]> texts) throws IOException {
    SafetensorsWriter tensors = new SafetensorsWriter();
    int layers = model.layers();
    int width = model.hiddenSize();
    Progress progress = new Progress(shell, file.value(), count -> (double) count / texts.size());
    Current current = new Current(model, progress);
    for (int i = 0; i < texts.size(); i++) {
      int[] ids = texts.get(i);
      tensors.longs("text." + i + ".token_ids", Arrays.stream(ids).asLongStream().toArray(), ids.length);
      for (int layer = 0; layer <= layers; layer++) {
        int text = i;
        int l = layer;
        tensors.floats("text." + i + ".hidden_states." + layer, new long[] {ids.length, width}, sink -> {
          Rows rows = current.states(text, ids).layer(l).text(0);
          sink.write(rows.array(), rows.offset(), rows.count() * rows.width());
        });
      }
    }
    try (progress) {
      Output.write(file.value(), shell, tensors::writeTo);
    }
  }

  private int[] parse(String ids) {
    if (ids.isBlank()) {
      throw arguments.wrong("--token-ids: no token ids; even an empty text has <s> and </s>");
    }
    try {
      return Arrays.stream(ids.split(",", -1)).mapToInt(id -> Converters.number(Integer::valueOf, id.strip())).toArray();
    } catch (NumberFormatException e) {
      throw arguments.wrong("--token-ids " + shown(ids) + ": expected integers with commas between them, such as 0,31414,2");
    }
  }

  private static String shown(String ids) {
    return ids.length() > MOST_SHOWN ? ids.substring(0, MOST_SHOWN) + "..." : ids;
  }

  private static final class Current {
    private final EmbeddingModel model;
    private final Progress progress;
    private int text = -1;
    private @Nullable HiddenStates states;

    Current(EmbeddingModel model, Progress progress) {
      this.model = model;
      this.progress = progress;
    }

    HiddenStates states(int wanted, int[] ids) {
      if (states == null || text != wanted) {
        states = model.encodeIds(List.of(ids), Layers.all());
        progress.advance();
        text = wanted;
      }
      return states;
    }
  }
}
