package dev.lanepool;

import dev.lanepool.pooling.Pooling;
import dev.lanepool.pooling.Reduction;
import dev.lanepool.pooling.TokenPooling;
import dev.lanepool.weights.ModelFileException;
import dev.lanepool.weights.SentenceConfig;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is in force: the caller's options, and the model's own choice wherever they leave it open.
 *
 * @param pooling fits the model, and has no parameters to learn
 * @param prompt put before every text that is embedded; may be empty
 * @param maxLength the most tokens of a text that are embedded
 */
record Settings(Pooling pooling, boolean normalize, String prompt, int maxLength) {

  /**
   * What is in force unless the caller asks for something else.
   *
   * @param file how errors name the file of the model's own choices
   * @throws ModelFileException where the model's own choices do not fit it
   */
  static Settings own(@Nullable SentenceConfig model, String file, int layers, int maxTokens, boolean hasPooler) {
    try {
      return resolve(Options.defaults(), model, layers, maxTokens, hasPooler);
    } catch (IllegalArgumentException e) { // not the caller's, who has given none
      throw new ModelFileException(file + ": the model's own choices do not fit it: " + e.getMessage(), e);
    }
  }

  /**
   * Settles every choice.
   *
   * @param model the model's own choices, or null where it makes none
   * @param layers L
   * @param maxTokens the most tokens that the model has positions for
   * @param hasPooler whether the checkpoint has pooler weights
   * @throws IllegalArgumentException that names the option that does not fit the model
   */
  static Settings resolve(Options options, @Nullable SentenceConfig model, int layers, int maxTokens, boolean hasPooler) {
    Pooling pooling = options.pooling() == null ? pooling(model) : options.pooling();
    if (pooling.learns()) {
      throw new IllegalArgumentException(
          "pooling \"" + pooling + "\" has parameters to learn: it pools only as part of a trained head");
    }
    pooling.demand(layers);
    if (pooling.readsPooler() && !hasPooler) {
      throw new IllegalArgumentException("pooling \"" + pooling + "\": this checkpoint has no pooler weights");
    }
    boolean normalize = options.normalize() == null ? model == null || model.normalize() : options.normalize();
    int maxLength = maxLength(options.maxLength(), model, maxTokens);
    return new Settings(pooling, normalize, prompt(options, model), maxLength);
  }

  private static Pooling pooling(@Nullable SentenceConfig model) {
    return model == null ? new TokenPooling(Reduction.MEAN) : Pooling.parse(String.join("+", model.poolings()));
  }

  private static String prompt(Options options, @Nullable SentenceConfig model) {
    if (options.prompt() != null) {
      return options.prompt();
    }
    Map<String, String> prompts = model == null ? Map.of() : model.prompts();
    String name = options.promptName() != null || model == null ? options.promptName() : model.defaultPromptName();
    if (name == null) {
      return "";
    }
    String prompt = prompts.get(name);
    if (prompt == null) {
      throw new IllegalArgumentException("prompt name \"" + name + "\": found none such, the "
          + (prompts.isEmpty() ? "model has no prompts" : "model's prompts are " + prompts.keySet()));
    }
    return prompt;
  }

  private static int maxLength(@Nullable Integer asked, @Nullable SentenceConfig model, int maxTokens) {
    if (asked == null) {
      return Math.min(maxTokens, model == null ? maxTokens : model.maxTokens().orElse(maxTokens));
    }
    if (asked > maxTokens) {
      throw new IllegalArgumentException("maxLength: " + asked + ", expected at most " + maxTokens + ", which the model has positions for");
    }
    return asked;
  }
}
