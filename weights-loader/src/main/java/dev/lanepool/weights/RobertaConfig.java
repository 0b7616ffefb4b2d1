package dev.lanepool.weights;

import java.util.List;

/**
 * What {@code config.json} says of a RoBERTa encoder: the sizes, in the order of the way through the model. Fields that do not change the
 * encoder's result are ignored.
 *
 * <p>{@code xlm-roberta} and {@code camembert} are the same architecture and are read too. What would change the result is refused by name:
 * an activation other than {@code gelu} (the exact, erf form, {@code gelu_python} by another name), position embeddings other than
 * {@code absolute}, a decoder, cross-attention.
 *
 * @param vocabSize V, the rows of the word embedding
 * @param maxPositions the rows of the position embedding; see {@link #maxTokens()}
 * @param typeVocabSize the rows of the token type embedding
 * @param hiddenSize C
 * @param layers L
 * @param heads H, a divisor of C
 * @param intermediateSize F, the width of the feed-forward block
 * @param layerNormEps added to the variance in every layer norm
 * @param padTokenId the id whose position does not advance; positions start after it
 */
public record RobertaConfig(int vocabSize, int maxPositions, int typeVocabSize, int hiddenSize, int layers, int heads,
    int intermediateSize, double layerNormEps, int padTokenId) {

  private static final List<String> MODEL_TYPES = List.of("roberta", "xlm-roberta", "camembert");
  private static final int MAX_SIZE = 1 << 24;
  private static final int MAX_LAYERS = 1024;

  /**
   * Reads and checks {@code config.json}. An absent field has the default of Hugging Face's {@code RobertaConfig} (transformers 5.18):
   * 50265 words (30522 for the other two model types), 512 positions, 2 token types, hidden size 768, 12 layers, 12 heads, intermediate
   * size 3072, eps 1e-12, pad 1. {@code model_type} is required.
   *
   * @throws ModelFileException where a field has the wrong type, is out of range (sizes 1 to 16777216, layers 1 to 1024, eps above 0 and
   *     below 1, a pad id that leaves at least one position), or asks for what is not supported
   */
  public static RobertaConfig parse(Json json) {
    String modelType = json.get("model_type").asString();
    if (!MODEL_TYPES.contains(modelType)) {
      throw json.get("model_type").wrong("one of " + MODEL_TYPES);
    }
    refuseOtherThan(json, "hidden_act", "gelu", "gelu_python"); // the same formula
    refuseOtherThan(json, "position_embedding_type", "absolute");
    refuseIfTrue(json, "is_decoder");
    refuseIfTrue(json, "add_cross_attention");
    RobertaConfig config = new RobertaConfig(
        size(json, "vocab_size", modelType.equals("roberta") ? 50265 : 30522, MAX_SIZE),
        size(json, "max_position_embeddings", 512, MAX_SIZE),
        size(json, "type_vocab_size", 2, MAX_SIZE),
        size(json, "hidden_size", 768, MAX_SIZE),
        size(json, "num_hidden_layers", 12, MAX_LAYERS),
        size(json, "num_attention_heads", 12, MAX_SIZE),
        size(json, "intermediate_size", 3072, MAX_SIZE),
        eps(json),
        padTokenId(json));
    if (config.hiddenSize % config.heads != 0) {
      throw new ModelFileException(json.file() + ": found hidden_size " + config.hiddenSize + " and num_attention_heads "
          + config.heads + ", expected the heads to divide the hidden size");
    }
    if (config.padTokenId >= config.vocabSize || config.maxTokens() < 1) {
      throw new ModelFileException(json.file() + ": found pad_token_id " + config.padTokenId + ", vocab_size " + config.vocabSize
          + " and max_position_embeddings " + config.maxPositions + ", expected a pad id in the vocabulary and a position after it");
    }
    return config;
  }

  /**
   * The same with another number of positions: that of the checkpoint, as some configurations are wrong about it.
   *
   * @param rows of the checkpoint's position embedding
   * @param tensor how errors name it
   * @throws ModelFileException where the rows leave no position after the pad id, or are more than any model has
   */
  public RobertaConfig withMaxPositions(long rows, String tensor) {
    int least = padTokenId + 2;
    if (rows < least || rows > MAX_SIZE) {
      throw new ModelFileException(tensor + ": found " + rows + " rows, expected " + least + " to " + MAX_SIZE
          + ", as positions start after pad_token_id, which is " + padTokenId);
    }
    return new RobertaConfig(
        vocabSize, (int) rows, typeVocabSize, hiddenSize, layers, heads, intermediateSize, layerNormEps, padTokenId);
  }

  /** D, the width of one head. */
  public int headWidth() {
    return hiddenSize / heads;
  }

  /** The most tokens a text may have, {@code <s>} and {@code </s>} included: positions start at the pad id + 1. */
  public int maxTokens() {
    return maxPositions - padTokenId - 1;
  }

  private static int size(Json json, String field, int absent, int max) {
    Json value = json.find(field);
    if (value == null) {
      return absent;
    }
    long size = value.asLong();
    if (size < 1 || size > max) {
      throw value.wrong("1 to " + max);
    }
    return (int) size;
  }

  private static double eps(Json json) {
    Json value = json.find("layer_norm_eps");
    if (value == null) {
      return 1e-12;
    }
    double eps = value.asDouble();
    if (!(eps > 0 && eps < 1)) {
      throw value.wrong("a number above 0 and below 1");
    }
    return eps;
  }

  private static int padTokenId(Json json) {
    Json value = json.find("pad_token_id");
    if (value == null) {
      return 1;
    }
    if (value.asInt() < 0) {
      throw value.wrong("no negative number");
    }
    return value.asInt();
  }

  private static void refuseOtherThan(Json json, String field, String... supported) {
    Json value = json.find(field);
    if (value != null && !List.of(supported).contains(value.asString())) {
      throw value.wrong("\"" + String.join("\" or \"", supported) + "\": nothing else is supported");
    }
  }

  private static void refuseIfTrue(Json json, String field) {
    Json value = json.find(field);
    if (value != null && value.asBoolean()) {
      throw value.wrong("false: only the encoder is supported");
    }
  }
}
