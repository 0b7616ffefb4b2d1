package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.RobertaEncoder;
import dev.lanepool.encoder.TokenBatch;
import dev.lanepool.weights.Json;
import dev.lanepool.weights.ModelSource;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The built-in model: trained weights, so what random checkpoints may miss. */
class MiniModelTest {
  private static final ClassLoader LOADER = MiniModelTest.class.getClassLoader();
  private static final ModelSource MINI = ModelSource.resources(LOADER, "META-INF/lanepool/mini/");

  @Test
  void everyLayerOfTheTrainedModelEqualsTheReference() {
    EncoderParityTest.assertEqualsReference(MINI, List.of(new int[] {0, 43, 12362, 300, 2}, new int[] {0, 2},
        new int[] {0, 5000, 77, 1, 16383, 9321, 260, 261, 262, 15999, 4, 1203, 2}));
  }

  @Test
  void hiddenStatesHaveTheNormsAndFirstValuesOfItsGoldens() {
    List<Json> items = ModelSource.resources(LOADER, "mini/").readJson("golden.json").get("items").elements();
    assertEquals(13, items.size());
    List<int[]> texts = new ArrayList<>();
    for (Json item : items) {
      texts.add(item.get("token_ids").elements().stream().mapToInt(Json::asInt).toArray());
    }
    try (RobertaEncoder encoder = RobertaEncoder.load(MINI, 2);
        HiddenStates states = encoder.encode(TokenBatch.of(texts), Demand.all(encoder.layers()))) {
      for (int text = 0; text < items.size(); text++) {
        float[] last = states.layer(-1).text(text).toArray();
        double[] first8 = doubles(items.get(text).get("last_hidden_first_token_first8"));
        assertEquals(8, first8.length);
        double largest = 0;
        for (float value : last) {
          largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < 8; i++) {
          assertEquals(first8[i], last[i], Tolerances.TO_FLOAT32_FIGURES * largest, "text " + text + ", first token, " + i);
        }
        double[] norms = doubles(items.get(text).get("hidden_state_l2_norms"));
        assertEquals(encoder.layers() + 1, norms.length);
        for (int layer = 0; layer < norms.length; layer++) {
          double norm = norm(states.layer(layer).text(text).toArray());
          assertEquals(norms[layer], norm, Tolerances.TO_FLOAT32_FIGURES * norms[layer], "text " + text + ", layer " + layer);
        }
      }
      assertEquals(encoder.maxTokens(), texts.stream().mapToInt(ids -> ids.length).max().orElseThrow());
    }
  }

  @Test
  void isTheSharedModelToTheByte() throws IOException {
    assertArrayEquals(Files.readAllBytes(SharedFolder.require("models/mini/model.safetensors")), MINI.read("model.safetensors"));
  }

  private static double norm(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return Math.sqrt(sum);
  }

  private static double[] doubles(Json array) {
    return array.elements().stream().mapToDouble(Json::asDouble).toArray();
  }
}
