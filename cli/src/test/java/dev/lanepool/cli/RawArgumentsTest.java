package dev.lanepool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What the system shows of arguments against what Java made of them. */
class RawArgumentsTest {
  private static byte[] latin(String commandLine) {
    return commandLine.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String wrong(String commandLine, String... args) {
    return RawArguments.wrong(latin(commandLine), StandardCharsets.UTF_8, args);
  }

  @Test
  void theArgumentAndTheByteAreNamed() {
    assertEquals("argument 2 \"a\uFFFDb\": found the byte 0xFF, expected UTF-8",
        wrong("java\0-cp\0x\0Main\0embed\0a\u00ffb\0", "embed", "a\uFFFDb"));
    // A character that is cut off.
    assertEquals("argument 1 \"e\uFFFD\": found the byte 0xC3, expected UTF-8", wrong("java\0e\u00c3\0", "e\uFFFD"));
    // Half of a pair of surrogates.
    assertEquals("argument 1 \"\uFFFD\": found the byte 0xED, expected UTF-8", wrong("java\0\u00ed\u00a0\u0080\0", "\uFFFD"));
  }

  @Test
  void theCharacterItselfIsText() {
    assertNull(wrong("java\0a\u00ef\u00bf\u00bd\0", "a\uFFFD"));
    assertEquals("argument 2 \"\uFFFD\": found the byte 0xFF, expected UTF-8",
        wrong("java\0a\u00ef\u00bf\u00bd\0\u00ff\0", "a\uFFFD", "\uFFFD"));
  }

  @Test
  void aLocaleThatCannotReadThemIsNamed() {
    assertEquals("argument 1 \"\uFFFD\uFFFD\": found bytes that are no text in this locale's encoding, US-ASCII, expected a locale with "
        + "UTF-8, such as LC_ALL=C.UTF-8", RawArguments.wrong(latin("java\0\u00c3\u00a9\0"), StandardCharsets.US_ASCII, "\uFFFD\uFFFD"));
  }

  @Test
  void whatTheSystemDoesNotShowIsNotJudged() {
    assertNull(wrong("", "\uFFFD"));
    assertNull(wrong("java\0", "a", "\uFFFD"));
    assertNull(wrong("java\0@arguments\0", "\uFFFD"));
    assertNull(RawArguments.wrong("\uFFFD")); // this process was not started with it
  }
}
