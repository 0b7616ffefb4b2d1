package dev.lanepool.cli;

import static dev.lanepool.cli.CommandLineRun.ok;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.ModelInfo;
import dev.lanepool.weights.Json;
import dev.lanepool.weights.ModelSource;
import dev.lanepool.weights.Weights;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each command, run with the built-in model. */
class CommandsTest {
  @TempDir
  private Path folder;

  private static List<Json> rows(CommandLineRun run) {
    return ok(run).out().lines().map(line -> Json.parse(line.getBytes(StandardCharsets.UTF_8), "standard output")).toList();
  }

  private static float[] vector(Json row) {
    List<Json> values = row.get("embedding").elements();
    float[] vector = new float[values.size()];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) values.get(i).asDouble();
    }
    return vector;
  }

  private static double norm(float[] vector) {
    double sum = 0;
    for (float x : vector) {
      sum += (double) x * x;
    }
    return Math.sqrt(sum);
  }

  @Test
  void embedPrintsOneRowForEachTextInInputOrder() {
    List<Json> rows = rows(CommandLineRun.of("embed", "this is a string", "", "é 😀"));
    assertEquals(3, rows.size());
    List<String> texts = List.of("this is a string", "", "é 😀");
    for (int i = 0; i < 3; i++) {
      assertEquals(List.of("index", "text", "tokens", "truncated", "embedding"), List.copyOf(rows.get(i).names()));
      assertEquals(i, rows.get(i).get("index").asInt());
      assertEquals(texts.get(i), rows.get(i).get("text").asString());
      assertEquals(256, vector(rows.get(i)).length);
      assertEquals(1, norm(vector(rows.get(i))), 1e-6);
    }
    assertEquals(2, rows.get(1).get("tokens").asInt(), "an empty text is <s></s>");
  }

  @Test
  void embedReadsLinesAndGivesTheBitsOfATextAlone() {
    List<Json> rows = rows(CommandLineRun.withInput("a long line, longer than the others, comes first\n\nshort\r\n", "embed", "-i", "-"));
    assertEquals(3, rows.size());
    assertEquals("short", rows.get(2).get("text").asString());
    assertArrayEquals(vector(rows(CommandLineRun.of("embed", "short")).getFirst()), vector(rows.get(2)));
  }

  @Test
  void aTextMayBeNamedLikeAFileOfArguments() throws IOException {
    String text = "@" + Files.writeString(folder.resolve("arguments"), "--help");
    assertEquals(text, rows(CommandLineRun.of("tokenize", text)).getFirst().get("text").asString());
  }

  /** A program at both ends that gives the next text only when it has the row of the one before. */
  @Test
  void aRowIsOnItsWayBeforeTheNextTextIsWaitedFor() throws IOException {
    TinyModel.write(folder);
    Path head = folder.resolve("head");
    Path data = Files.writeString(folder.resolve("data.csv"), "text,label\n" + "a,first\nb,second\n".repeat(10));
    ok(CommandLineRun.of("train", data.toString(), "-o", head.toString(), "-m", folder.toString(), "--no-cache", "--epochs", "1"));
    for (String line : List.of("embed", "embed -f csv", "tokenize", "predict -H " + head)) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      List<Long> printed = new ArrayList<>(); // lines, at each look for a text
      InputStream in = new InputStream() {
        @Override
        public int read() {
          throw new AssertionError("read through a buffer");
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
          printed.add(out.toString(StandardCharsets.UTF_8).lines().count());
          buffer[offset] = '\n';
          return printed.size() <= 3 ? 1 : -1;
        }
      };
      assertEquals(0, Main.run(new Shell(in, out, System.err, false, false), (line + " -i - -m " + folder).split(" ")));
      long header = line.endsWith("csv") ? 1 : 0;
      assertEquals(List.of(1 + header, 2 + header, 3 + header), printed.subList(1, 4), line);
    }
  }

  @Test
  void embedTakesTheLibrarysOptions() {
    float[] plain = vector(rows(CommandLineRun.of("embed", "text", "--no-normalize")).getFirst());
    assertTrue(Math.abs(norm(plain) - 1) > 1e-3, "norm " + norm(plain));
    assertEquals(512, vector(rows(CommandLineRun.of("embed", "text", "-p", "cls+mean@3")).getFirst()).length);
    assertArrayEquals(vector(rows(CommandLineRun.of("embed", "query: text")).getFirst()),
        vector(rows(CommandLineRun.of("embed", "text", "--prompt", "query: ")).getFirst()));
    assertEquals(3, rows(CommandLineRun.of("embed", "</s>")).getFirst().get("tokens").asInt());
    assertTrue(rows(CommandLineRun.of("embed", "</s>", "--plain-specials")).getFirst().get("tokens").asInt() > 3);
  }

  @Test
  void aLongTextIsTruncatedRefusedOrReadInPieces() {
    String text = "one two three four five six seven eight nine ten";
    CommandLineRun truncated = CommandLineRun.of("embed", text, "short", "--max-length", "5");
    List<Json> rows = rows(truncated);
    assertEquals(5, rows.get(0).get("tokens").asInt());
    assertTrue(rows.get(0).get("truncated").asBoolean());
    assertTrue(!rows.get(1).get("truncated").asBoolean());
    assertEquals("lanepool: truncated to 5 tokens: 1 text\n", truncated.err());
    CommandLineRun many = CommandLineRun.withInput("one two three\n".repeat(1_200), "embed", "-i", "-", "--max-length", "3");
    assertEquals("lanepool: truncated to 3 tokens: 1,200 texts\n", ok(many).err()); // as the other commands write it
    CommandLineRun refused = CommandLineRun.of("embed", text, "--max-length", "5", "--on-overflow", "error");
    assertEquals(1, refused.code());
    assertEquals(1, refused.err().lines().count());
    CommandLineRun windows = CommandLineRun.of("embed", text, "--max-length", "5", "--on-overflow", "window");
    assertTrue(!rows(windows).getFirst().get("truncated").asBoolean());
    assertEquals("", windows.err());
  }

  @Test
  void embedWritesTheFormatThatTheFilesNameSays() throws IOException {
    float[] expected = vector(rows(CommandLineRun.of("embed", "text")).getFirst());
    for (String suffix : List.of("jsonl", "csv", "npy", "safetensors")) {
      Path file = folder.resolve("vectors." + suffix);
      CommandLineRun toFile = ok(CommandLineRun.of("embed", "text", "-o", file.toString()));
      assertEquals("", toFile.out() + toFile.err());
      CommandLineRun printed = ok(CommandLineRun.of("embed", "text", "-f", suffix.toUpperCase(Locale.ROOT)));
      assertArrayEquals(printed.bytes(), Files.readAllBytes(file), suffix);
    }
    try (Weights weights = Weights.open(folder.resolve("vectors.safetensors"))) {
      assertArrayEquals(expected, weights.floats("embeddings"));
    }
  }

  @Test
  void aFailedRunLeavesTheFileOfBefore() throws IOException {
    Path file = Files.writeString(folder.resolve("vectors.jsonl"), "before");
    Path input = Files.write(folder.resolve("texts.txt"), new byte[] {'a', '\n', (byte) 0xFF, '\n'});
    assertEquals(1, CommandLineRun.of("embed", "-i", input.toString(), "-o", file.toString()).code());
    assertEquals("before", Files.readString(file));
  }

  @Test
  void tokenizePrintsIdsTokensAndOffsets() {
    Json row = rows(CommandLineRun.of("tokenize", "Hello 😀")).getFirst();
    assertEquals("Hello 😀", row.get("text").asString());
    int length = row.get("ids").elements().size();
    assertEquals(length, row.get("tokens").elements().size());
    assertEquals("<s>", row.get("tokens").elements().getFirst().asString());
    assertEquals(List.of(0, 0), pair(row, 0));
    assertEquals(List.of(6, 8), pair(row, length - 2), "UTF-16 units");
    assertEquals(List.of(0, 0), pair(row, length - 1));
    assertEquals(4, rows(CommandLineRun.of("tokenize", "Hello world again", "--max-length", "4")).getFirst().get("ids").elements().size());
    assertEquals(2, rows(CommandLineRun.of("tokenize", "Hello", "--max-length", "2")).getFirst().get("ids").elements().size());
    assertEquals("</s>", rows(CommandLineRun.of("tokenize", "</s>")).getFirst().get("tokens").elements().get(1).asString());
    assertTrue(rows(CommandLineRun.of("tokenize", "</s>", "--plain-specials")).getFirst().get("ids").elements().size() > 3);
  }

  private static List<Integer> pair(Json row, int token) {
    return row.get("offsets").elements().get(token).elements().stream().map(Json::asInt).toList();
  }

  @Test
  void hiddenStatesHoldEveryLayerOfEveryTextThenOfTheTokenIds() {
    Path file = folder.resolve("states.safetensors");
    List<Json> ids = rows(CommandLineRun.of("tokenize", "Hello world")).getFirst().get("ids").elements();
    String given = String.join(",", ids.stream().map(id -> "" + id.asInt()).toList());
    ok(CommandLineRun.of("hidden-states", "Hello world", "", "--token-ids", given, "--token-ids", "0,2", "-o", file.toString()));
    try (Weights weights = Weights.open(file)) {
      assertEquals(4 * (1 + 7), weights.names().size());
      assertEquals(List.of((long) ids.size(), 256L), weights.info("text.0.hidden_states.6").shape());
      for (int layer = 0; layer <= 6; layer++) {
        assertArrayEquals(weights.floats("text.0.hidden_states." + layer), weights.floats("text.2.hidden_states." + layer));
        assertArrayEquals(weights.floats("text.1.hidden_states." + layer), weights.floats("text.3.hidden_states." + layer));
      }
    }
  }

  @Test
  void hiddenStatesCountTokenIdsOnAfterTheTextsOfAFile() throws IOException {
    Path file = folder.resolve("states.safetensors");
    Path input = Files.writeString(folder.resolve("texts.txt"), "\nHello world\n");
    ok(CommandLineRun.of("hidden-states", "-i", input.toString(), "--token-ids", " 0, 5,2", "-o", file.toString()));
    try (Weights weights = Weights.open(file)) {
      assertEquals(3 * (1 + 7), weights.names().size());
      assertArrayEquals(new long[] {0, 2}, weights.longs("text.0.token_ids"));
      assertArrayEquals(new long[] {0, 5, 2}, weights.longs("text.2.token_ids"));
    }
  }

  @Test
  void hiddenStatesTakeSpecialTokensForPlainTextWhereAsked() {
    Path file = folder.resolve("states.safetensors");
    ok(CommandLineRun.of("hidden-states", "</s>", "--plain-specials", "-o", file.toString()));
    try (Weights weights = Weights.open(file)) {
      assertTrue(weights.longs("text.0.token_ids").length > 3);
    }
  }

  @Test
  void hiddenStatesRefuseATextByItsNumberAndWriteNothing() {
    Path file = folder.resolve("states.safetensors");
    CommandLineRun run = CommandLineRun.of("hidden-states", "short", "word ".repeat(300), "-o", file.toString());
    assertEquals(1, run.code());
    assertTrue(run.err().contains("text 1") && run.err().contains("256"), run.err());
    assertTrue(Files.notExists(file));
  }

  @Test
  void hiddenStatesRefuseTokenIdsAsWrongUsageThatNamesTheOption() {
    Path file = folder.resolve("states.safetensors");
    String hundred = "99999" + ",5".repeat(46) + ",55";
    assertEquals(100, hundred.length());
    for (String ids : List.of("0,99999,2", "-1", "0" + ",5".repeat(256), hundred, hundred + ",x")) {
      CommandLineRun run = CommandLineRun.of("hidden-states", "short", "--token-ids", "0,2", "--token-ids=" + ids, "-o", file.toString());
      assertEquals(2, run.code(), run.err());
      assertTrue(run.err().startsWith("lanepool: --token-ids " + (ids.length() > 100 ? ids.substring(0, 100) + "..." : ids) + ": ")
          && !run.err().contains("text 0"), run.err());
      assertTrue(Files.notExists(file));
    }
    assertEquals(2, CommandLineRun.of("hidden-states", "--token-ids=99999", "-o", file.toString()).code(), "the first, without a text");
  }

  @Test
  void noTokenIdsAreSaidToBeNone() {
    for (String ids : List.of("", " ")) {
      CommandLineRun run = CommandLineRun.of("hidden-states", "--token-ids", ids, "-o", folder.resolve("none.safetensors").toString());
      assertEquals(2, run.code(), run.err());
      assertTrue(run.err().startsWith("lanepool: --token-ids: no token ids; even an empty text has <s> and </s>"), run.err());
    }
  }

  @Test
  void hiddenStatesAreWrittenAsTheOtherOutputsAre() throws Exception {
    CommandLineRun refused = CommandLineRun.of("hidden-states", "text", "-o",
        Files.createDirectory(folder.resolve("x.safetensors")).toString());
    assertEquals(1, refused.code());
    assertEquals("lanepool: " + folder.resolve("x.safetensors") + ": is a folder, expected a file\n", refused.err());
    Path whole = folder.resolve("whole.safetensors");
    ok(CommandLineRun.of("hidden-states", "text", "-o", whole.toString()));
    Path pipe = folder.resolve("pipe.safetensors");
    Assumptions.assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "skipped: no named pipes here");
    CompletableFuture<byte[]> read = CompletableFuture.supplyAsync(() -> {
      try {
        return Files.readAllBytes(pipe);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
    CommandLineRun piped = CommandLineRun.of("hidden-states", "text", "-o", pipe.toString());
    assertEquals(0, piped.code(), piped.err());
    assertArrayEquals(Files.readAllBytes(whole), read.get(30, TimeUnit.SECONDS));
  }

  @Test
  void similarityIsSymmetricWithOnesOnTheDiagonal() {
    Json result = rows(CommandLineRun.of("similarity", "a cat", "a kitten", "tax law", "--json")).getFirst();
    List<Json> matrix = result.get("similarity").elements();
    double[][] cosines = new double[3][3];
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 3; j++) {
        cosines[i][j] = matrix.get(i).elements().get(j).asDouble();
      }
    }
    for (int i = 0; i < 3; i++) {
      assertEquals(1, cosines[i][i], 1e-6);
      for (int j = 0; j < 3; j++) {
        assertEquals(cosines[i][j], cosines[j][i]);
      }
    }
    assertTrue(cosines[0][1] > cosines[0][2]);
    assertEquals(3, ok(CommandLineRun.of("similarity", "a", "b\nb", "c")).out().lines().count());
  }

  @Test
  void similarityEscapesControlCharacters() {
    String text = "a\nb\u001b[31m\u0085\u2028\t\"\\\uD83D\uDE00";
    List<String> lines = ok(CommandLineRun.of("similarity", text, "c")).out().lines().toList();
    assertEquals(2, lines.size(), lines.toString());
    assertTrue(lines.getFirst().endsWith("  a\\u000ab\\u001b[31m\\u0085\\u2028\\u0009\"\\\uD83D\uDE00"), lines.getFirst());
  }

  @Test
  void similaritySaysHowManyTextsWereCut() {
    CommandLineRun run = ok(CommandLineRun.of("similarity", "hello ".repeat(300), "short", "--json"));
    assertEquals("lanepool: truncated to 256 tokens: 1 text\n", run.err());
    assertEquals(1, run.out().lines().count());
    assertEquals("", ok(CommandLineRun.of("similarity", "long", "short")).err());
  }

  @Test
  void theModelTypesOfOneArchitectureAndAnyNumberOfTokenTypesGiveTheSameVectors() throws IOException {
    TinyModel.write(folder);
    Path config = folder.resolve("config.json");
    String written = Files.readString(config);
    String expected = ok(CommandLineRun.of("embed", "abc \u00e9", "-m", folder.toString())).out();
    for (String type : List.of("roberta", "xlm-roberta", "camembert")) {
      String changed = written.replace("\"model_type\":\"roberta\"", "\"model_type\":\"" + type + "\"");
      Files.writeString(config, changed.replace("\"type_vocab_size\":1", "\"type_vocab_size\":3"));
      Map<String, long[]> shapes = TinyModel.shapes();
      shapes.put("embeddings.token_type_embeddings.weight", new long[] {3, 8}); // row 0 as before
      TinyModel.weights(shapes).write(folder.resolve("model.safetensors"));
      assertEquals(expected, ok(CommandLineRun.of("embed", "abc \u00e9", "-m", folder.toString())).out(), type);
      assertTrue(ok(CommandLineRun.of("info", "-m", folder.toString())).out().contains("\narchitecture         " + type + "\n"), type);
    }
  }

  @Test
  void infoSaysWhatTheModelIs() {
    Json info = rows(CommandLineRun.of("info", "--json")).getFirst();
    assertEquals(6, info.get("layers").asInt());
    assertEquals(256, info.get("hidden_size").asInt());
    String table = ok(CommandLineRun.of("info")).out();
    assertTrue(table.contains("\nlayers               6\n") && table.contains("\nprompts              none\n"), table);
  }

  /** On a model of which no two facts are the same. */
  @Test
  void infoSaysEachFactUnderItsName() throws IOException {
    TinyModel.write(folder.resolve("tiny"));
    Path config = folder.resolve("tiny/config.json");
    Files.writeString(config, Files.readString(config).replace("\"num_attention_heads\":2", "\"num_attention_heads\":4"));
    Map<String, long[]> shapes = TinyModel.shapes();
    shapes.put("pooler.dense.weight", new long[] {8, 8});
    shapes.put("pooler.dense.bias", new long[] {4}); // as many bytes as eight halves
    String weights = new String(TinyModel.weights(shapes).toBytes(), StandardCharsets.ISO_8859_1);
    Files.writeString(folder.resolve("tiny/model.safetensors"),
        weights.replace("\"F32\",\"shape\":[4]", "\"F16\",\"shape\":[8]"), StandardCharsets.ISO_8859_1);
    Files.writeString(folder.resolve("tiny/1_Pooling/config.json"), "{\"pooling_mode\": [\"max\", \"mean\", \"cls\"]}");
    Files.writeString(folder.resolve("tiny/sentence_bert_config.json"), "{\"max_seq_length\":15}");
    Files.writeString(folder.resolve("tiny/config_sentence_transformers.json"),
        "{\"prompts\":{\"query\":\"to find: \"},\"default_prompt_name\":\"query\"}");
    String model = folder.resolve("tiny").toString();
    long scratch = ModelInfo.read(ModelSource.folder(folder.resolve("tiny"))).scratchBytes();
    assertEquals("{\"name\":\"tiny\",\"architecture\":\"roberta\",\"layers\":2,\"hidden_size\":8,\"heads\":4,\"intermediate_size\":16,"
        + "\"vocabulary_size\":263,\"max_tokens\":18,\"has_pooler\":true,\"parameters\":3560,\"stored_dtypes\":[\"F16\",\"F32\"],"
        + "\"pooling\":\"max+mean+cls\",\"normalize\":false,\"dimension\":24,\"max_length\":15,\"prompts\":{\"query\":\"to find: \"},"
        + "\"default_prompt_name\":\"query\",\"dtype\":\"f32\",\"weight_bytes\":14240,\"scratch_bytes\":" + scratch + "}\n",
        ok(CommandLineRun.of("info", "--json", "-m", model)).out());
    String table = ok(CommandLineRun.of("info", "-m", model)).out();
    for (String line : List.of("has pooler           yes", "parameters           3,560", "stored dtypes        F16, F32",
        "normalize            no", "prompts              {query=to find: }", "default prompt name  query")) {
      assertTrue(table.contains("\n" + line + "\n"), table);
    }
  }

  /** Twice as long as floats, which is what becomes of them. */
  @Test
  void infoCountsWeightsInDoublesAsTheFloatsTheyBecome() throws IOException {
    TinyModel.write(folder);
    Json floats = rows(CommandLineRun.of("info", "--json", "-m", folder.toString())).getFirst();
    Map<String, long[]> shapes = TinyModel.shapes();
    shapes.put("embeddings.position_embeddings.weight", new long[] {20, 16}); // as many bytes as half of them in doubles
    shapes.put("encoder.layer.0.output.dense.weight", new long[] {8, 32});
    String weights = new String(TinyModel.weights(shapes).toBytes(), StandardCharsets.ISO_8859_1);
    Files.writeString(folder.resolve("model.safetensors"), weights.replace("\"F32\",\"shape\":[20,16]", "\"F64\",\"shape\":[20, 8]")
        .replace("\"F32\",\"shape\":[8,32]", "\"F64\",\"shape\":[8,16]"), StandardCharsets.ISO_8859_1);
    for (String dtype : List.of("f32", "bf16", "int8")) {
      Json doubles = rows(CommandLineRun.of("info", "--json", "-m", folder.toString(), "--dtype", dtype)).getFirst();
      assertEquals(List.of("F32", "F64"), doubles.get("stored_dtypes").elements().stream().map(Json::asString).toList());
      assertEquals(floats.get("parameters").asInt(), doubles.get("parameters").asInt());
      if (dtype.equals("f32")) {
        assertEquals(floats.get("weight_bytes").asInt(), doubles.get("weight_bytes").asInt());
      }
    }
  }

  @Test
  void halfASurrogatePairIsTheReplacementCharacterInEveryFormat() throws IOException {
    Path texts = Files.writeString(folder.resolve("texts.jsonl"), "{\"text\":\"a\\ud800b\"}\n{\"text\":\"\\udc00\uD83D\uDE00\"}\n");
    List<Json> rows = rows(CommandLineRun.of("embed", "-i", texts.toString(), "--column", "text"));
    assertEquals(List.of("a\uFFFDb", "\uFFFD\uD83D\uDE00"), rows.stream().map(row -> row.get("text").asString()).toList());
    List<String> lines = ok(CommandLineRun.of("embed", "-i", texts.toString(), "--column", "text", "-f", "csv")).out().lines().toList();
    assertTrue(lines.get(1).startsWith("0,a\uFFFDb,") && lines.get(2).startsWith("1,\uFFFD\uD83D\uDE00,"), lines.toString());
  }
}
