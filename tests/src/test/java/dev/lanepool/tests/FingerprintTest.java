package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.lanepool.encoder.Fingerprint;
import dev.lanepool.weights.ModelSource;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Encoders of the same tensors that give other results are told apart. */
class FingerprintTest {
  @Test
  void whatTheTensorsDoNotSayCountsAndNothingElse(@TempDir Path folder) throws Exception {
    ModelSource source = RandomCheckpoint.write(folder, Repeat.random(1), 16, 2, 20, 2, 60, 40);
    String plain = Fingerprint.of(source);
    Path file = folder.resolve("config.json");
    String config = Files.readString(file);
    String[][] changes = {{"\"num_attention_heads\": 2", "\"num_attention_heads\": 4"}, {"1e-5", "1e-6"},
        {"\"pad_token_id\": 1", "\"pad_token_id\": 3"}};
    for (String[] change : changes) {
      String changed = config.replace(change[0], change[1]);
      assertNotEquals(config, changed, "the change finds what it is to change");
      Files.writeString(file, changed);
      assertNotEquals(plain, Fingerprint.of(source), change[1]);
    }
    Files.writeString(file, config.replace("{", "{\"torch_dtype\": \"float32\", "));
    assertEquals(plain, Fingerprint.of(source));
  }
}
