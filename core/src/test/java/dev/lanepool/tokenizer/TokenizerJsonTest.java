package dev.lanepool.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.weights.ModelFileException;
import dev.lanepool.weights.ModelSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** tokenizer.json is a pipeline: each part is supported, or refused by its name. */
class TokenizerJsonTest {
  private static final String ROBERTA =
      "{\"type\":\"RobertaProcessing\",\"sep\":[\"</s>\",2],\"cls\":[\"<s>\",0],\"trim_offsets\":true,\"add_prefix_space\":false}";

  @TempDir private Path folder;

  private Tokenizer load(String json) {
    TinyFiles.write(folder, "tokenizer.json", json);
    return Tokenizer.load(ModelSource.folder(folder));
  }

  private static String replace(String from, String to) {
    String json = TinyFiles.pipeline();
    assertTrue(json.contains(from), from);
    return json.replace(from, to);
  }

  private void refused(String json, String message) {
    String found = assertThrows(ModelFileException.class, () -> load(json)).getMessage();
    assertTrue(found.contains(message), found);
  }

  private static int[] ids(Tokenizer tokenizer, String text) {
    return tokenizer.encode(text, EncodeOptions.DEFAULT.withAddSpecialTokens(false)).ids();
  }

  @Test
  void mergesAreStringsOrPairs() {
    int[] expected = {0, TinyFiles.ABC, TinyFiles.AB, 5 + 'd', 2};
    assertArrayEquals(expected, load(TinyFiles.pipeline()).encode("abcabd").ids());
    assertArrayEquals(expected, load(replace("[\"a b\",\"ab c\"]", "[ [ \"a\" , \"b\" ],[\"\\u0061b\",\"c\"] ]")).encode("abcabd").ids());
  }

  @Test
  void aStoredTruncationOrPaddingIsNotApplied() {
    String json = replace("\"truncation\":null,\"padding\":null", "\"truncation\":{\"max_length\":3,\"stride\":0},"
        + "\"padding\":{\"strategy\":{\"Fixed\":9},\"pad_id\":1}");
    assertArrayEquals(new int[] {0, TinyFiles.ABC, TinyFiles.AB, 2}, load(json).encode("abcab").ids());
  }

  /** As the reference cuts with {@code direction="left"}. */
  @Test
  void textsAreCutAtTheEndThatTheFilesSay() {
    EncodeOptions four = EncodeOptions.DEFAULT.withMaxLength(4);
    int[] starts = {0, TinyFiles.ABC, TinyFiles.AB, 2};
    int[] ends = {0, TinyFiles.AB, 5 + 'd', 2};
    String left = replace("\"truncation\":null", "\"truncation\":{\"direction\":\"Left\",\"max_length\":3}");
    assertArrayEquals(starts, load(left.replace("Left", "Right")).encode("abcabd", four).ids());
    Encoding encoding = load(left).encode("abcabd", four);
    assertArrayEquals(ends, encoding.ids());
    assertEquals(3, encoding.start(1));
    assertEquals(6, encoding.end(2));
    assertTrue(encoding.truncated());
    int[] pair = {0, 5 + 'd', 2, 2, TinyFiles.AB, TinyFiles.ABC, 2};
    assertArrayEquals(pair, load(left).encode("abcabd", "dddababc", EncodeOptions.DEFAULT.withMaxLength(7)).ids());
    TinyFiles.write(folder, "tokenizer_config.json", "{\"truncation_side\":\"right\"}");
    assertArrayEquals(starts, load(left).encode("abcabd", four).ids());
    TinyFiles.write(folder, "tokenizer_config.json", "{\"truncation_side\":\"left\"}");
    assertArrayEquals(ends, load(TinyFiles.pipeline()).encode("abcabd", four).ids());
    TinyFiles.write(folder, "tokenizer_config.json", "{\"truncation_side\":\"start\"}");
    refused(left, "tokenizer_config.json: truncation_side: found the string \"start\", expected \"left\" or \"right\"");
    TinyFiles.write(folder, "tokenizer_config.json", "{}");
    refused(left.replace("Left", "Up"), "truncation.direction: found the string \"Up\", expected \"Left\" or \"Right\"");
  }

