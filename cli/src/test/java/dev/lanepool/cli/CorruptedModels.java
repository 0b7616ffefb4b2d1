package dev.lanepool.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Ways to damage a {@link TinyModel}, each with the file that the error must name and what it must say. */
final class CorruptedModels {
  private static final String CONFIG = "config.json";
  private static final String WEIGHTS = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";
  private static final String TOKENIZER = "tokenizer.json";
  private static final String MODULES = "modules.json";
  private static final String POOLING = "1_Pooling/config.json";
  private static final String WORDS = "embeddings.word_embeddings.weight";
  private static final String POSITIONS = "embeddings.position_embeddings.weight";

  /** Damages the model in a folder. */
  interface Damage {
    void to(Path folder) throws IOException;
  }

  /** @param says what the error must hold after the file's name */
  record Corrupted(String name, Damage damage, String file, String says) {
    @Override
    public String toString() {
      return name;
    }
  }

  private final List<Corrupted> all = new ArrayList<>();

  private CorruptedModels() {
    configuration();
    weights();
    shards();
    tokenizer();
    sentenceTransformers();
    anyFile();
  }

  static List<Corrupted> all() {
    return List.copyOf(new CorruptedModels().all);
  }

  private void add(String name, Damage damage, String file, String says) {
    all.add(new Corrupted(name, damage, file, says));
  }

  private void edited(String file, String from, String to, String says) {
    String shown = to.length() > 60 ? to.substring(0, 60) + "..." : to;
    add(file + " with " + shown, folder -> edit(folder.resolve(file), from, to), file, says);
  }

  private static void edit(Path file, String from, String to) throws IOException {
    String text = Files.readString(file);
    if (!text.contains(from)) {
      throw new AssertionError(file + " does not hold " + from);
    }
    Files.writeString(file, text.replace(from, to));
  }

  private void configuration() {
    edited(CONFIG, "\"num_hidden_layers\":2", "\"num_hidden_layers\":1000000000",
        "num_hidden_layers: found 1000000000, expected 1 to 1024");
    edited(CONFIG, "\"num_hidden_layers\":2", "\"num_hidden_layers\":1024", "missing encoder.layer.2.attention.self.query.weight");
    edited(CONFIG, "\"num_hidden_layers\":2", "\"num_hidden_layers\":1", "unexpected encoder.layer.1.attention.output.LayerNorm.bias");
    edited(CONFIG, "\"num_hidden_layers\":2", "\"num_hidden_layers\":-1", "num_hidden_layers: found -1, expected 1 to 1024");
    edited(CONFIG, "\"hidden_act\":\"gelu\"", "\"hidden_act\":\"swish\"", "hidden_act: found the string \"swish\", expected \"gelu\"");
    edited(CONFIG, "\"absolute\"", "\"relative_key\"", "position_embedding_type: found the string \"relative_key\", expected \"absolute\"");
    edited(CONFIG, "\"roberta\"", "\"bert\"", "model_type: found the string \"bert\", expected one of [roberta");
    edited(CONFIG, "\"model_type\":\"roberta\",", "", "the field \"model_type\" is missing");
    edited(CONFIG, "\"hidden_size\":8,", "", "found shape [263, 8], expected [263, 768]");
    edited(CONFIG, "\"hidden_size\":8", "\"hidden_size\":8,\"hidden_size\":8",
        "not valid JSON at line 1, column 74: Duplicate field 'hidden_size'");
    edited(CONFIG, "\"hidden_size\":8", "\"hidden_size\":\"8\"", "hidden_size: found the string \"8\", expected an integer");
    edited(CONFIG, "\"hidden_size\":8", "\"hidden_size\":8.0", "hidden_size: found 8.0, expected an integer");
    edited(CONFIG, "\"hidden_size\":8", "\"hidden_size\":99999999999999999999", "found 99999999999999999999, expected an integer");
    edited(CONFIG, "heads\":2", "heads\":3", "found hidden_size 8 and num_attention_heads 3, expected the heads to divide");
    edited(CONFIG, "1e-05", "NaN", "not valid JSON at line 1");
    edited(CONFIG, "1e-05", "1e999", "layer_norm_eps: found Infinity, expected a finite number");
    edited(CONFIG, "1e-05", "0", "layer_norm_eps: found 0, expected a number above 0 and below 1");
    edited(CONFIG, "\"pad_token_id\":1", "\"pad_token_id\":300", "found pad_token_id 300, vocab_size 263");
    edited(CONFIG, "\"pad_token_id\":1", "\"pad_token_id\":18", "found a model that reads at most 1 tokens, expected at least 2");
    edited(CONFIG, "\"vocab_size\":263", "\"vocab_size\":1000", "found shape [263, 8], expected [1000, 8]");
    edited(CONFIG, "{", "[".repeat(100_000), "not valid JSON");
  }

