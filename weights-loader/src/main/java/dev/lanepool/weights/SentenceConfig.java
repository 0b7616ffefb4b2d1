package dev.lanepool.weights;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * How a sentence-transformers model turns hidden states into one vector: what {@code modules.json}, the pooling module's
 * {@code config.json}, {@code sentence_bert_config.json} and {@code config_sentence_transformers.json} say.
 *
 * <p>The supported pipeline is Transformer, Pooling and optionally Normalize. Any other module, {@code do_lower_case: true},
 * {@code include_prompt: false}, an output of the transformer other than its last hidden states, {@code query_expansion}, and options that
 * the transformer module hands on to the tokenizer are refused by name.
 *
 * @param poolings what is concatenated, in order: {@code cls}, {@code max}, {@code mean}, {@code mean-sqrt-len}, {@code weighted-mean} or
 *     {@code last}; at least one
 * @param normalize whether the vector is scaled to unit length
 * @param maxTokens {@code max_seq_length}, {@code <s>} and {@code </s>} included; where the model sets none, as those that
 *     sentence-transformers 6 saves, {@code model_max_length} of {@code tokenizer_config.json}. That one is often a huge number that means
 *     none: it counts only where it is an integer from 3 to 2^31 - 1. Empty where neither says anything
 * @param prompts text to put before the input, by name, in the file's order
 * @param defaultPromptName a key of {@code prompts}, or null
 */
