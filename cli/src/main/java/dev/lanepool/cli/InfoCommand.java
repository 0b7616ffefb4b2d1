package dev.lanepool.cli;

import dev.lanepool.Dtype;
import dev.lanepool.ModelInfo;
import dev.lanepool.weights.JsonText;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a model is. */
final class InfoCommand extends Command {
  private final ModelOptions modelOptions = new ModelOptions(arguments);
  private final Argument<Boolean> json = arguments.flag("--json", "Print one JSON object.");

  InfoCommand(Shell shell) {
    super(shell, "What the model is, its sizes, and what it costs in memory.");
  }

  @Override
  public Integer call() throws IOException {
    Map<String, @Nullable Object> facts = facts(ModelInfo.read(modelOptions.source(), modelOptions.dtype()), modelOptions.dtype());
    String printed = json.value() ? JsonText.value(new StringBuilder(), facts).append('\n').toString() : table(facts);
    Output.write(null, shell, printed);
    return 0;
  }

  private static Map<String, @Nullable Object> facts(ModelInfo info, Dtype dtype) {
    Map<String, @Nullable Object> facts = new LinkedHashMap<>();
    facts.put("name", info.name());
    facts.put("architecture", info.architecture());
    facts.put("layers", info.layers());
    facts.put("hidden_size", info.hiddenSize());
    facts.put("heads", info.heads());
    facts.put("intermediate_size", info.intermediateSize());
    facts.put("vocabulary_size", info.vocabularySize());
    facts.put("max_tokens", info.maxTokens());
    facts.put("has_pooler", info.hasPooler());
    facts.put("parameters", info.parameters());
    facts.put("stored_dtypes", info.storedDtypes().stream().map(Object::toString).toList());
    facts.put("pooling", info.pooling());
    facts.put("normalize", info.normalize());
    facts.put("dimension", info.dimension());
    facts.put("max_length", info.maxLength());
    facts.put("prompts", info.prompts());
    facts.put("default_prompt_name", info.defaultPromptName());
    facts.put("dtype", dtype.name().toLowerCase(Locale.ROOT));
    facts.put("weight_bytes", info.weightBytes());
    facts.put("scratch_bytes", info.scratchBytes());
    return facts;
  }

  private static String table(Map<String, @Nullable Object> facts) {
    StringBuilder table = new StringBuilder();
    facts.forEach((name, value) -> table.append(String.format(Locale.ROOT, "%-21s", name.replace('_', ' '))).append(switch (value) {
      case null -> "none";
      case Boolean yes -> yes ? "yes" : "no";
      case Number number -> String.format(Locale.ROOT, "%,d", number.longValue());
      case List<?> list -> String.join(", ", list.stream().map(String::valueOf).toList());
      case Map<?, ?> map when map.isEmpty() -> "none";
      default -> value;
    }).append('\n'));
    return table.toString();
  }
}
