package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.Head;
import dev.lanepool.Layers;
import dev.lanepool.Options;
import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.head.HeadConfig;
import dev.lanepool.head.HeadNetwork;
import dev.lanepool.head.HeadTask;
import dev.lanepool.pooling.Pooling;
import dev.lanepool.training.Comparison;
import dev.lanepool.training.LabelledTask;
import dev.lanepool.training.Probe;
import dev.lanepool.training.TrainingProgress;
import dev.lanepool.training.data.Dataset;
import dev.lanepool.training.features.FeatureCache;
import dev.lanepool.weights.ModelFileException;
import dev.lanepool.weights.ModelSource;
import java.io.File;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** The life of a model: where it is loaded from, who may call it and when, and how it ends. */
@Timeout(120)
class FrontDoorLifeTest {
  private static final Options OPTIONS = Options.defaults().withThreads(2);

  @Test
  void useAfterCloseSaysSo() {
    EmbeddingModel model = EmbeddingModel.builtIn(OPTIONS);
    Head head = head(model);
    model.close();
    model.close();
    List<Executable> calls = List.of(() -> model.embed("a"), () -> model.encode(List.of("a"), Layers.all()),
        () -> model.encodeIds(List.of(new int[] {0, 2}), Layers.all()), () -> model.countTokens("a"), model::info, model::tokenizer,
        () -> model.tokenIds("a"), () -> model.isTruncated("a"), model::fingerprint, () -> head.predict("a"),
        () -> head.save(Path.of("none")), () -> model.embedAll(List.of()), () -> model.embedAll(Stream.of(), (index, vector) -> { }),
        () -> model.encode(List.of(), Layers.all()), () -> model.encodeIds(List.of(), Layers.all()), () -> head.predictAll(List.of()));
    for (Executable call : calls) {
      assertEquals("this model is closed", assertThrows(IllegalStateException.class, call).getMessage());
    }
  }

