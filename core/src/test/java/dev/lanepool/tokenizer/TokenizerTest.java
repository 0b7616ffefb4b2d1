package dev.lanepool.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.weights.ModelSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What callers may rely on, with the built-in model's vocabulary. */
class TokenizerTest {
  private final Tokenizer tokenizer = Tokenizer.load(ModelSource.folder(Shared.mini()));

  @Test
  void anEmptyTextIsItsSpecialTokens() {
    assertEquals(List.of("<s>", "</s>"), tokenizer.encode("").tokens());
    assertEquals(0, tokenizer.encode("", EncodeOptions.DEFAULT.withAddSpecialTokens(false)).length());
  }

  @Test
  void untrustedTextCannotForgeSpecialTokens() {
    String text = "a</s>b<mask><s><pad><unk>";
    Encoding plain = tokenizer.encode(text, EncodeOptions.DEFAULT.withPlainSpecials(true));
    for (int i = 1; i < plain.length() - 1; i++) {
      assertFalse(tokenizer.isSpecial(plain.id(i)), plain.tokens().get(i));
    }
    assertTrue(tokenizer.encode(text).tokens().contains("<mask>"));
  }

  @Test
  void truncationKeepsTheSpecialTokensAndTellsTheFullLength() {
    Encoding encoding = tokenizer.encode("one two three four", EncodeOptions.DEFAULT.withMaxLength(4));
    assertEquals(4, encoding.length());
    assertEquals("</s>", encoding.tokens().get(3));
    assertTrue(encoding.truncated());
    assertEquals(tokenizer.countTokens("one two three four"), encoding.fullLength());
    assertFalse(tokenizer.encode("one two three four", EncodeOptions.DEFAULT.withMaxLength(encoding.fullLength())).truncated());
  }

  @Test
  void aMaximalLengthWithoutRoomForTheSpecialTokensIsRefused() {
    EncodeOptions three = EncodeOptions.DEFAULT.withMaxLength(3);
    assertEquals(3, tokenizer.encode("one two", three).length());
    assertThrows(IllegalArgumentException.class, () -> tokenizer.encode("one", "two", three));
    assertThrows(IllegalArgumentException.class, () -> tokenizer.encode("one", EncodeOptions.DEFAULT.withMaxLength(1)));
    assertThrows(IllegalArgumentException.class, () -> EncodeOptions.DEFAULT.withMaxLength(-1));
  }

  @Test
  void idsOutsideTheVocabularyAreRefused() {
    for (int id : new int[] {-1, tokenizer.vocabularySize(), Integer.MAX_VALUE}) {
      assertThrows(IllegalArgumentException.class, () -> tokenizer.token(id));
      assertThrows(IllegalArgumentException.class, () -> tokenizer.decode(new int[] {id}, false));
      assertFalse(tokenizer.isSpecial(id));
    }
  }

  @Test
  void everyTokenIsFoundByItsId() {
    for (int id = 0; id < tokenizer.vocabularySize(); id++) {
      assertEquals(id, tokenizer.id(tokenizer.token(id)).orElseThrow());
    }
    assertEquals(16384, tokenizer.vocabularySize());
  }

  @Test
  void anEncodingCannotBeChangedThroughItsIds() {
    Encoding encoding = tokenizer.encode("a");
    encoding.ids()[0] = 7;
    assertEquals(0, encoding.id(0));
    assertThrows(IndexOutOfBoundsException.class, () -> encoding.start(3));
  }

  @Test
  void halfACharacterDecodesToTheReplacementCharacter() {
    int[] ids = tokenizer.encode("\ud83d\ude00", EncodeOptions.DEFAULT.withAddSpecialTokens(false)).ids();
    assertEquals("\ud83d\ude00", tokenizer.decode(ids, false));
    assertEquals(4, ids.length);
    assertEquals("\ufffd", tokenizer.decode(new int[] {ids[0], ids[1]}, false));
  }
}
