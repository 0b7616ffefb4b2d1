package dev.lanepool.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.weights.ModelFileException;
import dev.lanepool.weights.ModelSource;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** vocab.json and merges.txt, and what the files beside them say. */
class TokenizerFilesTest {
  @TempDir private Path folder;

  private Tokenizer load() {
    return Tokenizer.load(ModelSource.folder(folder));
  }

  private void assertRefused(String... parts) {
    ModelFileException error = assertThrows(ModelFileException.class, this::load);
    for (String part : parts) {
      assertTrue(error.getMessage().contains(part), error.getMessage());
    }
  }

  @Test
  void theyAloneAreRoberta() {
    TinyFiles.writeVocabAndMerges(folder);
    Tokenizer tokenizer = load();
    assertEquals(List.of("<s>", "abc", "\u0120", "ab", "<mask>", "</s>"), tokenizer.encode("abc ab \n<mask>").tokens());
    assertEquals(OptionalInt.of(1), tokenizer.padId());
    assertEquals(OptionalInt.of(TinyFiles.ABC), tokenizer.id("abc"));
    assertEquals(OptionalInt.empty(), tokenizer.id("nothing"));
    assertEquals(263, tokenizer.vocabularySize());
    assertTrue(tokenizer.isSpecial(4));
    assertFalse(tokenizer.isSpecial(TinyFiles.ABC));
  }

  @Test
  void theyGiveWhatTheSameTokenizerJsonGives() {
    TinyFiles.writeVocabAndMerges(folder);
    String text = "abcab <s> Abc\u00e9\ud83d\ude00 ab c";
    Expected expected = Expected.of(load().encode(text));
    TinyFiles.write(folder, "tokenizer.json", TinyFiles.pipeline());
    assertEquals(expected, Expected.of(load().encode(text)));
  }

  @Test
  void theConfigurationSaysAtWhichEndTextsAreCut() {
    TinyFiles.writeVocabAndMerges(folder);
    EncodeOptions three = EncodeOptions.DEFAULT.withMaxLength(3);
    assertEquals(List.of("<s>", "abc", "</s>"), load().encode("abcab", three).tokens());
    TinyFiles.write(folder, "tokenizer_config.json", "{\"truncation_side\":\"left\"}");
    assertEquals(List.of("<s>", "ab", "</s>"), load().encode("abcab", three).tokens());
  }

  @Test
  void theConfigurationSaysHowSpacesAreTreated() {
    TinyFiles.writeVocabAndMerges(folder);
    TinyFiles.write(folder, "tokenizer_config.json", "{\"add_prefix_space\":true,\"trim_offsets\":false}");
    Encoding encoding = load().encode("abc ab");
    assertEquals(List.of("<s>", "\u0120", "abc", "\u0120", "ab", "</s>"), encoding.tokens());
    assertEquals(3, encoding.start(3));
    assertEquals(4, encoding.end(3));
  }

  /** As transformers has it, whose RoBERTa classes build the pipeline of tokenizer.json anew. */
  @Test
  void theConfigurationCountsBeforeThePipelineWhereItIsForRoberta() {
    TinyFiles.write(folder, "tokenizer.json", TinyFiles.pipeline());
    List<String> plain = List.of("<s>", "abc", "\u0120", "ab", "</s>");
    List<String> prefixed = List.of("<s>", "\u0120", "abc", "\u0120", "ab", "</s>");
    for (String name : List.of("", "\"tokenizer_class\":null,", "\"tokenizer_class\":\"RobertaTokenizerFast\",")) {
      TinyFiles.write(folder, "tokenizer_config.json", "{" + name + "\"add_prefix_space\":true,\"trim_offsets\":false}");
      Encoding encoding = load().encode("abc ab");
      assertEquals(prefixed, encoding.tokens(), name);
      assertEquals(3, encoding.start(3), name);
    }
    TinyFiles.write(folder, "tokenizer_config.json", "{\"tokenizer_class\":\"PreTrainedTokenizerFast\",\"add_prefix_space\":true}");
    assertEquals(plain, load().encode("abc ab").tokens());
    TinyFiles.write(folder, "tokenizer.json", TinyFiles.pipeline().replace("\"add_prefix_space\":false", "\"add_prefix_space\":true"));
    TinyFiles.write(folder, "tokenizer_config.json", "{\"add_prefix_space\":false}");
    assertEquals(plain, load().encode("abc ab").tokens());
    TinyFiles.write(folder, "tokenizer_config.json", "{}");
    assertEquals(prefixed, load().encode("abc ab").tokens());
  }

