package dev.lanepool.tests;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.Options;
import dev.lanepool.weights.ModelFileException;
import dev.lanepool.weights.ModelSource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** A whole model with one or two of its files damaged: embeds a text, or is refused with one line that names a file. */
final class FuzzModels {
  private static final String PREFIX = "m/";

  private final Map<String, byte[]> sound = new TreeMap<>();

  FuzzModels() {
    try {
      Path folder = Files.createTempDirectory("lanepool-fuzz");
      RandomCheckpoint.write(folder, Repeat.random(1), 8, 2, 16, 1, 263, 20);
      for (String name : List.of("config.json", "model.safetensors")) {
        sound.put(name, Files.readAllBytes(folder.resolve(name)));
        Files.delete(folder.resolve(name));
      }
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    add("tokenizer.json", """
        {"added_tokens":[{"id":0,"content":"<s>","special":true},{"id":4,"content":"<mask>","lstrip":true,"special":true}],
        "normalizer":null,
        "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true},
        "post_processor":{"type":"Sequence","processors":[{"type":"ByteLevel","trim_offsets":true},{"type":"TemplateProcessing",
        "single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"</s>","type_id":0}}],
        "pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":0}}],
        "special_tokens":{"<s>":{"id":"<s>","ids":[0],"tokens":["<s>"]},"</s>":{"id":"</s>","ids":[2],"tokens":["</s>"]}}}]},
        "decoder":{"type":"ByteLevel"},
        "model":{"type":"BPE","dropout":null,"unk_token":"<unk>","fuse_unk":false,"byte_fallback":false,
        "merges":["a b",["ab","c"]],"vocab":VOCAB}}
        """.replace("VOCAB", vocabulary()));
    add("vocab.json", vocabulary());
    add("merges.txt", "#version: 0.2\na b\nab c\n");
    add("tokenizer_config.json", """
        {"tokenizer_class":"RobertaTokenizer","add_prefix_space":false,"model_max_length":18,"pad_token":"<pad>",
        "mask_token":{"content":"<mask>","lstrip":true},"added_tokens_decoder":{"3":{"content":"<unk>","special":true}}}
        """);
    add("special_tokens_map.json", "{\"cls_token\":\"<s>\",\"sep_token\":{\"content\":\"</s>\",\"normalized\":true}}");
    add("modules.json", """
        [{"idx":0,"name":"0","path":"","type":"sentence_transformers.models.Transformer"},
        {"idx":1,"name":"1","path":"1_Pooling","type":"sentence_transformers.models.Pooling"},
        {"idx":2,"name":"2","path":"2_Normalize","type":"sentence_transformers.models.Normalize"}]
        """);
    add("1_Pooling/config.json", "{\"pooling_mode_mean_tokens\":true,\"pooling_mode_cls_token\":true,\"include_prompt\":true}");
    add("sentence_bert_config.json", "{\"max_seq_length\":null,\"do_lower_case\":false}");
    add("config_sentence_transformers.json", "{\"prompts\":{\"query\":\"q: \",\"passage\":\"\"},\"default_prompt_name\":\"query\"}");
  }

  private void add(String name, String text) {
    sound.put(name, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Special tokens 0 to 4, byte b is 5 + b, then what the merges make. */
  private static String vocabulary() {
    StringBuilder json = new StringBuilder("{\"ab\":261,\"abc\":262,\"<s>\":0,\"<pad>\":1,\"</s>\":2,\"<unk>\":3,\"<mask>\":4");
    for (int b = 0, moved = 256; b < 256; b++) {
      boolean itself = b >= 33 && b <= 126 || b >= 161 && b <= 172 || b >= 174;
      json.append(String.format(",\"\\u%04x\":%d", itself ? b : moved++, 5 + b));
    }
    return json.append("}").toString();
  }

  String run(RandomGenerator random) {
    Map<String, byte[]> files = new HashMap<>(sound);
    if (random.nextInt(3) == 0) {
      files.remove("tokenizer.json"); // so that the older files are read
    }
    List<String> names = new ArrayList<>(new TreeMap<>(files).keySet());
    for (int n = random.nextInt(1, 3); n > 0; n--) {
      String name = names.get(random.nextInt(names.size()));
      byte[] file = files.get(name);
      files.put(name, name.endsWith(".safetensors") ? Mutation.of(file, random) : Mutation.ofJson(file, random));
    }
    // With one thread, no thread is started.
    try (EmbeddingModel model = EmbeddingModel.load(ModelSource.resources(new Memory(files), PREFIX), Options.defaults().withThreads(1))) {
      float[] vector = model.embed("abc <mask> x\u00e9");
      if (vector.length != model.dimension()) {
        throw new AssertionError(vector.length + " floats, expected " + model.dimension());
      }
      return "embeds";
    } catch (ModelFileException e) {
      FuzzHeaders.checkMessage(e, PREFIX);
      return "refused";
    }
  }

  /** Resources in memory. */
  private static final class Memory extends ClassLoader {
    private final Map<String, byte[]> files;

    Memory(Map<String, byte[]> files) {
      super(null);
      this.files = files;
    }

    @Override
    public InputStream getResourceAsStream(String name) {
      byte[] bytes = files.get(name.substring(PREFIX.length()));
      return bytes == null ? null : new ByteArrayInputStream(bytes);
    }
  }
}
