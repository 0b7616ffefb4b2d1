package dev.lanepool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.cli.CorruptedModels.Corrupted;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A model that is damaged or hostile: exit 1, nothing on standard output, one line that names the file and what is wrong with it. */
class CorruptedModelTest {
  /** Of a whole JVM, so that what one damaged model takes is less by what the JVM and the models before it took. */
  private static final String HEAP = "-Xmx256m";

  @TempDir
  private Path folder;

  @Test
  void theModelThatIsDamagedIsSound() throws IOException {
    TinyModel.write(folder);
    CommandLineRun run = CommandLineRun.of("embed", "-m", folder.toString(), "abc <s> x");
    assertEquals("", run.err());
    assertEquals(0, run.code());
    assertTrue(run.out().startsWith("{\"index\":0,"), run.out());
    assertTrue(CorruptedModels.all().size() > 90, "visited " + CorruptedModels.all().size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"mean@99", "nope", "pooler"})
  void theSamePoolingIsWrongUsageAsAnOptionAndAFailureInTheModelsFiles(String pooling) throws IOException {
    TinyModel.write(folder);
    CommandLineRun option = CommandLineRun.of("embed", "-m", folder.toString(), "-p", pooling, "abc");
    assertEquals(2, option.code(), option.err());
    Files.writeString(folder.resolve("1_Pooling/config.json"), "{\"pooling_mode\":\"" + pooling + "\"}");
    for (String command : List.of("embed", "similarity", "info")) {
      String[] texts = command.equals("info") ? new String[0] : new String[] {"abc", "x"};
      CommandLineRun file = CommandLineRun.of(
          Stream.concat(Stream.of(command, "-m", folder.toString()), Stream.of(texts)).toArray(String[]::new));
      assertEquals(1, file.code(), file.err());
      assertTrue(file.err().contains(folder.resolve("1_Pooling/config.json").toString()), file.err());
    }
  }

  @TestFactory
  Stream<DynamicTest> everyDamageIsNamed() {
    return CorruptedModels.all().stream().map(corrupted -> DynamicTest.dynamicTest(corrupted.name(), () -> check(corrupted, folder)));
  }

  private static void check(Corrupted corrupted, Path root) throws IOException {
    Path model = Files.createTempDirectory(root, "model");
    TinyModel.write(model);
    corrupted.damage().to(model);
    CommandLineRun run = CommandLineRun.of("embed", "-m", model.toString(), "--threads", "2", "abc");
    assertEquals(1, run.code(), run.err());
    assertEquals("", run.out());
    assertEquals(1, run.err().lines().count(), run.err());
    int named = run.err().indexOf(model.resolve(corrupted.file()).toString());
    assertTrue(run.err().startsWith("lanepool: ") && named > 0, () -> "expected " + corrupted.file() + " in: " + run.err());
    assertTrue(run.err().indexOf(corrupted.says(), named) > 0, () -> "expected <" + corrupted.says() + "> in: " + run.err());
    assertTrue(run.err().length() < 5000, run.err());
    if (!corrupted.says().contains("dtype I32")) { // what cannot be decoded is still listed
      String states = model.resolve("states.safetensors").toString();
      CommandLineRun unread = CommandLineRun.of("hidden-states", "-m", model.toString(), "--token-ids", "0", "-o", states);
      CommandLineRun info = CommandLineRun.of("info", "-m", model.toString());
      assertEquals(unread.err(), info.err(), "info says what a run says that needs no tokenizer");
      assertEquals(unread.code(), info.code());
    }
  }

  @Test
  void aModelWithoutRoomForAWindowIsItsFilesFault() throws IOException {
    TinyModel.write(folder);
    Path config = folder.resolve("config.json");
    Files.writeString(config, Files.readString(config).replace("\"pad_token_id\":1", "\"pad_token_id\":17"));
    assertEquals(0, CommandLineRun.of("embed", "-m", folder.toString(), "abc").code());
    CommandLineRun run = CommandLineRun.of("embed", "-m", folder.toString(), "--on-overflow", "window", "abc");
    assertEquals("lanepool: " + config + ": found a model that reads at most 2 tokens, expected at least 3, as its tokenizer adds 2 special"
        + " tokens to every window\n", run.err());
    assertEquals(1, run.code());
    assertEquals("", run.out());
  }

