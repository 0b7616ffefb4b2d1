package dev.lanepool.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanepool.weights.Json;
import dev.lanepool.weights.ModelSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokenizers that differ in all that {@code tokenizer.json} may say, against the reference. */
class VariantGoldensTest {
  @TempDir Path folder;

  @Test
  void encodingEqualsTheReference() {
    List<String> lines = GoldenRow.lines("variants.jsonl");
    Tokenizer tokenizer = null;
    int count = 0;
    for (int i = 1; i < lines.size(); i++) {
      String line = lines.get(i);
      Json row = Json.parse(line.getBytes(StandardCharsets.UTF_8), "variants.jsonl, line " + (i + 1));
      if (row.find("text") == null) {
        TinyFiles.write(folder, "tokenizer.json", line.substring(0, line.length() - 1) + ",\"model\":" + lines.getFirst() + "}");
        tokenizer = Tokenizer.load(ModelSource.folder(folder));
      } else {
        GoldenRow.check(tokenizer, row);
        count++;
      }
    }
    assertEquals(450, count);
  }
}
