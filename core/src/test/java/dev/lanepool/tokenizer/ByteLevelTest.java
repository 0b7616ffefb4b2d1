package dev.lanepool.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ByteLevelTest {

  /** An example and tables 3-8 to 3-11 of the Unicode standard (version 15), and the edges of a first byte. R stands for U+FFFD. */
  @Test
  void whatIsNoUtf8BecomesReplacementCharactersAsUnicodeRecommends() {
    Map<String, String> tables = Map.of(
        "61 f1 80 80 e1 80 c2 62 80 63 80 bf 64", "aRRRbRcRRd",
        "c0 af e0 80 bf f0 81 82 41", "RRRRRRRRA",
        "ed a0 80 ed bf bf ed af 41", "RRRRRRRRA",
        "f4 91 92 93 ff 41 80 bf 42", "RRRRRARRB",
        "e1 80 e2 f0 91 92 f1 bf 41", "RRRRA",
        "c1 80 f5 80 80 80", "RRRRRR",
        "c2 80 e0 a0 80 f0 90 80 80 f4 8f bf bf", "\u0080\u0800\ud800\udc00\udbff\udfff");
    tables.forEach((bytes, text) ->
        assertEquals(text.replace('R', '\ufffd'), ByteLevel.decodeUtf8(HexFormat.ofDelimiter(" ").parseHex(bytes)), bytes));
  }
}