  /**
   * Which of two texts counts as the longer where both are beyond the limit: tokenizers 0.23.2 reads each from its end, word by word, until
   * it has as many tokens as may stay, and past an added token.
   */
  @Test
  void twoTextsThatLoseTheirStartsAreComparedByWhatIsReadOfThem() {
    Tokenizer tokenizer = load(replace("\"truncation\":null", "\"truncation\":{\"direction\":\"Left\",\"max_length\":7}")
        .replace("{\"id\":0,", "{\"id\":300,\"content\":\"[X]\"},{\"id\":0,"));
    EncodeOptions seven = EncodeOptions.DEFAULT.withMaxLength(7);
    assertArrayEquals(new int[] {0, 5 + '1', 2, 2, 5 + '1', 5 + 'b', 2}, tokenizer.encode("a1a1a1a1", "b1b1b1b", seven).ids());
    assertArrayEquals(new int[] {0, 5 + 'a', 5 + '1', 2, 2, 5 + 'b', 2}, tokenizer.encode("a[X]a1a1a1", "b1b1b1b", seven).ids());
  }

  @Test
  void aModelWithoutTypeIsBpeIfItHasMerges() {
    assertArrayEquals(new int[] {TinyFiles.ABC}, ids(load(replace("\"type\":\"BPE\",", "")), "abc"));
  }

  @Test
  void aSequenceOfOneIsItsOnlyPart() {
    String json = replace("\"pre_tokenizer\":{", "\"pre_tokenizer\":{\"type\":\"Sequence\",\"pretokenizers\":[{")
        .replace("\"use_regex\":true}", "\"use_regex\":true}]}");
    assertArrayEquals(new int[] {TinyFiles.ABC}, ids(load(json), "abc"));
  }

  @Test
  void aTemplatePlacesSpecialTokens() {
    String special = "\"special_tokens\":{\"E\":{\"id\":\"E\",\"ids\":[2],\"tokens\":[\"</s>\"]}}";
    String a = "{\"Sequence\":{\"id\":\"A\",\"type_id\":0}}";
    String b = "{\"Sequence\":{\"id\":\"B\",\"type_id\":0}}";
    String e = "{\"SpecialToken\":{\"id\":\"E\",\"type_id\":0}}";
    String template = "{\"type\":\"TemplateProcessing\",\"single\":[" + a + "," + e + "],\"pair\":[" + b + "," + e + "," + a + "],"
        + special + "}";
    Tokenizer tokenizer = load(replace(ROBERTA, template));
    assertArrayEquals(new int[] {TinyFiles.ABC, 2}, tokenizer.encode("abc").ids());
    assertArrayEquals(new int[] {TinyFiles.AB, 2, TinyFiles.ABC}, tokenizer.encode("abc", "ab", EncodeOptions.DEFAULT).ids());
    ModelFileException twice =
        assertThrows(ModelFileException.class, () -> load(replace(ROBERTA, template.replace(a + "," + e, a + "," + a))));
    assertTrue(twice.getMessage().contains("post_processor.single"), twice.getMessage());
    String twoNames = template.replace("[\"</s>\"]", "[\"</s>\",\"<s>\"]");
    refused(replace(ROBERTA, twoNames), "post_processor.special_tokens.E: found an object, expected as many tokens as ids");
    String secondType = template.replace("\"B\",\"type_id\":0", "\"B\",\"type_id\":1");
    ModelFileException typed = assertThrows(ModelFileException.class, () -> load(replace(ROBERTA, secondType)));
    assertTrue(typed.getMessage().contains("type_id"), typed.getMessage());
  }

  @Test
  void withoutPostProcessorNothingIsAddedAndOffsetsKeepTheirSpaces() {
    Encoding encoding = load(replace(ROBERTA, "null")).encode("a b");
    assertEquals(3, encoding.length());
    assertEquals(1, encoding.start(1));
  }

