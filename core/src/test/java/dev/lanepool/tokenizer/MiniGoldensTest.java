package dev.lanepool.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanepool.weights.Json;
import dev.lanepool.weights.ModelSource;
import org.junit.jupiter.api.Test;

/** The built-in model's tokenizer against the reference, in rows that tokenizer-goldens/README.md explains. */
class MiniGoldensTest {
  private final Tokenizer tokenizer = Tokenizer.load(ModelSource.folder(Shared.mini()));

  @Test
  void encodingEqualsTheReference() {
    int count = 0;
    for (Json row : GoldenRow.of("mini.jsonl")) {
      if (row.find("decode") == null) {
        GoldenRow.check(tokenizer, row);
        count++;
      }
    }
    assertEquals(408, count);
  }

  @Test
  void decodingEqualsTheReference() {
    int count = 0;
    for (Json row : GoldenRow.of("mini.jsonl")) {
      if (row.find("decode") != null) {
        int[] ids = row.get("decode").elements().stream().mapToInt(Json::asInt).toArray();
        assertEquals(row.get("text").asString(), tokenizer.decode(ids, row.get("skip").asBoolean()), row.file());
        count++;
      }
    }
    assertEquals(132, count);
  }
}
