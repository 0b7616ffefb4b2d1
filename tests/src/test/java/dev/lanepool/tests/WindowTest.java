package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.Layers;
import dev.lanepool.Options;
import dev.lanepool.Overflow;
import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.pooling.Pooling;
import dev.lanepool.tokenizer.EncodeOptions;
import dev.lanepool.weights.ModelFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Windows of a long text are made of the text's own tokens, whatever special tokens the tokenizer puts before and after them. */
class WindowTest {
  private static final Options OPTIONS = Options.defaults().withThreads(1).withOverflow(Overflow.WINDOW).withPooling("max")
      .withNormalize(false);
  private static final String TEXT = "one two three four five";

  @TempDir
  private Path folder;

  /** A model whose tokenizer has this post-processor. */
  private void write(String postProcessor) throws IOException {
    RandomCheckpoint.write(folder, Repeat.random(1), 8, 2, 16, 1, 16384, 20);
    Path mini = SharedFolder.repositoryRoot().resolve("default-model/src/main/resources/META-INF/lanepool/mini/tokenizer.json");
    String changed = Pattern.compile("\"post_processor\": \\{[^}]*\\}").matcher(Files.readString(mini))
        .replaceFirst("\"post_processor\": " + postProcessor);
    assertTrue(changed.contains("\"post_processor\": " + postProcessor));
    Files.writeString(folder.resolve("tokenizer.json"), changed);
  }

  private static String template(int before, int after) {
    String special = "{\"SpecialToken\":{\"id\":\"<s>\",\"type_id\":0}}";
    List<String> pieces = new ArrayList<>();
    pieces.addAll(Collections.nCopies(before, special));
    pieces.add("{\"Sequence\":{\"id\":\"A\",\"type_id\":0}}");
    pieces.addAll(Collections.nCopies(after, special));
    String single = String.join(",", pieces);
    return "{\"type\":\"TemplateProcessing\",\"single\":[" + single + "],\"pair\":[" + single
        + ",{\"Sequence\":{\"id\":\"B\",\"type_id\":0}}],\"special_tokens\":{\"<s>\":{\"id\":\"<s>\",\"ids\":[0],\"tokens\":[\"<s>\"]}}}";
  }

  private void check(int before, int after) throws IOException {
    write(template(before, after));
    int perWindow = 3;
    int most = before + perWindow + after;
    try (EmbeddingModel model = EmbeddingModel.load(folder, OPTIONS.withMaxLength(Math.max(3, most)))) {
      int[] own = model.tokenizer().encode(TEXT, EncodeOptions.DEFAULT.withAddSpecialTokens(false)).ids();
      assertTrue(own.length > perWindow);
      List<int[]> windows = new ArrayList<>();
      for (int from = 0; from < own.length; from += perWindow) {
        int[] piece = Arrays.copyOfRange(own, from, Math.min(from + perWindow, own.length));
        windows.add(Stream.of(new int[before], piece, new int[after]).flatMapToInt(Arrays::stream).toArray()); // the id of <s> is 0
      }
      float[] expected = mean(model, windows);
      assertArrayEquals(expected, model.embed(TEXT), before + " before, " + after + " after");
    }
  }

  private static float[] mean(EmbeddingModel model, List<int[]> windows) {
    int tokens = windows.stream().mapToInt(window -> window.length).sum();
    double[] sum = new double[8];
    float[] vector = new float[8];
    try (HiddenStates states = model.encodeIds(windows, Layers.of(-1))) {
      for (int window = 0; window < windows.size(); window++) {
        Pooling.parse("max").pool(states, window, vector, 0);
        for (int i = 0; i < 8; i++) {
          sum[i] += (double) windows.get(window).length / tokens * vector[i];
        }
      }
    }
    float[] mean = new float[8];
    for (int i = 0; i < 8; i++) {
      mean[i] = (float) sum[i];
    }
    return mean;
  }

  @Test
  void specialTokensAreThoseOfThePostProcessor() throws IOException {
    check(1, 1);
    check(0, 0);
    check(2, 0);
    check(0, 1);
    check(2, 2);
  }

  @Test
  void aTextThatFitsIsOneWindow() throws IOException {
    write(template(2, 1));
    try (EmbeddingModel windows = EmbeddingModel.load(folder, OPTIONS);
        EmbeddingModel whole = EmbeddingModel.load(folder, OPTIONS.withOverflow(Overflow.ERROR))) {
      for (String text : List.of("", "one", TEXT)) {
        assertArrayEquals(whole.embed(text), windows.embed(text));
      }
    }
  }

  @Test
  void aLengthWithoutRoomForATokenIsRefused() throws IOException {
    write(template(2, 1));
    try (EmbeddingModel model = EmbeddingModel.load(folder, OPTIONS.withMaxLength(3))) {
      String message = assertThrows(IllegalArgumentException.class, () -> model.embed("a")).getMessage();
      assertEquals("overflow WINDOW: at most 3 tokens are read, expected at least 4, of which 3 are special tokens", message);
    }
    try (EmbeddingModel model = EmbeddingModel.load(folder, OPTIONS.withMaxLength(3).withOverflow(Overflow.TRUNCATE))) {
      assertArrayEquals(model.embed(""), model.embed("a"), "windows only: what is cut may be cut to nothing");
    }
    try (EmbeddingModel model = EmbeddingModel.load(folder, OPTIONS.withMaxLength(4))) {
      assertEquals(8, model.embed(TEXT).length, "a token a window is enough");
    }
    write(template(9, 9)); // as many as the model reads
    try (EmbeddingModel model = EmbeddingModel.load(folder, OPTIONS)) {
      String message = assertThrows(ModelFileException.class, () -> model.embed("a")).getMessage();
      assertTrue(message.endsWith("adds 18 special tokens to every window"), message);
    }
  }
}