  @Test
  void stripAndSingleWordFlagsOfAddedTokens() {
    Tokenizer tokenizer = load(replace("{\"id\":0,", "{\"id\":300,\"content\":\"[W]\",\"single_word\":true},"
        + "{\"id\":301,\"content\":\"[R]\",\"rstrip\":true},{\"id\":302,\"content\":\"[L]\",\"lstrip\":true},{\"id\":0,"));
    assertEquals(303, tokenizer.vocabularySize());
    assertArrayEquals(new int[] {5 + 'a', 301, 5 + 'b'}, ids(tokenizer, "a[R] \u3000\nb"));
    assertArrayEquals(new int[] {5 + 'a', 302, 5 + 'b'}, ids(tokenizer, "a \u2028[L]b"));
    assertArrayEquals(new int[] {300, 5 + '!'}, ids(tokenizer, "[W]!"));
    assertEquals(4, ids(tokenizer, "[W]x").length);
    assertEquals(4, ids(tokenizer, "_[W]").length);
    assertEquals(6, ids(tokenizer, "[W]\u200d").length);
    assertEquals(6, ids(tokenizer, "\u200c[W]").length);
    assertThrows(IllegalArgumentException.class, () -> tokenizer.token(270));
  }

  /** It is looked for in what is left between those before it: tokenizers 0.23.2 finds it there, whatever they end in. */
  @Test
  void anAddedTokenBeforeASingleWordDoesNotTouchIt() {
    Tokenizer tokenizer = load(replace("{\"id\":0,", "{\"id\":262,\"content\":\"abc\",\"special\":true},"
        + "{\"id\":300,\"content\":\"[W]\",\"single_word\":true},{\"id\":0,"));
    assertArrayEquals(new int[] {TinyFiles.ABC, 300}, ids(tokenizer, "abc[W]"));
    assertEquals(4, ids(tokenizer, "x[W]").length);
  }