  @Test
  void closeWaitsForCallsUnderWay() throws Exception {
    EmbeddingModel model = EmbeddingModel.builtIn(OPTIONS.withTokenBudget(1));
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    List<float[]> vectors = new ArrayList<>();
    Thread caller = Thread.ofPlatform().start(() -> model.embedAll(Stream.of("a", "b", "c"), (index, vector) -> {
      vectors.add(vector);
      begun.countDown();
      try {
        goOn.await();
        model.countTokens("a"); // belongs to the call under way, and is served while close waits
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }));
    begun.await();
    Thread closer = Thread.ofPlatform().start(model::close);
    while (closer.isAlive() && closer.getState() != Thread.State.WAITING) { // a busy machine may start it late
      Thread.sleep(1);
    }
    assertFalse(closer.join(Duration.ofMillis(100)), "closed while a call was under way");
    assertThrows(IllegalStateException.class, () -> model.embed("new"), "a new call while close waits");
    goOn.countDown();
    caller.join();
    closer.join();
    assertEquals(3, vectors.size());
  }

  @Test
  void closingFromWithinACallIsRefusedInsteadOfWaitingForEver() {
    EmbeddingModel model = EmbeddingModel.builtIn(OPTIONS);
    assertThrows(IllegalStateException.class, () -> model.embedAll(Stream.of("a"), (index, vector) -> model.close()));
    model.embedAll(Stream.of("a"), (index, vector) -> assertArrayEquals(vector, model.embed("a")));
    model.close();
  }

  @Test
  void interruptionStopsTheWorkAndLeavesTheModelUsable() {
    try (EmbeddingModel model = EmbeddingModel.builtIn(OPTIONS.withTokenBudget(1))) {
      List<Long> done = new ArrayList<>();
      assertThrows(CancellationException.class, () -> model.embedAll(Stream.generate(() -> "again"), (index, vector) -> {
        done.add(index);
        if (index == 2) {
          Thread.currentThread().interrupt();
        }
      }));
      assertTrue(Thread.interrupted(), "the flag stays set");
      assertEquals(List.of(0L, 1L, 2L), done);
      int[] pulled = new int[1];
      assertThrows(CancellationException.class, () -> model.embedAll(Stream.generate(() -> {
        Thread.currentThread().interrupt();
        return "text " + ++pulled[0];
      }), (index, vector) -> { }));
      assertTrue(Thread.interrupted(), "the flag stays set");
      assertEquals(1, pulled[0], "the text after which it is interrupted is the last");
      assertEquals(256, model.embed("a").length);
    }
  }

  /** One batch is done, one waits: neither is handed out to a caller who was told to stop. */
  @Test
  void interruptionAtTheLastTextHandsOutNoMore() {
    try (EmbeddingModel model = EmbeddingModel.builtIn(OPTIONS.withTokenBudget(1))) {
      Stream<String> ending = Stream.iterate("a", text -> text != null, text -> {
        if (text.equals("a")) {
          return "b";
        }
        try {
          Thread.sleep(500); // time for the first batch
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
        Thread.currentThread().interrupt();
        return null;
      });
      assertThrows(CancellationException.class, () -> model.embedAll(ending, (index, vector) -> fail("handed out")));
      assertTrue(Thread.interrupted(), "the flag stays set");
    }
  }

  @Test
  void aModelWithoutATokenizerServesTokenIds(@TempDir Path folder) throws Exception {
    copy(folder, "config.json", "model.safetensors");
    try (EmbeddingModel model = EmbeddingModel.load(folder, OPTIONS); EmbeddingModel builtIn = EmbeddingModel.builtIn(OPTIONS)) {
      int[] ids = builtIn.tokenizer().encode("this is a string").ids();
      try (HiddenStates states = model.encodeIds(List.of(ids), Layers.of(-1));
          HiddenStates expected = builtIn.encodeIds(List.of(ids), Layers.of(-1))) {
        assertArrayEquals(expected.layer(-1).text(0).toArray(), states.layer(-1).text(0).toArray());
      }
      assertEquals(folder.getFileName().toString(), model.info().name());
      assertThrows(ModelFileException.class, () -> model.embed("this is a string"));
    }
  }

  @Test
  void theModelsOwnFilesSayHowItEmbeds(@TempDir Path folder) throws Exception {
    copy(folder, "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json");
    write(folder, Map.of(
        "modules.json", """
            [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
             {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]""",
        "1_Pooling/config.json", "{\"word_embedding_dimension\": 256, \"pooling_mode\": [\"max\", \"cls\"]}",
        "sentence_bert_config.json", "{\"max_seq_length\": 5, \"do_lower_case\": false}",
        "config_sentence_transformers.json", """
            {"prompts": {"query": "to find: ", "none": ""}, "default_prompt_name": "none"}"""));
    try (EmbeddingModel model = EmbeddingModel.load(folder, OPTIONS); EmbeddingModel byHand = EmbeddingModel.builtIn(
        OPTIONS.withPooling("max+cls").withNormalize(false).withMaxLength(5))) {
      assertArrayEquals(byHand.embed("this is a longer string"), model.embed("this is a longer string"));
      assertEquals(512, model.dimension());
      model.encode(List.of("this is a longer string"), Layers.of(1)).close(); // as many tokens as there are positions, where none is asked
      assertThrows(IllegalArgumentException.class, () -> byHand.encode(List.of("this is a longer string"), Layers.of(1)));
      assertEquals("max+cls", model.info().pooling());
      assertEquals(5, model.info().maxLength());
      assertEquals("none", model.info().defaultPromptName());
      assertEquals("to find: ", model.info().prompts().get("query"));
      try (EmbeddingModel query = EmbeddingModel.load(folder, OPTIONS.withPromptName("query"))) {
        assertArrayEquals(byHand.embed("to find: x"), query.embed("x"));
      }
    }
  }

  @Test
  void aModelIsNotTakenForAnotherThatCameToItsFolder(@TempDir Path folder) throws Exception {
    copy(folder, "config.json", "model.safetensors", "tokenizer.json");
    try (EmbeddingModel model = EmbeddingModel.load(folder, OPTIONS)) {
      float[] before = model.embed("a");
      Head head = head(model);
      byte[] other = Files.readAllBytes(folder.resolve("model.safetensors"));
      other[other.length - 1] ^= 1;
      Files.move(Files.write(folder.resolve("aside"), other), folder.resolve("model.safetensors"), StandardCopyOption.REPLACE_EXISTING);
      for (Executable call : List.<Executable>of(model::fingerprint, model::info, () -> head.save(folder.resolve("head")))) {
        String message = assertThrows(ModelFileException.class, call).getMessage();
        assertTrue(message.startsWith(folder.resolve("model.safetensors") + ": ") && message.contains("not what was loaded"), message);
      }
      assertFalse(Files.exists(folder.resolve("head")));
      assertArrayEquals(before, model.embed("a"));
      try (EmbeddingModel anew = EmbeddingModel.load(folder, OPTIONS)) {
        head(anew).save(folder.resolve("head"));
        Head.load(folder.resolve("head"), anew);
        assertThrows(ModelFileException.class, () -> Head.load(folder.resolve("head"), model));
      }
    }
  }

  @Test
  void aFingerprintOnceTakenOutlivesTheFiles(@TempDir Path folder) throws Exception {
    copy(folder, "config.json", "model.safetensors");
    try (EmbeddingModel model = EmbeddingModel.load(folder, OPTIONS); EmbeddingModel builtIn = EmbeddingModel.builtIn(OPTIONS)) {
      assertEquals(builtIn.fingerprint(), model.fingerprint());
      Files.delete(folder.resolve("model.safetensors"));
      assertEquals(builtIn.fingerprint(), model.fingerprint());
      assertThrows(ModelFileException.class, model::info);
    }
  }

  /** Hours of fits are not lost for a name in their report. */
  @Test
  void aComparisonAndAProbeOutliveTheFiles(@TempDir Path folder) throws Exception {
    copy(folder, "config.json", "model.safetensors", "tokenizer.json");
    Dataset data = Dataset.of(IntStream.range(0, 40).mapToObj(i -> "text " + i).toList(),
        IntStream.range(0, 40).mapToObj(i -> i % 2 == 0 ? "even" : "odd").toList());
    LabelledTask task = LabelledTask.classification(data);
    FeatureCache cache = new FeatureCache(folder.resolve("cache"), Long.MAX_VALUE);
    TrainingProgress loses = (stage, done, total) -> folder.resolve("model.safetensors").toFile().delete();
    try (EmbeddingModel model = EmbeddingModel.load(folder, OPTIONS)) {
      Comparison comparison = Comparison.on(model).cache(cache).progress(loses);
      String name = folder.getFileName().toString();
      assertEquals(name, comparison.crossValidate("data", data, task, List.of(Pooling.parse("mean")), 2).model());
      assertFalse(Files.exists(folder.resolve("model.safetensors")));
      Probe probe = Probe.on(model).cache(cache).progress(loses).labels("label", data, task);
      assertEquals(name, probe.run("data", "a fifth").model());
    }
  }

  @Test
  void aFolderThatIsNotThereIsNamed() {
    ModelFileException e = assertThrows(ModelFileException.class, () -> EmbeddingModel.load(Path.of("no", "such", "model")));
    assertTrue(e.getMessage().startsWith(Path.of("no", "such", "model") + ": no such folder"), e.getMessage());
    Path file = Path.of("pom.xml");
    e = assertThrows(ModelFileException.class, () -> EmbeddingModel.load(file));
    assertEquals(file + ": found a file, expected a model's folder in Hugging Face layout", e.getMessage());
  }

  @Test
  void optionsThatDoNotFitAreRefusedAtLoad() {
    IllegalArgumentException e = assertThrows(
        IllegalArgumentException.class, () -> EmbeddingModel.builtIn(OPTIONS.withPooling("pooler")));
    assertEquals("pooling \"pooler\": this checkpoint has no pooler weights", e.getMessage());
  }

  @Test
  void withoutTheBuiltInModelTheErrorNamesTheArtifact() throws Exception {
    List<URL> classPath = new ArrayList<>();
    int left = 0;
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (entry.contains("default-model")) {
        left++;
      } else {
        classPath.add(Path.of(entry).toUri().toURL());
      }
    }
    assertTrue(left > 0, "the built-in model is not on this test's class path, which proves nothing");
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    try (URLClassLoader without = new URLClassLoader(classPath.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      Thread.currentThread().setContextClassLoader(without);
      InvocationTargetException e = assertThrows(InvocationTargetException.class,
          () -> without.loadClass("dev.lanepool.EmbeddingModel").getMethod("builtInSource").invoke(null));
      assertEquals("dev.lanepool.weights.ModelFileException", e.getCause().getClass().getName());
      assertTrue(e.getCause().getMessage().contains("lanepool-default-model"), e.getCause().getMessage());
      assertTrue(e.getCause().getMessage().contains("requires dev.lanepool.defaultmodel"), e.getCause().getMessage());
      Thread.currentThread().setContextClassLoader(before);
      Object source = without.loadClass("dev.lanepool.EmbeddingModel").getMethod("builtInSource").invoke(null);
      assertTrue(source.toString().contains("META-INF/lanepool/mini/"), "the context class loader has it: " + source);
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }

  @Test
  void theLibrarysOwnBuiltInModelComesBeforeOneOfTheCallersClassPath(@TempDir Path folder) throws Exception {
    write(folder, Map.of("META-INF/lanepool/mini/config.json", "{}"));
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    try (URLClassLoader other = new URLClassLoader(new URL[] {folder.toUri().toURL()}, null)) {
      Thread.currentThread().setContextClassLoader(other);
      assertEquals(6, EmbeddingModel.builtInSource().readJson("config.json").get("num_hidden_layers").asLong());
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }

  @Test
  void aModelThatDoesNotFitIntoTheHeapSaysWhatItTakes() {
    boolean[] full = {true};
    ClassLoader loader = new ClassLoader(EmbeddingModel.class.getClassLoader()) {
      @Override
      public InputStream getResourceAsStream(String name) {
        if (full[0]) { // as it is until what was read so far is let go of
          full[0] = false;
          throw new OutOfMemoryError("Java heap space");
        }
        return super.getResourceAsStream(name);
      }
    };
    ModelSource source = ModelSource.resources(loader, "META-INF/lanepool/mini/");
    String message = assertThrows(OutOfMemoryError.class, () -> EmbeddingModel.load(source, OPTIONS)).getMessage();
    assertTrue(message.startsWith("META-INF/lanepool/mini/: its weights take about "), message);
  }

  private static Head head(EmbeddingModel model) {
    HeadConfig config = HeadConfig.of(Pooling.parse("cls"), HeadTask.regression());
    return new Head(model, new HeadNetwork(config, model.layers(), model.hiddenSize(), Repeat.random(1)), Map.of());
  }

  private static void copy(Path folder, String... names) throws Exception {
    ModelSource source = EmbeddingModel.builtInSource();
    for (String name : names) {
      Files.write(folder.resolve(name), source.read(name));
    }
  }

  private static void write(Path folder, Map<String, String> files) throws Exception {
    for (Map.Entry<String, String> file : files.entrySet()) {
      Path path = folder.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.getValue());
    }
  }
}
