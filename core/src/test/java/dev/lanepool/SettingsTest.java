package dev.lanepool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.weights.ModelFileException;
import dev.lanepool.weights.SentenceConfig;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What is in force: options first, then the model's own choice, then mean, normalised, no prompt, all positions. */
class SettingsTest {
  private static final Options OPTIONS = Options.defaults();
  private static final SentenceConfig MODEL = new SentenceConfig(
      List.of("cls", "mean-sqrt-len"), false, OptionalInt.of(128), Map.of("query", "query: ", "passage", "passage: "), "passage");

  @Test
  void aModelThatSaysNothingIsMeanAndNormalised() {
    Settings settings = resolve(OPTIONS, null);
    assertEquals("mean", settings.pooling().toString());
    assertTrue(settings.normalize());
    assertEquals("", settings.prompt());
    assertEquals(512, settings.maxLength());
  }

  @Test
  void theModelsOwnChoiceComesNext() {
    Settings settings = resolve(OPTIONS, MODEL);
    assertEquals("cls+mean-sqrt-len", settings.pooling().toString());
    assertEquals(false, settings.normalize());
    assertEquals("passage: ", settings.prompt());
    assertEquals(128, settings.maxLength());
    assertTrue(resolve(OPTIONS, new SentenceConfig(List.of("cls"), true, OptionalInt.empty(), Map.of(), null)).normalize());
  }

  @Test
  void optionsComeFirst() {
    Settings settings = resolve(
        OPTIONS.withPooling("max@2").withNormalize(true).withPromptName("query").withMaxLength(200), MODEL);
    assertEquals("max@2", settings.pooling().toString());
    assertTrue(settings.normalize());
    assertEquals("query: ", settings.prompt());
    assertEquals(200, settings.maxLength());
    assertEquals(512, resolve(OPTIONS.withMaxLength(512), MODEL).maxLength(), "all positions");
    assertEquals("", resolve(OPTIONS.withPrompt(""), MODEL).prompt());
    assertEquals("to ", resolve(OPTIONS.withPrompt("to "), MODEL).prompt());
  }

  @Test
  void aModelThatPromisesMoreTokensThanItHasPositionsForGetsWhatItHas() {
    SentenceConfig model = new SentenceConfig(List.of("mean"), true, OptionalInt.of(100_000), Map.of(), null);
    assertEquals(512, resolve(OPTIONS, model).maxLength());
  }

  @Test
  void whatDoesNotFitTheModelIsRefusedByName() {
    refused(OPTIONS.withMaxLength(513), "maxLength: 513, expected at most 512");
    refused(OPTIONS.withPromptName("qurey"), "prompt name \"qurey\": found none such, the model's prompts are [");
    IllegalArgumentException none = assertThrows(IllegalArgumentException.class, () -> resolve(OPTIONS.withPromptName("query"), null));
    assertEquals("prompt name \"query\": found none such, the model has no prompts", none.getMessage());
    refused(OPTIONS.withPooling("cls@13"), "pooling \"cls@13\": layer 13: the model has layers 0 to 12");
    refused(OPTIONS.withPooling("cls+attention"), "trained head");
    refused(OPTIONS.withPooling("cls+pooler"), "pooling \"cls+pooler\": this checkpoint has no pooler weights");
  }

  @Test
  void whatTheModelAsksForAndDoesNotFitItIsItsFilesFault() {
    for (String pooling : List.of("nope", "mean@99", "pooler", "attention")) {
      SentenceConfig model = new SentenceConfig(List.of(pooling), true, OptionalInt.empty(), Map.of(), null);
      ModelFileException e = assertThrows(ModelFileException.class, () -> Settings.own(model, "m/modules.json", 12, 512, false));
      assertTrue(e.getMessage().startsWith("m/modules.json: ") && e.getMessage().contains(pooling), e.getMessage());
    }
  }

  @Test
  void aPoolerIsReadWhereTheCheckpointHasOne() {
    assertEquals("pooler", Settings.resolve(OPTIONS.withPooling("pooler"), null, 12, 512, true).pooling().toString());
  }

  @Test
  void defaultsAreAsDocumented() {
    int processors = Math.min(Runtime.getRuntime().availableProcessors(), Options.MOST_THREADS);
    assertEquals(new Options(processors, Dtype.F32, null, null, null, null, null, Overflow.TRUNCATE, 1024, false), OPTIONS);
  }

  @Test
  void optionsThatMakeNoSenseAreRefused() {
    wrong("threads: 0, expected 1 to " + Options.MOST_THREADS, () -> OPTIONS.withThreads(0));
    wrong("threads: " + (Options.MOST_THREADS + 1) + ", expected 1 to ", () -> OPTIONS.withThreads(Options.MOST_THREADS + 1));
    wrong("tokenBudget: 0, expected at least 1", () -> OPTIONS.withTokenBudget(0));
    wrong("maxLength: 2, expected 3 or more", () -> OPTIONS.withMaxLength(2));
    wrong("both prompt and promptName", () -> OPTIONS.withPrompt("a").withPromptName("b"));
  }

  @Test
  void theEndsOfEveryRangeAreTaken() {
    assertEquals(1, OPTIONS.withThreads(1).threads());
    assertEquals(Options.MOST_THREADS, OPTIONS.withThreads(Options.MOST_THREADS).threads());
    assertEquals(1, OPTIONS.withTokenBudget(1).tokenBudget());
    assertEquals(3, OPTIONS.withMaxLength(3).maxLength());
  }

  @Test
  void optionsWithoutATypeOrAnOverflowAreRefusedAtOnce() {
    assertEquals("dtype", assertThrows(NullPointerException.class, () -> OPTIONS.withDtype(null)).getMessage());
    assertEquals("overflow", assertThrows(NullPointerException.class, () -> OPTIONS.withOverflow(null)).getMessage());
  }

  private static void wrong(String message, Executable options) {
    String found = assertThrows(IllegalArgumentException.class, options).getMessage();
    assertTrue(found.startsWith(message), found);
  }

  private static void refused(Options options, String message) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> resolve(options, MODEL));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  private static Settings resolve(Options options, @Nullable SentenceConfig model) {
    return Settings.resolve(options, model, 12, 512, false);
  }
}