  /** Tokens and offsets are those of transformers 5.18. */
  @Test
  void theClassOfTheConfigurationOrTheModelHasItsDefaults() {
    TinyFiles.write(folder, "tokenizer.json", TinyFiles.pipeline()
        .replace("\"add_prefix_space\":false", "\"add_prefix_space\":true").replace("\"trim_offsets\":true", "\"trim_offsets\":false"));
    for (String name : List.of("RobertaTokenizer", "RobertaTokenizerFast", "BartTokenizer", "LongformerTokenizerFast")) {
      TinyFiles.write(folder, "tokenizer_config.json", "{\"tokenizer_class\":\"" + name + "\"}");
      hasDefaults(name);
    }
    TinyFiles.write(folder, "config.json", "{\"model_type\":\"roberta\"}");
    TinyFiles.write(folder, "tokenizer_config.json", "{}");
    hasDefaults("a class that the model names");
    TinyFiles.write(folder, "tokenizer_config.json", "{\"tokenizer_class\":\"PreTrainedTokenizerFast\"}");
    Encoding encoding = load().encode("abc ab");
    assertEquals(List.of("<s>", "\u0120", "abc", "\u0120", "ab", "</s>"), encoding.tokens());
    assertEquals(3, encoding.start(3));
  }

  private void hasDefaults(String what) {
    Encoding encoding = load().encode("abc ab");
    assertEquals(List.of("<s>", "abc", "\u0120", "ab", "</s>"), encoding.tokens(), what);
    assertEquals(4, encoding.start(2), what); // the space is trimmed away
  }

  @Test
  void specialTokensAreThoseStated() {
    TinyFiles.writeVocabAndMerges(folder);
    TinyFiles.write(folder, "special_tokens_map.json", """
        {"cls_token":"abc","pad_token":{"content":"ab","lstrip":true},"mask_token":{"content":"<mask>","lstrip":false}}""");
    Tokenizer tokenizer = load();
    assertEquals(List.of("abc", "\u0120", "<mask>", "</s>"), tokenizer.encode(" <mask>").tokens());
    assertEquals(OptionalInt.of(TinyFiles.AB), tokenizer.padId());
    assertEquals(List.of("abc", "x", "ab", "</s>"), tokenizer.encode("x  ab").tokens());
  }

  @Test
  void addedTokensExtendTheVocabulary() {
    TinyFiles.writeVocabAndMerges(folder);
    TinyFiles.write(folder, "tokenizer_config.json", "{\"added_tokens_decoder\":{\"263\":{\"content\":\"[NEW]\",\"special\":true},"
        + "\"264\":{\"content\":\"[OLD]\"}},\"additional_special_tokens\":[\"ab\"],\"tokenizer_class\":\"RobertaTokenizerFast\"}");
    Tokenizer tokenizer = load();
    assertArrayEquals(new int[] {0, 264, 263, TinyFiles.AB, 5 + 'c', 2}, tokenizer.encode("[OLD][NEW]abc").ids());
    assertEquals("[OLD]c", tokenizer.decode(new int[] {264, 263, TinyFiles.AB, 5 + 'c'}, true));
  }

  @Test
  void olderAddedTokensAreSpecialWhereTheirContentIsStatedAsSuch() {
    TinyFiles.writeVocabAndMerges(folder);
    TinyFiles.write(folder, "vocab.json", TinyFiles.vocab().replace("\"<mask>\":4", "\"unused\":4"));
    TinyFiles.write(folder, "added_tokens.json", "{\"<mask>\":263,\"[OLD]\":264,\"[SEP]\":265,\"[X]\":266}");
    TinyFiles.write(folder, "special_tokens_map.json", "{\"sep_token\":\"[SEP]\",\"additional_special_tokens\":[\"[X]\"]}");
    Tokenizer tokenizer = load();
    assertArrayEquals(new int[] {0, 264, 263, 265}, tokenizer.encode("[OLD]<mask>").ids());
    for (int id : new int[] {263, 265, 266}) {
      assertTrue(tokenizer.isSpecial(id), "is special: " + id);
    }
    assertFalse(tokenizer.isSpecial(264));
    assertFalse(tokenizer.encode("<mask>", EncodeOptions.DEFAULT.withPlainSpecials(true)).tokens().contains("<mask>"));
  }

