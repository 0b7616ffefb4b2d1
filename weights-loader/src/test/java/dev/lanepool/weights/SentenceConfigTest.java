package dev.lanepool.weights;

import static dev.lanepool.weights.Fixtures.refused;
import static dev.lanepool.weights.Fixtures.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SentenceConfigTest {
  private static final String OLD = "sentence_transformers.models.";

  @TempDir
  private Path folder;

  private @Nullable SentenceConfig find() {
    return SentenceConfig.find(ModelSource.folder(folder));
  }

  private static String module(int index, String path, String type) {
    return "{\"idx\":" + index + ",\"name\":\"" + index + "\",\"path\":\"" + path + "\",\"type\":\"" + type + "\"}";
  }

  private void modules(String... modules) {
    write(folder, "modules.json", "[" + String.join(",", modules) + "]");
  }

  private void oldModel(String pooling) {
    modules(module(0, "", OLD + "Transformer"), module(1, "1_Pooling", OLD + "Pooling"));
    write(folder, "1_Pooling/config.json", pooling);
  }

  private List<String> poolings(String config) {
    oldModel(config);
    SentenceConfig found = find();
    return found == null ? List.of() : found.poolings();
  }

  @Test
  void aPlainModelHasNone() {
    assertNull(find());
  }

  @Test
  void anOldModelIsRead() {
    modules(module(0, "", OLD + "Transformer"), module(1, "pool", OLD + "Pooling"), module(2, "2_Normalize", OLD + "Normalize"));
    write(folder, "pool/config.json", """
        {"word_embedding_dimension":8,"pooling_mode_cls_token":false,"pooling_mode_mean_tokens":true,"pooling_mode_max_tokens":false,
         "pooling_mode_mean_sqrt_len_tokens":false}""");
    write(folder, "sentence_bert_config.json", "{\"max_seq_length\":256,\"do_lower_case\":false}");
    write(folder, "config_sentence_transformers.json", """
        {"__version__":{"pytorch":"2"},"prompts":{"query":"query: ","passage":""},"default_prompt_name":"query",
         "similarity_fn_name":null}""");
    Map<String, String> prompts = Map.of("query", "query: ", "passage", "");
    assertEquals(new SentenceConfig(List.of("mean"), true, OptionalInt.of(256), prompts, "query"), find());
  }

  /** As sentence-transformers 6.0 saves it. */
  @Test
  void aNewModelIsRead() {
    modules(module(0, "", "sentence_transformers.base.modules.transformer.Transformer"),
        module(1, "1_Pooling", "sentence_transformers.sentence_transformer.modules.pooling.Pooling"),
        module(2, "2_Normalize", "sentence_transformers.base.modules.normalize.Normalize"));
    write(folder, "1_Pooling/config.json", "{\"embedding_dimension\":8,\"pooling_mode\":\"lasttoken\",\"include_prompt\":true}");
    write(folder, "2_Normalize/config.json",
        "{\"module_input_name\":\"sentence_embedding\",\"module_output_name\":\"sentence_embedding\"}");
    write(folder, "sentence_bert_config.json", """
        {"transformer_task":"feature-extraction","modality_config":{"text":{"method":"forward","method_output_name":"last_hidden_state"}},
         "module_output_name":"token_embeddings"}""");
    write(folder, "config_sentence_transformers.json", "{\"default_prompt_name\":null,\"prompts\":{\"document\":\"\",\"query\":\"\"}}");
    assertEquals(
        new SentenceConfig(List.of("last"), true, OptionalInt.empty(), Map.of("document", "", "query", ""), null), find());
    write(folder, "2_Normalize/config.json", "{\"module_input_name\":\"token_embeddings\"}");
    refused(this::find, "2_Normalize/config.json: module_input_name: found the string \"token_embeddings\"");
  }

  @Test
  void whatIsAbsentIsUnset() {
    oldModel("{}");
    assertEquals(new SentenceConfig(List.of("mean"), false, OptionalInt.empty(), Map.of(), null), find());
  }

  @Test
  void oldFlagsAreConcatenatedInTheLibrarysOrder() {
    assertEquals(List.of("cls", "max", "mean", "mean-sqrt-len", "weighted-mean", "last"), poolings("""
        {"pooling_mode_lasttoken":true,"pooling_mode_weightedmean_tokens":true,"pooling_mode_mean_sqrt_len_tokens":true,
         "pooling_mode_max_tokens":true,"pooling_mode_mean_tokens":true,"pooling_mode_cls_token":true}"""));
    assertEquals(List.of("mean"), poolings("{\"pooling_mode_cls_token\":false}"));
    Map<String, String> alone = Map.of("cls_token", "cls", "max_tokens", "max", "mean_tokens", "mean", "mean_sqrt_len_tokens",
        "mean-sqrt-len", "weightedmean_tokens", "weighted-mean", "lasttoken", "last");
    alone.forEach((flag, mode) -> assertEquals(List.of(mode), poolings("{\"pooling_mode_" + flag + "\":true}")));
  }

  @Test
  void newModesKeepTheirOrderAndWinOverFlags() {
    assertEquals(List.of("weighted-mean", "cls", "mean-sqrt-len"),
        poolings("{\"pooling_mode\":[\"weightedmean\",\"cls\",\"mean_sqrt_len_tokens\"],\"pooling_mode_max_tokens\":true}"));
    assertEquals(List.of("max"), poolings("{\"pooling_mode\":\"max\"}"));
  }

  @Test
  void unsupportedPoolingIsRefusedByName() {
    refused(() -> poolings("{\"pooling_mode\":\"sum\"}"), "1_Pooling/config.json: pooling_mode: found the string \"sum\"", "lasttoken");
    refused(() -> poolings("{\"pooling_mode\":[]}"), "pooling_mode: found an array, expected at least one");
    refused(() -> poolings("{\"pooling_mode\":[1]}"), "pooling_mode[0]: found 1, expected a string");
    refused(() -> poolings("{\"pooling_mode_new\":true}"), "pooling_mode_new: found true, expected false");
    refused(() -> poolings("{\"pooling_mode_cls_token\":1}"), "pooling_mode_cls_token: found 1, expected true or false");
    refused(() -> poolings("{\"include_prompt\":false}"), "include_prompt: found false, expected true");
  }

  @Test
  void otherModulesAreRefusedByName() {
    String transformer = module(0, "", OLD + "Transformer");
    String pooling = module(1, "1_Pooling", OLD + "Pooling");
    write(folder, "1_Pooling/config.json", "{}");
    modules(transformer, pooling, module(2, "2_Dense", OLD + "Dense"));
    refused(this::find, "modules.json: [2].type: found the string \"" + OLD + "Dense\", expected Normalize");
    modules(transformer, pooling, module(2, "2", OLD + "Normalize"), module(3, "3", OLD + "Dense"));
    refused(this::find, "[3].type", "expected no further module");
    modules(transformer, module(1, "1", OLD + "WeightedLayerPooling"));
    refused(this::find, "WeightedLayerPooling\", expected Pooling");
    modules(module(0, "", "custom.code.Transformer"), pooling);
    refused(this::find, "custom.code.Transformer\", expected Transformer");
    modules(transformer);
    refused(this::find, "modules.json: found 1 modules, expected Transformer and Pooling");
    modules();
    refused(this::find, "found 0 modules");
    modules(module(0, "0_Transformer", OLD + "Transformer"), pooling);
    refused(this::find, "[0].path: found the string \"0_Transformer\"");
    modules(transformer, module(1, "../1_Pooling", OLD + "Pooling"));
    refused(this::find, "[1].path: found the string \"../1_Pooling\", expected the plain name");
    modules(transformer, module(1, "absent", OLD + "Pooling"));
    refused(this::find, "absent/config.json: no such file");
  }

  private OptionalInt maxTokens(String transformer, String tokenizer) {
    oldModel("{}");
    write(folder, "sentence_bert_config.json", transformer);
    write(folder, "tokenizer_config.json", tokenizer);
    SentenceConfig found = find();
    return found == null ? OptionalInt.of(-1) : found.maxTokens();
  }

  @Test
  void theTokenizersLengthCountsWhereTheModelSetsNone() {
    assertEquals(OptionalInt.of(64), maxTokens("{\"max_seq_length\":64}", "{\"model_max_length\":128}"));
    assertEquals(OptionalInt.of(128), maxTokens("{\"max_seq_length\":null}", "{\"model_max_length\":128}"));
    assertEquals(OptionalInt.of(128), maxTokens("{}", "{\"model_max_length\":128}"));
    assertEquals(OptionalInt.of(512), maxTokens("{}", "{\"model_max_length\":512.0}"));
    for (String none : List.of("1000000000000000019884624838656", "1e30", "2147483648", "0", "-1", "2", "77.5", "null")) {
      assertEquals(OptionalInt.empty(), maxTokens("{}", "{\"model_max_length\":" + none + "}"), none);
    }
    refused(() -> maxTokens("{}", "{\"model_max_length\":\"512\"}"), "tokenizer_config.json: model_max_length: found the string");
  }

  @Test
  void theTokenizersOptionsAreRefusedByName() {
    refused(() -> maxTokens("{\"processing_kwargs\":{\"text\":{\"max_length\":8}}}", "{}"),
        "sentence_bert_config.json: processing_kwargs: found an object, expected {}");
    for (String name : List.of("processor_kwargs", "tokenizer_kwargs", "tokenizer_args")) {
      refused(() -> maxTokens("{\"" + name + "\":{\"model_max_length\":8}}", "{}"), name + ": found an object, expected {}");
      assertEquals(OptionalInt.of(9), maxTokens("{\"max_seq_length\":9,\"" + name + "\":{\"trust_remote_code\":true}}", "{}"));
      assertEquals(OptionalInt.of(9), maxTokens("{\"max_seq_length\":9,\"" + name + "\":null}", "{}"));
    }
  }

  /** As sentence-transformers 6 writes them. */
  @Test
  void otherOutputsOfTheTransformerAreRefusedByName() {
    String text = "{\"modality_config\":{\"text\":{\"method\":\"%s\",\"method_output_name\":%s}},\"module_output_name\":\"%s\"}";
    String states = "\"last_hidden_state\"";
    assertEquals(OptionalInt.empty(), maxTokens(text.formatted("forward", states, "token_embeddings"), "{}"));
    refused(() -> maxTokens(text.formatted("forward", "\"pooler_output\"", "token_embeddings"), "{}"),
        "sentence_bert_config.json: modality_config.text.method_output_name: found the string \"pooler_output\", "
            + "expected \"last_hidden_state\"");
    refused(() -> maxTokens(text.formatted("forward", "[\"last_hidden_state\"]", "token_embeddings"), "{}"), "found an array");
    refused(() -> maxTokens(text.formatted("get_text_features", states, "token_embeddings"), "{}"), "method: found the string \"get_text");
    refused(() -> maxTokens(text.formatted("forward", states, "sentence_embedding"), "{}"), "module_output_name: found the string \"sent");
    refused(() -> maxTokens("{\"modality_config\":{\"image\":{}}}", "{}"), "modality_config: the field \"text\" is missing");
    refused(() -> maxTokens("{\"query_expansion\":{\"length\":32}}", "{}"), "query_expansion: found an object, expected null");
    assertEquals(OptionalInt.empty(), maxTokens("{\"modality_config\":null,\"query_expansion\":null}", "{}"));
  }

  @Test
  void anEmptyFileIsLookedPast() {
    write(folder, "sentence_roberta_config.json", "{\"max_seq_length\":12}");
    assertEquals(OptionalInt.of(12), maxTokens("{}", "{\"model_max_length\":128}"));
  }

  @Test
  void theOtherFilesAreReadStrictly() {
    oldModel("{}");
    write(folder, "sentence_roberta_config.json", "{\"max_seq_length\":64}");
    SentenceConfig config = find();
    assertEquals(OptionalInt.of(64), config == null ? null : config.maxTokens(), "an older name of the file");
    write(folder, "sentence_bert_config.json", "{\"do_lower_case\":true}");
    refused(this::find, "sentence_bert_config.json: do_lower_case: found true, expected false");
    write(folder, "sentence_bert_config.json", "{\"max_seq_length\":0}");
    refused(this::find, "max_seq_length: found 0, expected at least 3");
    write(folder, "sentence_bert_config.json", "{\"transformer_task\":\"fill-mask\"}");
    refused(this::find, "transformer_task: found the string \"fill-mask\"");
    write(folder, "sentence_bert_config.json", "{\"max_seq_length\":null}");
    write(folder, "config_sentence_transformers.json", "{\"prompts\":{\"q\":1}}");
    refused(this::find, "config_sentence_transformers.json: prompts.q: found 1, expected a string");
    write(folder, "config_sentence_transformers.json", "{\"prompts\":{\"q\":\"x\"},\"default_prompt_name\":\"r\"}");
    refused(this::find, "default_prompt_name: found the string \"r\", expected the name of one of its prompts [q]");
  }
}