public record SentenceConfig(List<String> poolings, boolean normalize, OptionalInt maxTokens, Map<String, String> prompts,
    @Nullable String defaultPromptName) {

  private static final String MODULES = "modules.json";
  private static final String PROMPTS = "config_sentence_transformers.json";

  /** {@code <s>}, {@code </s>} and something to read. */
  private static final int MIN_TOKENS = 3;

  /** The names that the transformer module's file has had, in the order in which the library looks for them. */
  private static final List<String> TRANSFORMER_CONFIGS = List.of("sentence_bert_config.json", "sentence_roberta_config.json",
      "sentence_distilbert_config.json", "sentence_camembert_config.json", "sentence_albert_config.json",
      "sentence_xlm-roberta_config.json", "sentence_xlnet_config.json");

  /** What the transformer module hands on to the tokenizer, under the names that this has had. */
  private static final List<String> TOKENIZER_OPTIONS =
      List.of("processing_kwargs", "processor_kwargs", "tokenizer_kwargs", "tokenizer_args");

  /** The library's mode names and this project's. */
  private static final Map<String, String> MODES = Map.of("cls", "cls", "max", "max", "mean", "mean",
      "mean_sqrt_len_tokens", "mean-sqrt-len", "weightedmean", "weighted-mean", "lasttoken", "last");

  /** The old dialect's flags, in the order in which their results are concatenated, and the modes they mean. */
  private static final List<Map.Entry<String, String>> FLAGS = List.of(
      Map.entry("pooling_mode_cls_token", "cls"),
      Map.entry("pooling_mode_max_tokens", "max"),
      Map.entry("pooling_mode_mean_tokens", "mean"),
      Map.entry("pooling_mode_mean_sqrt_len_tokens", "mean-sqrt-len"),
      Map.entry("pooling_mode_weightedmean_tokens", "weighted-mean"),
      Map.entry("pooling_mode_lasttoken", "last"));

  /** Copies the list and the map. */
  public SentenceConfig {
    poolings = List.copyOf(poolings);
    prompts = Collections.unmodifiableMap(new LinkedHashMap<>(prompts));
  }

  /**
   * Reads a model's sentence-transformers files, or gives null where there is no {@code modules.json}.
   *
   * @throws ModelFileException where a file is missing or wrong, or asks for what is not supported
   * @throws java.io.UncheckedIOException where a file exists and cannot be read
   */
  public static @Nullable SentenceConfig find(ModelSource source) {
    Json json = source.findJson(MODULES);
    if (json == null) {
      return null;
    }
    List<Json> modules = json.elements();
    for (int i = 0; i < modules.size(); i++) {
      String expected = i < 3 ? List.of("Transformer", "Pooling", "Normalize").get(i) : "no further module";
      if (!kind(modules.get(i)).equals(expected)) {
        throw modules.get(i).get("type").wrong(expected + ": the supported pipeline is Transformer, Pooling, Normalize (optional)");
      }
    }
    if (modules.size() < 2) {
      throw new ModelFileException(json.file() + ": found " + modules.size() + " modules, expected Transformer and Pooling at least");
    }
    Json path = modules.get(0).get("path");
    if (!path.asString().isEmpty()) {
      throw path.wrong("\"\": the transformer's files in the model's own folder");
    }
    if (modules.size() == 3) {
      checkNormalize(source.findJson(folder(modules.get(2)) + "/config.json"));
    }
    List<String> poolings = poolings(source.readJson(folder(modules.get(1)) + "/config.json"));
    OptionalInt maxTokens = maxTokens(source);
    Json prompting = source.findJson(PROMPTS);
    Map<String, String> prompts = prompting == null ? Map.of() : prompts(prompting);
    String defaultPrompt = prompting == null ? null : defaultPrompt(prompting, prompts);
    return new SentenceConfig(poolings, modules.size() == 3, maxTokens, prompts, defaultPrompt);
  }

  /** The class of a module of the library's own; anything else, such as a model's own code, is its whole name. */
  private static String kind(Json module) {
    String type = module.get("type").asString();
    return type.startsWith("sentence_transformers.") ? type.substring(type.lastIndexOf('.') + 1) : type;
  }

  private static String folder(Json module) {
    return module.get("path").asFileName();
  }

  /** Newer models have this file; it may point Normalize at something other than the pooled vector. */
  private static void checkNormalize(@Nullable Json json) {
    if (json == null) {
      return;
    }
    for (String field : List.of("module_input_name", "module_output_name")) {
      Json value = json.findNonNull(field);
      if (value != null && !value.asString().equals("sentence_embedding")) {
        throw value.wrong("\"sentence_embedding\", the only one that is supported");
      }
    }
  }

  private static List<String> poolings(Json json) {
    Json prompt = json.find("include_prompt");
    if (prompt != null && !prompt.asBoolean()) {
      throw prompt.wrong("true: leaving the prompt's tokens out of the pooling is not supported");
    }
    Json mode = json.find("pooling_mode");
    if (mode == null) {
      return flagged(json);
    }
    List<Json> modes = mode.isArray() ? mode.elements() : List.of(mode);
    if (modes.isEmpty()) {
      throw mode.wrong("at least one pooling mode");
    }
    List<String> poolings = new ArrayList<>();
    for (Json one : modes) {
      String pooling = MODES.get(one.asString());
      if (pooling == null) {
        throw one.wrong("one of " + MODES.keySet().stream().sorted().toList());
      }
      poolings.add(pooling);
    }
    return poolings;
  }

  /** The old dialect. As in the library, no flag at all means the mean. */
  private static List<String> flagged(Json json) {
    for (String name : json.names()) {
      boolean known = FLAGS.stream().anyMatch(flag -> flag.getKey().equals(name));
      if (name.startsWith("pooling_mode_") && json.get(name).asBoolean() && !known) {
        throw json.get(name).wrong("false: this pooling mode is not supported");
      }
    }
    List<String> poolings = new ArrayList<>();
    for (Map.Entry<String, String> flag : FLAGS) {
      Json value = json.find(flag.getKey());
      if (value != null && value.asBoolean()) {
        poolings.add(flag.getValue());
      }
    }
    return poolings.isEmpty() ? List.of("mean") : poolings;
  }

  private static OptionalInt maxTokens(ModelSource source) {
    for (String name : TRANSFORMER_CONFIGS) {
      Json json = source.findJson(name);
      if (json != null && !json.names().isEmpty()) { // the library too looks on behind an empty one
        OptionalInt length = maxTokens(json);
        return length.isPresent() ? length : modelMaxLength(source);
      }
    }
    return modelMaxLength(source);
  }

  private static OptionalInt modelMaxLength(ModelSource source) {
    Json json = source.findJson("tokenizer_config.json");
    Json stated = json == null ? null : json.findNonNull("model_max_length");
    double length = stated == null ? 0 : stated.asDouble();
    return length >= MIN_TOKENS && length == (int) length ? OptionalInt.of((int) length) : OptionalInt.empty();
  }

  private static OptionalInt maxTokens(Json json) {
    Json lower = json.find("do_lower_case");
    if (lower != null && lower.asBoolean()) {
      throw lower.wrong("false: lower-casing is not supported");
    }
    Json task = json.find("transformer_task");
    if (task != null && !task.asString().equals("feature-extraction")) {
      throw task.wrong("\"feature-extraction\", the only one that is supported");
    }
    checkOutput(json);
    for (String name : TOKENIZER_OPTIONS) {
      Json options = json.findNonNull(name);
      if (options != null && options.names().stream().anyMatch(option -> !option.equals("trust_remote_code"))) {
        throw options.wrong("{}: options of the tokenizer are supported in its own files only");
      }
    }
    Json length = json.findNonNull("max_seq_length");
    if (length == null) {
      return OptionalInt.empty();
    }
    if (length.asInt() < MIN_TOKENS) {
      throw length.wrong("at least " + MIN_TOKENS + ", of which <s> and </s> are two");
    }
    return OptionalInt.of(length.asInt());
  }

  /** What the transformer module hands on to the pooling, as newer models say it: the last hidden states, or what is not supported. */
  private static void checkOutput(Json json) {
    Json expansion = json.findNonNull("query_expansion");
    if (expansion != null) {
      throw expansion.wrong("null: tokens that are added to queries are not supported");
    }
    Json modalities = json.findNonNull("modality_config");
    if (modalities == null) {
      return;
    }
    Json text = modalities.get("text");
    checkName(text.get("method"), "forward");
    checkName(text.get("method_output_name"), "last_hidden_state");
    checkName(json.get("module_output_name"), "token_embeddings");
  }

  private static void checkName(Json stated, String supported) {
    if (!stated.isString() || !stated.asString().equals(supported)) {
      throw stated.wrong(Json.quote(supported) + ", the only one that is supported");
    }
  }

  private static Map<String, String> prompts(Json json) {
    Json prompts = json.findNonNull("prompts");
    if (prompts == null) {
      return Map.of();
    }
    Map<String, String> texts = new LinkedHashMap<>();
    prompts.names().forEach(name -> texts.put(name, prompts.get(name).asString()));
    return texts;
  }

  private static @Nullable String defaultPrompt(Json json, Map<String, String> prompts) {
    Json name = json.findNonNull("default_prompt_name");
    if (name == null) {
      return null;
    }
    if (!prompts.containsKey(name.asString())) {
      throw name.wrong("the name of one of its prompts " + prompts.keySet());
    }
    return name.asString();
  }
}
