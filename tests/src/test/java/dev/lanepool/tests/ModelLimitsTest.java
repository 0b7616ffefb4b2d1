package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.Layers;
import dev.lanepool.ModelInfo;
import dev.lanepool.Options;
import dev.lanepool.weights.ModelFileException;
import dev.lanepool.weights.ModelSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a model's files disagree about its limits, or leave them out. */
class ModelLimitsTest {
  private static final int MINI_VOCABULARY = 16384;
  private static final Options OPTIONS = Options.defaults().withThreads(1);

  @TempDir
  private Path folder;

  @BeforeEach
  void write() throws IOException {
    write(MINI_VOCABULARY);
  }

  private void write(int vocabulary) throws IOException {
    RandomCheckpoint.write(folder, Repeat.random(1), 8, 2, 16, 1, vocabulary, 20);
    Path mini = SharedFolder.repositoryRoot().resolve("default-model/src/main/resources/META-INF/lanepool/mini/tokenizer.json");
    Files.write(folder.resolve("tokenizer.json"), Files.readAllBytes(mini));
  }

  private int maxLength() {
    try (EmbeddingModel model = EmbeddingModel.load(folder, OPTIONS)) {
      assertEquals(model.maxLength(), ModelInfo.read(ModelSource.folder(folder)).maxLength());
      return model.maxLength();
    }
  }

  @Test
  void positionsAreThoseOfTheTensorWhateverTheConfigurationSays() throws IOException {
    String config = Files.readString(folder.resolve("config.json"));
    for (String claimed : List.of("20", "514", "6")) {
      Files.writeString(folder.resolve("config.json"),
          config.replace("\"max_position_embeddings\": 20", "\"max_position_embeddings\": " + claimed));
      assertEquals(18, maxLength(), "config.json claims " + claimed);
    }
    try (EmbeddingModel model = EmbeddingModel.load(folder, OPTIONS)) {
      model.encodeIds(List.of(new int[18]), Layers.of(-1)).close();
      assertThrows(IllegalArgumentException.class, () -> model.encodeIds(List.of(new int[19]), Layers.of(-1)));
    }
  }

  @Test
  void theTokenizersLengthIsTheModelsWhereItSetsNone() throws IOException {
    Files.writeString(folder.resolve("modules.json"), """
        [{"path":"","type":"sentence_transformers.base.modules.transformer.Transformer"},
        {"path":"1_Pooling","type":"sentence_transformers.sentence_transformer.modules.pooling.Pooling"}]""");
    Files.createDirectory(folder.resolve("1_Pooling"));
    Files.writeString(folder.resolve("1_Pooling/config.json"), "{\"pooling_mode\":\"mean\"}");
    Files.writeString(folder.resolve("sentence_bert_config.json"), "{\"transformer_task\":\"feature-extraction\"}");
    Path tokenizer = folder.resolve("tokenizer_config.json");
    assertEquals(18, maxLength());
    Files.writeString(tokenizer, "{\"model_max_length\":10}");
    assertEquals(10, maxLength());
    Files.writeString(tokenizer, "{\"model_max_length\":512}");
    assertEquals(18, maxLength(), "the model has no more positions");
    Files.writeString(tokenizer, "{\"model_max_length\":1000000000000000019884624838656}");
    assertEquals(18, maxLength());
  }

  @Test
  void aTokenizerWithIdsThatTheModelDoesNotHaveIsRefused() throws IOException {
    write(1000);
    try (EmbeddingModel model = EmbeddingModel.load(folder, OPTIONS)) {
      String message = assertThrows(ModelFileException.class, () -> model.embed("a")).getMessage();
      assertEquals(folder.resolve("config.json")
          + ": found vocab_size 1000, expected at least 16384, as the tokenizer gives ids up to 16383", message);
      model.encodeIds(List.of(new int[] {0, 999, 2}), Layers.of(-1)).close();
      assertEquals(message, assertThrows(
          ModelFileException.class, () -> EmbeddingModel.loadTokenizer(ModelSource.folder(folder))).getMessage());
    }
    Files.delete(folder.resolve("config.json"));
    assertEquals(MINI_VOCABULARY, EmbeddingModel.loadTokenizer(ModelSource.folder(folder)).vocabularySize());
  }

  @Test
  void aModelLoadsInAThreadThatIsInterrupted() {
    Thread.currentThread().interrupt();
    try (EmbeddingModel model = EmbeddingModel.load(folder, Options.defaults().withThreads(2))) {
      assertTrue(Thread.interrupted(), "the interrupt status stays");
      assertEquals(8, model.embed("abc").length);
    }
  }
}