  @Test
  void tokenizeRefusesIdsThatTheModelDoesNotHave() throws IOException {
    TinyModel.write(folder);
    Path config = folder.resolve("config.json");
    Files.writeString(config, Files.readString(config).replace("263", "262"));
    CommandLineRun run = CommandLineRun.of("tokenize", "-m", folder.toString(), "abc");
    assertEquals("lanepool: " + config + ": found vocab_size 262, expected at least 263, as the tokenizer gives ids up to 262\n",
        run.err());
    assertEquals(1, run.code());
    assertEquals("", run.out());
    Files.delete(config);
    assertEquals(0, CommandLineRun.of("tokenize", "-m", folder.toString(), "abc").code());
  }

  /** Runs every damaged model in this JVM; the last line says how many. */
  public static void main(String[] root) throws IOException {
    List<Corrupted> all = CorruptedModels.all();
    for (Corrupted corrupted : all) {
      check(corrupted, Path.of(root[0]));
    }
    System.out.println(all.size() + " models refused");
  }

  @Test
  void noDamageTakesMuchMemory() throws Exception {
    String all = CorruptedModels.all().size() + " models refused\n";
    String printed = fork(List.of(HEAP, "-ea"), CorruptedModelTest.class, 0, folder.toString());
    assertTrue(printed.endsWith(all), printed);
  }

  @Test
  void aJvmOfItsOwnEndsTheSameWay() throws Exception {
    TinyModel.write(folder);
    Files.writeString(folder.resolve("config.json"), "{\"model_type\":\"roberta\",\"num_hidden_layers\":1000000000}");
    String expected = "lanepool: " + folder.resolve("config.json") + ": num_hidden_layers: found 1000000000, expected 1 to 1024";
    for (String command : List.of("embed", "similarity", "info")) {
      String[] args = command.equals("info") ? new String[] {command, "-m", folder.toString()}
          : new String[] {command, "-m", folder.toString(), "a", "b"};
      String printed = fork(List.of(HEAP), Main.class, 1, args);
      assertEquals(List.of(expected), printed.lines().filter(line -> !line.startsWith("WARNING: Using incubator")).toList());
    }
  }

  @Test
  void aModelLargerThanTheHeapIsNamedWithWhatItTakes() throws Exception {
    TinyModel.write(folder);
    int vocabulary = 2_000_000; // 61 MB
    Path config = folder.resolve("config.json");
    Files.writeString(config, Files.readString(config).replace("263", "" + vocabulary));
    Map<String, long[]> shapes = TinyModel.shapes();
    shapes.put("embeddings.word_embeddings.weight", new long[] {vocabulary, 8});
    TinyModel.weights(shapes).write(folder.resolve("model.safetensors"));
    for (String command : List.of("embed", "similarity")) {
      String printed = fork(List.of("-Xmx40m"), Main.class, 1, command, "-m", folder.toString(), "a", "b");
      assertEquals(List.of("lanepool: out of memory (" + folder + File.separator + ": its weights take about 61 MB, and computing 0 MB): "
          + "the heap may hold 40 MB, JDK_JAVA_OPTIONS=-Xmx... allows more"),
          printed.lines().filter(line -> !line.startsWith("WARNING: ")).toList());
    }
  }

  /** What a JVM prints, on standard output and error. */
  private String fork(List<String> options, Class<?> main, int code, String... args) throws Exception {
    Path printed = Files.createTempFile(folder, "printed", ".txt");
    List<String> command = Stream.of(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()), options,
        List.of("-cp", System.getProperty("java.class.path"), main.getName()), List.of(args)).flatMap(List::stream).toList();
    Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(printed.toFile()).start();
    assertTrue(process.waitFor(2, TimeUnit.MINUTES), "still running");
    assertEquals(code, process.exitValue(), Files.readString(printed));
    return Files.readString(printed);
  }
}
