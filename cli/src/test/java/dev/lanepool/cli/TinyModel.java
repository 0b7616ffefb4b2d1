package dev.lanepool.cli;

import dev.lanepool.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/** The smallest model that has everything: two layers of width 8, a byte-level tokenizer with two merges, sentence-transformers' files. */
final class TinyModel {
  static final int VOCABULARY = 263;

  private TinyModel() {}

  /** Writes a whole and sound model. */
  static void write(Path folder) throws IOException {
    Files.createDirectories(folder.resolve("1_Pooling"));
    Files.writeString(folder.resolve("config.json"), """
        {"model_type":"roberta","hidden_act":"gelu","hidden_size":8,"intermediate_size":16,"layer_norm_eps":1e-05,
        "max_position_embeddings":20,"num_attention_heads":2,"num_hidden_layers":2,"pad_token_id":1,"type_vocab_size":1,
        "position_embedding_type":"absolute","vocab_size":263}
        """);
    weights(shapes()).write(folder.resolve("model.safetensors"));
    Files.writeString(folder.resolve("tokenizer.json"), """
        {"version":"1.0","added_tokens":[{"id":0,"content":"<s>","special":true},{"id":2,"content":"</s>","special":true}],
        "normalizer":null,
        "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true},
        "post_processor":{"type":"RobertaProcessing","sep":["</s>",2],"cls":["<s>",0],"trim_offsets":true,"add_prefix_space":false},
        "decoder":{"type":"ByteLevel"},
        "model":{"type":"BPE","dropout":null,"byte_fallback":false,"merges":["a b","ab c"],"vocab":VOCAB}}
        """.replace("VOCAB", vocabulary()));
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"tokenizer_class\":\"RobertaTokenizer\",\"model_max_length\":18}");
    Files.writeString(folder.resolve("modules.json"), """
        [{"idx":0,"name":"0","path":"","type":"sentence_transformers.models.Transformer"},
        {"idx":1,"name":"1","path":"1_Pooling","type":"sentence_transformers.models.Pooling"}]
        """);
    Files.writeString(folder.resolve("1_Pooling/config.json"), "{\"pooling_mode_mean_tokens\":true}");
    Files.writeString(folder.resolve("sentence_bert_config.json"), "{\"max_seq_length\":16}");
  }

  /** Special tokens 0 to 4, byte b is 5 + b, then what the merges make. */
  static String vocabulary() {
    StringBuilder json = new StringBuilder("{\"<s>\":0,\"<pad>\":1,\"</s>\":2,\"<unk>\":3,\"<mask>\":4");
    for (int b = 0, moved = 256; b < 256; b++) {
      boolean itself = b >= 33 && b <= 126 || b >= 161 && b <= 172 || b >= 174;
      json.append(String.format(",\"\\u%04x\":%d", itself ? b : moved++, 5 + b));
    }
    return json.append(",\"ab\":261,\"abc\":262}").toString();
  }

  /** Every tensor's shape by its name. */
  static Map<String, long[]> shapes() {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    shapes.put("embeddings.word_embeddings.weight", new long[] {VOCABULARY, 8});
    shapes.put("embeddings.position_embeddings.weight", new long[] {20, 8});
    shapes.put("embeddings.token_type_embeddings.weight", new long[] {1, 8});
    pair(shapes, "embeddings.LayerNorm", 8);
    for (int i = 0; i < 2; i++) {
      String layer = "encoder.layer." + i + ".";
      for (String square : new String[] {"attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"}) {
        pair(shapes, layer + square, 8, 8);
      }
      pair(shapes, layer + "attention.output.LayerNorm", 8);
      pair(shapes, layer + "intermediate.dense", 16, 8);
      pair(shapes, layer + "output.dense", 8, 16);
      pair(shapes, layer + "output.LayerNorm", 8);
    }
    return shapes;
  }

  private static void pair(Map<String, long[]> shapes, String name, long... weight) {
    shapes.put(name + ".weight", weight);
    shapes.put(name + ".bias", new long[] {weight[0]});
  }

  /** Tensors of these shapes, with values that do not matter. */
  static SafetensorsWriter weights(Map<String, long[]> shapes) {
    return weights(shapes, (name, values) -> { });
  }

  /** The same, changed by their names. */
  static SafetensorsWriter weights(Map<String, long[]> shapes, BiConsumer<String, float[]> change) {
    SafetensorsWriter writer = new SafetensorsWriter();
    shapes.forEach((name, shape) -> {
      int count = 1;
      for (long dimension : shape) {
        count *= (int) dimension;
      }
      float[] values = new float[count];
      for (int i = 0; i < count; i++) {
        values[i] = (float) Math.cos(i + name.length());
      }
      change.accept(name, values);
      writer.floats(name, values, shape);
    });
    return writer;
  }
}