  private void weights() {
    add("weights missing", folder -> Files.delete(folder.resolve(WEIGHTS)), WEIGHTS, "no such file, and no " + INDEX + " beside it");
    add("weights pickled", folder -> Files.move(folder.resolve(WEIGHTS), folder.resolve("pytorch_model.bin")), WEIGHTS,
        "found pytorch_model.bin, pickled weights, which are not supported");
    add("weights cut by a byte", folder -> cut(folder.resolve(WEIGHTS), Files.size(folder.resolve(WEIGHTS)) - 1), WEIGHTS,
        "1 bytes are missing");
    add("weights cut in the header", folder -> cut(folder.resolve(WEIGHTS), 100), WEIGHTS, "but only 92 bytes follow");
    add("weights of seven bytes", folder -> cut(folder.resolve(WEIGHTS), 7), WEIGHTS, "found 7 bytes, expected at least 8");
    add("weights extended", folder -> Files.write(folder.resolve(WEIGHTS), new byte[3], StandardOpenOption.APPEND), WEIGHTS,
        "3 bytes too many");
    add("weights extended by 3 GB", folder -> extend(folder.resolve(WEIGHTS)), WEIGHTS, "bytes too many");
    headers();
    shape(WORDS, new long[] {8, TinyModel.VOCABULARY}, "\"" + WORDS + "\": found shape [8, 263], expected [263, 8]");
    shape(WORDS, new long[] {TinyModel.VOCABULARY * 8}, "found shape [2104], expected [263, 8]");
    shape(POSITIONS, new long[] {2, 8}, "\"" + POSITIONS + "\": found 2 rows, expected 3 to 16777216");
    shape(POSITIONS, new long[] {1L << 40, 0}, "found 1099511627776 rows, expected 3 to 16777216");
    shape("encoder.layer.1.output.dense.weight", new long[] {16, 8}, "found shape [16, 8], expected [8, 16]");
    shape("encoder.layer.7.output.dense.weight", new long[] {8, 16}, "unexpected encoder.layer.7.output.dense.weight");
    add("weights of a tensor missing", folder -> {
      Map<String, long[]> shapes = TinyModel.shapes();
      shapes.remove("encoder.layer.0.attention.self.key.bias");
      shapes.remove("embeddings.LayerNorm.weight");
      TinyModel.weights(shapes).write(folder.resolve(WEIGHTS));
    }, CONFIG, "missing embeddings.LayerNorm.weight; missing encoder.layer.0.attention.self.key.bias");
    add("weights of another model", folder -> TinyModel.weights(Map.of("a", new long[] {1})).write(folder.resolve(WEIGHTS)), CONFIG,
        "no tensor embeddings.word_embeddings.weight with any of the prefixes");
  }

  private void headers() {
    header("\"F32\"", "\"I32\"", "found dtype I32, expected F32, F16, BF16 or F64");
    header("\"F32\"", "\"F99\"", "dtype: found \"F99\", expected one of");
    header("\"data_offsets\"", "\"data_offset\"", "the field \"data_offsets\" is missing");
    header("encoder.layer.1.", "encoder.layer.0.", "Duplicate field");
    header("[263,8]", "[263,9223372036854775807]", "whose size in bits overflows");
    add("weights with a header of 2^63 bytes", folder -> patch(folder.resolve(WEIGHTS), Long.MIN_VALUE), WEIGHTS,
        "found a header length of 9223372036854775808 bytes");
    add("weights with a header of 100 MB", folder -> patch(folder.resolve(WEIGHTS), 100_000_000), WEIGHTS,
        "found a header length of 100000000");
  }

