package dev.lanepool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.tokenizer.Tokenizer;
import dev.lanepool.weights.ModelFileException;
import dev.lanepool.weights.ModelSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerAheadTest {
  private static final ModelSource MODEL = ModelSource.folder(Path.of("..", "default-model/src/main/resources/META-INF/lanepool/mini"));

  @TempDir
  private Path folder;

  @Test
  void whatWasReadIsGivenToInterruptedCallersToo() {
    TokenizerAhead ahead = new TokenizerAhead(MODEL);
    Thread.currentThread().interrupt();
    Tokenizer tokenizer = ahead.get(Long.MAX_VALUE, 512, false);
    assertTrue(Thread.interrupted(), "the interrupt status stays set");
    assertSame(tokenizer, ahead.get(Long.MAX_VALUE, 512, false));
  }

  @Test
  void aFailureIsThrownToEveryCallerUntilTheFileIsMended() throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), "{");
    TokenizerAhead ahead = new TokenizerAhead(ModelSource.folder(folder));
    ModelFileException first = assertThrows(ModelFileException.class, () -> ahead.get(Long.MAX_VALUE, 512, false));
    assertTrue(first.getMessage().contains("tokenizer.json"), first.getMessage());
    assertThrows(ModelFileException.class, () -> ahead.get(Long.MAX_VALUE, 512, false));
    Files.write(folder.resolve("tokenizer.json"), MODEL.read("tokenizer.json"));
    assertEquals(16_384, ahead.get(Long.MAX_VALUE, 512, false).vocabularySize());
  }
}