  /** The one before has taken the white space that the next one would be: tokenizers 0.23.2 gives the token once. */
  @Test
  void anAddedTokenOfWhiteSpaceThatStripsOnBothSidesIsThereOnce() {
    Tokenizer tokenizer = load(replace("{\"id\":0,", "{\"id\":300,\"content\":\"\\n\",\"lstrip\":true,\"rstrip\":true},{\"id\":0,"));
    assertArrayEquals(new int[] {5 + 'a', 300, 5 + 'b'}, ids(tokenizer, "a\n\n \nb"));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
      "\"normalizer\":null | \"normalizer\":{\"type\":\"NFC\"} | normalizer.type: found the string \"NFC\"",
      "\"ByteLevel\",\"add_prefix | \"Metaspace\",\"add_prefix | pre_tokenizer.type: found the string \"Metaspace\"",
      "\"use_regex\":true | \"use_regex\":false | pre_tokenizer.use_regex: found false",
      "\"type\":\"RobertaProcessing\" | \"type\":\"BertProcessing\" | post_processor.type: found the string \"BertProcessing\"",
      "\"sep\":[\"</s>\",2] | \"sep\":[\"</s>\",3] | post_processor.sep[1]: found 3",
      "\"decoder\":{\"type\":\"ByteLevel\" | \"decoder\":{\"type\":\"WordPiece\" | decoder.type: found the string \"WordPiece\"",
      "\"type\":\"BPE\" | \"type\":\"Unigram\" | model.type: found the string \"Unigram\"",
      "\"dropout\":null | \"dropout\":0.1 | model.dropout: found 0.1",
      "subword_prefix\":\"\" | subword_prefix\":\"##\" | model.continuing_subword_prefix: found the string \"##\"",
      "\"end_of_word_suffix\":\"\" | \"end_of_word_suffix\":\"</w>\" | model.end_of_word_suffix: found the string \"</w>\"",
      "\"fuse_unk\":false | \"ignore_merges\":true | model.ignore_merges: found true",
      "\"fuse_unk\":false | \"byte_fallback\":true | model.byte_fallback: found true",
      "\"a b\",\"ab c\" | \"a b\",\"ab  c\" | found \"ab  c\", expected two tokens with one space",
      "\"a b\",\"ab c\" | \"a b\",\"ab d\" | the token \"abd\" is not in the vocabulary",
      "\"a b\",\"ab c\" | \"a b\",[\"ab\",\"c\",\"d\"] | found ',', expected ']'",
      "\"a b\",\"ab c\" | \"a b\",7 | found '7', expected '\"'",
      "\"ab\":261 | \"ab\":260 | have the same id 260",
      "\"ab\":261 | \"abc\":261 | the token \"abc\" is there twice",
      "\"ab\":261 | \"ab\":-1 | the token \"ab\" has the id -1, expected 0 to",
      "\"ab\":261 | \"ab\":2000000000 | the token \"ab\" has the id 2000000000, expected 0 to",
      "\"ab\":261 | \"ab\":2097152 | the token \"ab\" has the id 2097152, expected 0 to 2097151",
      "\"ab\":261 | \"ab\":20000000000 | expected a 32-bit integer",
      "\"ab\":261 | \"ab\":0261 | expected a 32-bit integer",
      "\"ab\":261 | \"ab\":261.0 | expected a 32-bit integer",
      "\"ab\":261 | \"ab\":\"261\" | expected a 32-bit integer",
      "\"\\u0078\":125 | \"aa\":125 | there is no token \"x\" for the byte 120",
      "\"\\u0061\":102 | \"\\u00g1\":102 | expected four hexadecimal digits",
      "\"\\u0061\":102 | \"\\u0061\t\":102 | found control character 9, expected a character of a string",
      "{\"id\":0, | {\"id\":7, | the added token \"<s>\" has the id 7, expected 0",
      "\"content\":\"<s>\" | \"content\":\"\" | added_tokens[0].content: found the string \"\"",
      "\"merges\": | \"merges2\": | the field \"merges\" is missing",
      "\"version\":\"1.0\" | \"version\":\"1.0\",\"model\":{} | Duplicate",
      "\"vocab\":{ | \"vocab\":{},\"vocab\":{ | Duplicate",
      "\"abc\":262}}} | \"abc\":262}} | found the end of the file, expected ',' or '}'",
  })
  void isRefusedWithThePlaceAndWhatWasFound(String from, String to, String message) {
    ModelFileException error = assertThrows(ModelFileException.class, () -> load(replace(from, to)));
    assertTrue(error.getMessage().contains(message), error.getMessage());
    assertTrue(error.getMessage().startsWith(folder.resolve("tokenizer.json").toString()), error.getMessage());
  }

  @Test
  void aVocabularyWithoutAByteSpellsItAsTheUnknownToken() {
    String json = replace("\"\\u0061\":102", "\"aa\":102").replace("\"unk_token\":null", "\"unk_token\":\"<unk>\"")
        .replace("\"a b\",\"ab c\"", "");
    Encoding encoding = load(json).encode("xa");
    assertArrayEquals(new int[] {0, 5 + 'x', 3, 2}, encoding.ids());
    assertEquals(2, encoding.end(2));
  }

  @Test
  void bytesThatUtf8NeverHasNeedNoToken() {
    String json = replace("\"\\u00c0\":197", "\"yy\":197").replace("\"\\u00f5\":250", "\"zz\":250");
    assertTrue(json.contains("zz"));
    assertArrayEquals(new int[] {0, TinyFiles.ABC, 2}, load(json).encode("abc").ids());
    refused(replace("\"\\u00f4\":249", "\"zz\":249"), "for the byte 244");
    refused(replace("\"\\u00c2\":199", "\"zz\":199"), "for the byte 194");
  }

  @Test
  void aDamagedFileIsReadOrRefusedButNothingElse() {
    byte[] whole = TinyFiles.pipeline().getBytes(StandardCharsets.UTF_8);
    byte[] marks = "\"\\{}[]:,0-9u\n\0\u00e9".getBytes(StandardCharsets.UTF_8);
    Random random = new Random(20261122);
    int refused = 0;
    for (int i = 0; i < 5_000; i++) {
      byte[] bytes = random.nextInt(4) == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
      for (int changes = random.nextInt(1, 4); changes > 0 && bytes.length > 0; changes--) {
        bytes[random.nextInt(bytes.length)] = marks[random.nextInt(marks.length)];
      }
      try {
        TokenizerJson.read(bytes, "damaged.json", new TokenizerJson.Overrides(null, "<pad>", null, null)).encode("abc <s> x");
      } catch (ModelFileException e) {
        refused++;
        assertTrue(e.getMessage().startsWith("damaged.json"), e.getMessage());
      }
    }
    assertTrue(refused > 4_000, refused + " refused");
  }
}
