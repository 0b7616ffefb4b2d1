package dev.lanepool.weights;

import static dev.lanepool.weights.Fixtures.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RobertaConfigTest {
  private static RobertaConfig parse(String fields) {
    return RobertaConfig.parse(
        Json.parse(("{\"model_type\":\"roberta\"" + fields + "}").getBytes(StandardCharsets.UTF_8), "m/config.json"));
  }

  @Test
  void robertaBaseIsReadWithFieldsThatDoNotMatter() {
    RobertaConfig config = parse("""
        ,"architectures":["RobertaForMaskedLM"],"attention_probs_dropout_prob":0.1,"bos_token_id":0,"eos_token_id":2,"hidden_act":"gelu",
        "hidden_size":768,"intermediate_size":3072,"layer_norm_eps":1e-05,"max_position_embeddings":514,"num_attention_heads":12,
        "num_hidden_layers":12,"pad_token_id":1,"type_vocab_size":1,"vocab_size":50265,"classifier_dropout":null,
        "position_embedding_type":"absolute","is_decoder":false,"add_cross_attention":false""");
    assertEquals(new RobertaConfig(50265, 514, 1, 768, 12, 12, 3072, 1e-5, 1), config);
    assertEquals(512, config.maxTokens());
    assertEquals(64, config.headWidth());
  }

  /** {@code print(RobertaConfig(), XLMRobertaConfig(), CamembertConfig())} of transformers 5.18. */
  @Test
  void absentFieldsHaveTransformersDefaults() {
    assertEquals(new RobertaConfig(50265, 512, 2, 768, 12, 12, 3072, 1e-12, 1), parse(""));
    for (String type : new String[] {"xlm-roberta", "camembert"}) {
      Json json = Json.parse(("{\"model_type\":\"" + type + "\"}").getBytes(StandardCharsets.UTF_8), "config.json");
      assertEquals(new RobertaConfig(30522, 512, 2, 768, 12, 12, 3072, 1e-12, 1), RobertaConfig.parse(json));
    }
  }

  @Test
  void oddSizesAreFine() {
    RobertaConfig config = parse("""
        ,"hidden_size":80,"num_attention_heads":5,"intermediate_size":203,"num_hidden_layers":1,"pad_token_id":3,"vocab_size":4,
        "max_position_embeddings":5""");
    assertEquals(16, config.headWidth());
    assertEquals(1, config.maxTokens());
    assertEquals(1024, parse(",\"num_hidden_layers\":1024").layers());
    assertEquals(1 << 24, parse(",\"vocab_size\":16777216").vocabSize());
  }

  @Test
  void anOlderNameOfTheExactGeluIsTheSame() {
    assertEquals(parse(",\"hidden_act\":\"gelu\""), parse(",\"hidden_act\":\"gelu_python\""));
  }

  @Test
  void theUnsupportedIsRefusedByName() {
    refused(() -> RobertaConfig.parse(Json.parse("{\"model_type\":\"bert\"}".getBytes(StandardCharsets.UTF_8), "m/config.json")),
        "m/config.json: model_type: found the string \"bert\", expected one of [roberta, xlm-roberta, camembert]");
    refused(() -> RobertaConfig.parse(Json.parse("{}".getBytes(StandardCharsets.UTF_8), "c")), "c: the field \"model_type\" is missing");
    refused(() -> parse(",\"hidden_act\":\"gelu_new\""), "hidden_act: found the string \"gelu_new\", expected \"gelu\"");
    refused(() -> parse(",\"position_embedding_type\":\"relative_key\""), "found the string \"relative_key\", expected \"absolute\"");
    refused(() -> parse(",\"is_decoder\":true"), "is_decoder: found true, expected false");
    refused(() -> parse(",\"add_cross_attention\":true"), "add_cross_attention: found true, expected false");
  }

  @Test
  void wrongTypesAndRangesAreRefused() {
    refused(() -> parse(",\"hidden_size\":\"768\""), "m/config.json: hidden_size: found the string \"768\", expected an integer");
    refused(() -> parse(",\"hidden_size\":768.0"), "hidden_size: found 768.0, expected an integer");
    refused(() -> parse(",\"hidden_size\":null"), "hidden_size: found null, expected an integer");
    refused(() -> parse(",\"hidden_size\":0"), "hidden_size: found 0, expected 1 to 16777216");
    refused(() -> parse(",\"vocab_size\":-5"), "vocab_size: found -5, expected 1 to 16777216");
    refused(() -> parse(",\"intermediate_size\":9999999999999999999"), "intermediate_size: found 9999999999999999999, expected an integer");
    refused(() -> parse(",\"num_hidden_layers\":1000000000"), "num_hidden_layers: found 1000000000, expected 1 to 1024");
    refused(() -> parse(",\"num_attention_heads\":7"), "found hidden_size 768 and num_attention_heads 7, expected the heads to divide");
    refused(() -> parse(",\"layer_norm_eps\":0"), "layer_norm_eps: found 0, expected a number above 0 and below 1");
    refused(() -> parse(",\"layer_norm_eps\":1"), "layer_norm_eps: found 1, expected a number above 0 and below 1");
    refused(() -> parse(",\"layer_norm_eps\":1e999"), "layer_norm_eps: found Infinity, expected a finite number");
    refused(() -> parse(",\"pad_token_id\":-1"), "pad_token_id: found -1, expected no negative number");
    refused(() -> parse(",\"pad_token_id\":null"), "pad_token_id: found null, expected an integer");
    refused(() -> parse(",\"pad_token_id\":511"), "found pad_token_id 511", "expected a pad id in the vocabulary and a position after it");
    refused(() -> parse(",\"pad_token_id\":9,\"vocab_size\":9"), "found pad_token_id 9, vocab_size 9");
    refused(() -> parse(",\"is_decoder\":\"no\""), "is_decoder: found the string \"no\", expected true or false");
  }
}
