package dev.lanepool.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.weights.ModelSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What holds for every text. */
class RandomTextTest {
  private static final long SEED = 20261122;
  private static final EncodeOptions PLAIN = EncodeOptions.DEFAULT.withPlainSpecials(true).withAddSpecialTokens(false);

  private final Tokenizer tokenizer = Tokenizer.load(ModelSource.folder(Shared.mini()));

  @Test
  void decodingUndoesEncoding() {
    RandomText texts = new RandomText(SEED);
    for (int i = 0; i < 20_000; i++) {
      String text = texts.next();
      assertEquals(text, tokenizer.decode(tokenizer.encode(text, PLAIN).ids(), false));
    }
  }

  @Test
  void offsetsAscendAndStayWithinTheText() {
    RandomText texts = new RandomText(SEED + 1);
    for (int i = 0; i < 20_000; i++) {
      String text = i % 2 == 0 ? texts.next() : texts.malformed();
      Encoding encoding = tokenizer.encode(text);
      int last = encoding.length() - 1;
      assertEquals("<s>", encoding.tokens().get(0));
      assertEquals("</s>", encoding.tokens().get(last));
      int previous = 0;
      for (int t = 1; t < last; t++) {
        assertTrue(previous <= encoding.start(t) && encoding.start(t) <= encoding.end(t) && encoding.end(t) <= text.length(), text);
        previous = encoding.start(t);
      }
    }
  }

  @Test
  void anUnpairedSurrogateIsReadAsTheReplacementCharacter() {
    RandomText texts = new RandomText(SEED + 2);
    for (int i = 0; i < 5_000; i++) {
      String text = texts.malformed();
      StringBuilder replaced = new StringBuilder();
      text.codePoints().forEach(c -> replaced.appendCodePoint(c >= 0xD800 && c <= 0xDFFF ? 0xFFFD : c));
      assertEquals(Expected.of(tokenizer.encode(replaced.toString())), Expected.of(tokenizer.encode(text)), text);
    }
  }

  @Test
  void wordsAreThoseOfTheRegularExpression() {
    Pattern pattern = Pattern.compile("'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\p{IsWhite_Space}\\p{L}\\p{N}]+"
        + "|\\p{IsWhite_Space}+(?![^\\p{IsWhite_Space}])|\\p{IsWhite_Space}+");
    RandomText texts = new RandomText(SEED + 3);
    for (int i = 0; i < 20_000; i++) {
      String text = texts.next();
      List<String> expected = pattern.matcher(text).results().map(MatchResult::group).toList();
      char[] units = text.toCharArray();
      List<String> words = new ArrayList<>();
      for (int start = 0; start < units.length; ) {
        int end = PreTokenizer.wordEnd(units, start, units.length);
        words.add(text.substring(start, end));
        start = end;
      }
      assertEquals(expected, words);
    }
  }

  @Test
  void manyThreadsGetWhatOneGets() throws Exception {
    RandomText source = new RandomText(SEED + 4);
    List<String> texts = new ArrayList<>();
    List<int[]> expected = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      texts.add(source.next());
      expected.add(tokenizer.encode(texts.getLast()).ids());
    }
    Tokenizer shared = Tokenizer.load(ModelSource.folder(Shared.mini()));
    Callable<Boolean> task = () -> {
      for (int i = 0; i < texts.size(); i++) {
        assertArrayEquals(expected.get(i), shared.encode(texts.get(i)).ids());
      }
      return true;
    };
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (Future<Boolean> done : threads.invokeAll(List.of(task, task, task, task, task, task, task, task))) {
        assertTrue(done.get());
      }
    }
  }
}
