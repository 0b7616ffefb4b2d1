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
    TinyFiles.write(folder, "added_tokens.json", "{\"[OLD]\":263}");
    TinyFiles.write(folder, "tokenizer_config.json", "{\"added_tokens_decoder\":{\"264\":{\"content\":\"[NEW]\",\"special\":true}},"
        + "\"additional_special_tokens\":[\"ab\"],\"tokenizer_class\":\"RobertaTokenizerFast\"}");
    Tokenizer tokenizer = load();
    assertArrayEquals(new int[] {0, 263, 264, TinyFiles.AB, 5 + 'c', 2}, tokenizer.encode("[OLD][NEW]abc").ids());
    assertEquals("[OLD]c", tokenizer.decode(new int[] {263, 264, TinyFiles.AB, 5 + 'c'}, true));
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