  /** Which of two files counts where they disagree: as transformers 5.18 has it. */
  @Test
  void theMapCountsBeforeTheConfiguration() {
    TinyFiles.writeVocabAndMerges(folder);
    TinyFiles.write(folder, "tokenizer_config.json", "{\"cls_token\":\"a\",\"pad_token\":\"b\",\"mask_token\":{\"content\":\"<mask>\"}}");
    assertArrayEquals(new int[] {5 + 'a', 5 + 'x', 5 + ' ', 4, 2}, load().encode("x <mask>").ids());
    assertEquals(OptionalInt.of(5 + 'b'), load().padId());
    String map = "{\"cls_token\":\"c\",\"pad_token\":\"d\",\"mask_token\":{\"content\":\"<mask>\",\"lstrip\":true}}";
    TinyFiles.write(folder, "special_tokens_map.json", map);
    assertArrayEquals(new int[] {5 + 'c', 5 + 'x', 4, 2}, load().encode("x <mask>").ids());
    assertEquals(OptionalInt.of(5 + 'd'), load().padId());
    TinyFiles.write(folder, "tokenizer.json", TinyFiles.pipeline());
    assertEquals(OptionalInt.of(5 + 'd'), load().padId());
  }

  @Test
  void olderFilesSayNothingBesideAConfigurationWithAddedTokens() {
    TinyFiles.writeVocabAndMerges(folder);
    TinyFiles.write(folder, "special_tokens_map.json", "{\"cls_token\":\"c\",\"pad_token\":\"d\",\"additional_special_tokens\":[\"x\"]}");
    TinyFiles.write(folder, "added_tokens.json", "{\"[OLD]\":263}");
    for (String decoder : List.of("{}", "{\"1\":{\"content\":\"<pad>\",\"special\":true}}")) {
      TinyFiles.write(folder, "tokenizer_config.json", "{\"pad_token\":\"b\",\"added_tokens_decoder\":" + decoder + "}");
      Tokenizer tokenizer = load();
      assertEquals(List.of("<s>", "[", "O", "L", "D", "]", "x", "</s>"), tokenizer.encode("[OLD]x").tokens(), decoder);
      assertEquals(OptionalInt.of(5 + 'b'), tokenizer.padId(), decoder);
      assertFalse(tokenizer.isSpecial(5 + 'x'), decoder);
    }
    TinyFiles.write(folder, "tokenizer.json", TinyFiles.pipeline());
    assertEquals(OptionalInt.of(5 + 'b'), load().padId());
    TinyFiles.write(folder, "tokenizer_config.json", "{\"added_tokens_decoder\":null}");
    assertEquals(OptionalInt.of(5 + 'd'), load().padId());
  }

  @Test
  void furtherSpecialTokensOfBothFiles() {
    TinyFiles.writeVocabAndMerges(folder);
    specialOf("{\"additional_special_tokens\":[\"x\"]}", "{\"additional_special_tokens\":[\"y\"]}", "x");
    specialOf("{}", "{\"additional_special_tokens\":[\"y\"]}", "y");
    specialOf("{\"extra_special_tokens\":[\"x\"]}", "{\"additional_special_tokens\":[\"y\"]}", "x");
    specialOf("{\"extra_special_tokens\":[\"x\"]}", "{\"extra_special_tokens\":[\"y\"]}", "xy");
    specialOf("{\"additional_special_tokens\":[\"x\"]}", "{\"extra_special_tokens\":[\"y\"]}", "xy");
    specialOf("{\"additional_special_tokens\":[\"x\"],\"extra_special_tokens\":[\"y\"]}", "{}", "y");
    specialOf("{\"extra_special_tokens\":{\"x_token\":\"x\"}}", "{\"extra_special_tokens\":{\"y_token\":\"y\"}}", "xy");
  }

  private void specialOf(String config, String map, String expected) {
    TinyFiles.write(folder, "tokenizer_config.json", config);
    TinyFiles.write(folder, "special_tokens_map.json", map);
    Tokenizer tokenizer = load();
    String found = "xyz".chars().filter(c -> tokenizer.isSpecial(5 + c)).mapToObj(Character::toString).collect(Collectors.joining());
    assertEquals(expected, found, config + " and " + map);
  }