  private void header(String from, String to, String says) {
    add("weights with " + to + " in the header", folder -> {
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(folder.resolve(WEIGHTS))).order(ByteOrder.LITTLE_ENDIAN);
      int length = (int) bytes.getLong(0);
      String header = new String(bytes.array(), 8, length, StandardCharsets.UTF_8);
      if (!header.contains(from)) {
        throw new AssertionError(header);
      }
      byte[] changed = header.replace(from, to).getBytes(StandardCharsets.UTF_8);
      byte[] data = Arrays.copyOfRange(bytes.array(), 8 + length, bytes.capacity());
      Files.write(folder.resolve(WEIGHTS), ByteBuffer.allocate(8 + changed.length + data.length).order(ByteOrder.LITTLE_ENDIAN)
          .putLong(changed.length).put(changed).put(data).array());
    }, WEIGHTS, says);
  }

  private void shape(String tensor, long[] shape, String says) {
    add("weights with " + tensor + " of " + Arrays.toString(shape), folder -> {
      Map<String, long[]> shapes = TinyModel.shapes();
      shapes.put(tensor, shape);
      TinyModel.weights(shapes).write(folder.resolve(WEIGHTS));
    }, says.startsWith("unexpected") ? CONFIG : WEIGHTS, says);
  }

  private void shards() {
    index("{\"a\":\"../model.safetensors\"}", INDEX, "weight_map.a: found the string \"../model.safetensors\", expected the plain name");
    index("{\"a\":\"/etc/passwd\"}", INDEX, "weight_map.a: found the string \"/etc/passwd\", expected the plain name");
    index("{\"a\":\"model-2.safetensors\"}", "model-2.safetensors", "no such file, but ");
    index("{\"a\":\"shard.safetensors\"}", INDEX, "tensors that are not in the shard it names: \"a\" in shard.safetensors");
    index("{\"" + WORDS + "\":\"shard.safetensors\"}", CONFIG, "missing embeddings.position_embeddings.weight; missing ");
    index("[]", INDEX, "weight_map: found an array, expected an object");
  }

  private void index(String weightMap, String file, String says) {
    add("an index with " + weightMap, folder -> {
      Files.move(folder.resolve(WEIGHTS), folder.resolve("shard.safetensors"));
      Files.writeString(folder.resolve(INDEX), "{\"weight_map\":" + weightMap + "}");
    }, file, says);
  }

  private void tokenizer() {
    edited(TOKENIZER, "\"a b\"", "\"ab\"", "found \"ab\", expected two tokens with one space between them");
    edited(TOKENIZER, "\"a b\"", "\"a zz\"", "the token \"zz\" is not in the vocabulary");
    edited(TOKENIZER, "\"a b\"", "[\"a\"]", "found ']', expected ','");
    edited(TOKENIZER, "\"ab\":261", "\"ab\":261,\"ab\":261", "the token \"ab\" is there twice");
    edited(TOKENIZER, "\"ab\":261", "\"ab\":262", "have the same id 262");
    edited(TOKENIZER, "\"ab\":261", "\"ab\":-1", "the token \"ab\" has the id -1, expected 0 to 2097151");
    edited(TOKENIZER, "\"ab\":261", "\"ab\":1000000000", "the token \"ab\" has the id 1000000000, expected 0 to 2097151");
    edited(TOKENIZER, "\"ab\":261", "\"ab\":4294967557", "expected a 32-bit integer");
    edited(TOKENIZER, "\"\\u0061\":", "\"aa\":", "the token \"a\" is not in the vocabulary");
    edited(TOKENIZER, "\"normalizer\":null", "\"normalizer\":{\"type\":\"NFC\"}",
        "normalizer.type: found the string \"NFC\", expected null");
    edited(TOKENIZER, "\"pre_tokenizer\":{\"type\":\"ByteLevel\"", "\"pre_tokenizer\":{\"type\":\"Whitespace\"",
        "pre_tokenizer.type: found");
    edited(TOKENIZER, "\"BPE\"", "\"WordPiece\"", "model.type: found the string \"WordPiece\", expected BPE");
    edited(TOKENIZER, "\"RobertaProcessing\"", "\"BertProcessing\"", "post_processor.type: found the string \"BertProcessing\"");
    edited(TOKENIZER, "[\"<s>\",0]", "[\"<s>\",5]", "post_processor.cls[1]: found 5, expected the id of \"<s>\"");
    edited(TOKENIZER, "\"decoder\":{\"type\":\"ByteLevel\"}", "\"decoder\":{\"type\":\"Metaspace\"}", "decoder.type: found");
    edited(TOKENIZER, "\"byte_fallback\":false", "\"byte_fallback\":true", "model.byte_fallback: found true, expected false");
    edited(TOKENIZER, "\"id\":0,\"content\":\"<s>\"", "\"id\":7,\"content\":\"<s>\"", "the added token \"<s>\" has the id 7, expected 0");
    edited(TOKENIZER, "\"content\":\"</s>\"", "\"content\":\"" + "x".repeat(300_000) + "\"", "xxx...\" have the same id 2");
    edited(TOKENIZER, "\"id\":2,\"content\":\"</s>\"", "\"id\":263,\"content\":\"" + "x".repeat(300_000) + "\"",
        "more than 262144 characters");
    add("a tokenizer larger than the embedding", folder -> edit(folder.resolve(TOKENIZER), "\"abc\":262",
        "\"abc\":262,\"abcd\":263"), CONFIG,
        "found vocab_size 263, expected at least 264, as the tokenizer gives ids up to 263");
    add("no tokenizer", folder -> Files.delete(folder.resolve(TOKENIZER)), TOKENIZER, "no such file, and vocab.json is missing as well");
    add("SentencePiece alone", folder -> Files.move(folder.resolve(TOKENIZER), folder.resolve("sentencepiece.bpe.model")), TOKENIZER,
        "expected tokenizer.json, or vocab.json and merges.txt; sentencepiece.bpe.model is there, but SentencePiece is not supported");
    older("merges.txt", "#version: 0.2\na b\nabc\n", "line 3: found \"abc\", expected two tokens with one space between them");
    older("vocab.json", TinyModel.vocabulary().replace("\"<s>\":0,", ""), "\"<s>\" is not in the vocabulary");
    older("tokenizer_config.json", "{\"tokenizer_class\":\"BertTokenizer\"}", "tokenizer_class: found the string \"BertTokenizer\"");
  }

  private void older(String file, String text, String says) {
    add("an older tokenizer with a wrong " + file, folder -> {
      Files.delete(folder.resolve(TOKENIZER));
      Files.writeString(folder.resolve("vocab.json"), TinyModel.vocabulary());
      Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\na b\nab c\n");
      Files.writeString(folder.resolve(file), text);
    }, file, says);
  }

  private void sentenceTransformers() {
    edited(MODULES, "models.Pooling", "models.Dense", "found the string \"sentence_transformers.models.Dense\", expected Pooling");
    edited(MODULES, "}]", "},{\"path\":\"2\",\"type\":\"a.Own\"}]", "[2].type: found the string \"a.Own\", expected Normalize");
    edited(MODULES, "models.Pooling", "models.WeightedLayerPooling", "WeightedLayerPooling\", expected Pooling");
    edited(MODULES, "1_Pooling", "../1_Pooling", "[1].path: found the string \"../1_Pooling\", expected the plain name");
    edited(POOLING, "mean_tokens", "sum_tokens", "pooling_mode_sum_tokens: found true, expected false");
    edited(POOLING, "\"pooling_mode_mean_tokens\":true", "\"pooling_mode\":\"median\"", "pooling_mode: found the string \"median\"");
    add("pooling missing", folder -> Files.delete(folder.resolve(POOLING)), POOLING, "no such file");
    edited("sentence_bert_config.json", "16", "-5", "max_seq_length: found -5, expected at least 3");
    add("length as a string", folder -> {
      Files.delete(folder.resolve("sentence_bert_config.json"));
      edit(folder.resolve("tokenizer_config.json"), "18", "\"18\"");
    }, "tokenizer_config.json", "model_max_length: found the string \"18\", expected a finite number");
  }

  private void anyFile() {
    for (String file : List.of(CONFIG, TOKENIZER, MODULES, POOLING, "sentence_bert_config.json", "tokenizer_config.json")) {
      boolean pipeline = file.equals(TOKENIZER);
      add(file + " empty", folder -> Files.write(folder.resolve(file), new byte[0]), file,
          pipeline ? "found the end of the file, expected '{'" : "empty, expected JSON");
      add(file + " cut", folder -> cut(folder.resolve(file), Files.size(folder.resolve(file)) / 2), file,
          pipeline ? "found the end of the file" : "not valid JSON");
      add(file + " in Latin-1", folder -> Files.write(folder.resolve(file), new byte[] {'{', '"', (byte) 0xE9, '"', ':', '1', '}'}), file,
          "not valid UTF-8");
      add(file + " as a folder", folder -> {
        Files.delete(folder.resolve(file));
        Files.createDirectory(folder.resolve(file));
      }, file, "found a folder, expected a file");
      add(file + " of 3 GB", folder -> extend(folder.resolve(file)), file, "bytes, expected at most 33554432");
    }
  }

  private static void cut(Path file, long size) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(size);
    }
  }

  /** Makes a file of 3 GB, of which the disk holds almost nothing. */
  private static void extend(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    Files.delete(file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
      channel.write(ByteBuffer.wrap(bytes));
      channel.write(ByteBuffer.wrap(new byte[1]), 3L << 30);
    }
  }

  private static void patch(Path file, long headerLength) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(headerLength).flip(), 0);
    }
  }
}