  /** As transformers 5 writes them. */
  @Test
  void extraSpecialTokensAreAListOrHaveRoles() {
    TinyFiles.writeVocabAndMerges(folder);
    int[] expected = {0, TinyFiles.AB, 5 + 'c', 2};
    for (String extra : List.of("[\"ab\"]", "{\"my_token\":\"ab\"}", "[{\"content\":\"ab\",\"lstrip\":true}]")) {
      TinyFiles.write(folder, "tokenizer_config.json", "{\"extra_special_tokens\":" + extra + "}");
      assertArrayEquals(expected, load().encode("abc").ids(), extra);
      assertTrue(load().isSpecial(TinyFiles.AB), extra);
    }
    TinyFiles.write(folder, "tokenizer_config.json", "{\"extra_special_tokens\":{}}");
    assertArrayEquals(new int[] {0, TinyFiles.ABC, 2}, load().encode("abc").ids());
    TinyFiles.write(folder, "tokenizer_config.json", "{\"extra_special_tokens\":{\"my_token\":\"[none]\"}}");
    assertRefused("tokenizer_config.json: extra_special_tokens.my_token: found the string \"[none]\", expected a token of the vocabulary");
  }

  @Test
  void aFolderWithoutThemSaysWhatWasLookedFor() {
    assertRefused(folder.toString(), "tokenizer.json", "vocab.json", "merges.txt");
    TinyFiles.write(folder, "vocab.json", TinyFiles.vocab());
    assertRefused("merges.txt is missing");
  }

  @Test
  void anotherTokenizerClassIsRefusedByName() {
    TinyFiles.writeVocabAndMerges(folder);
    TinyFiles.write(folder, "tokenizer_config.json", "{\"tokenizer_class\":\"GPT2Tokenizer\"}");
    assertRefused("tokenizer_config.json", "GPT2Tokenizer", "RobertaTokenizer");
  }

  @Test
  void aWrongMergeIsRefusedWithItsLine() {
    TinyFiles.write(folder, "vocab.json", TinyFiles.vocab());
    TinyFiles.write(folder, "merges.txt", "#version: 0.2\na b\nab x\n");
    assertRefused("merges.txt: line 3", "\"abx\"");
    TinyFiles.write(folder, "merges.txt", "a b\n#version: 0.2\n");
    assertRefused("merges.txt: line 2");
    TinyFiles.write(folder, "merges.txt", "a b\r\n\r\nab c");
    assertRefused("merges.txt: line 2", "found \"\"");
  }

  @Test
  void aStatedSpecialTokenMustBeInTheVocabulary() {
    TinyFiles.writeVocabAndMerges(folder);
    TinyFiles.write(folder, "special_tokens_map.json", "{\"mask_token\":\"[MASK]\"}");
    assertRefused("special_tokens_map.json: mask_token", "[MASK]");
  }

  @Test
  void aVocabularyWithoutTheTokensAroundATextIsRefused() {
    TinyFiles.writeVocabAndMerges(folder);
    TinyFiles.write(folder, "vocab.json", TinyFiles.vocab().replace("\"<s>\":0,", ""));
    assertRefused("vocab.json", "\"<s>\"", "cls_token");
  }

  @Test
  void lineEndsMayBeThoseOfWindows() {
    TinyFiles.writeVocabAndMerges(folder);
    TinyFiles.write(folder, "merges.txt", "#version: 0.2\r\na b\r\nab c\r\n");
    assertEquals(List.of("<s>", "abc", "</s>"), load().encode("abc").tokens());
  }

  @Test
  void addedTokensHaveIdsThatAnIntHoldsAndABoundTogether() {
    TinyFiles.writeVocabAndMerges(folder);
    TinyFiles.write(folder, "tokenizer_config.json", "{\"added_tokens_decoder\":{\"99999999999\":{\"content\":\"[NEW]\"}}}");
    assertRefused("tokenizer_config.json: added_tokens_decoder", "token ids as names, but there is \"99999999999\"");
    TinyFiles.write(folder, "tokenizer_config.json", "{}");
    TinyFiles.write(folder, "added_tokens.json", IntStream.range(263, 269)
        .mapToObj(id -> "\"" + id + "x".repeat(45_000) + "\":" + id).collect(Collectors.joining(",", "{", "}")));
    assertRefused("found added tokens of more than 262144 characters together");
  }

  @Test
  void anAddedTokenWithoutCharactersIsRefused() {
    TinyFiles.writeVocabAndMerges(folder);
    TinyFiles.write(folder, "added_tokens.json", "{\"\":263}");
    assertRefused("the id 263", "no characters");
  }
}
