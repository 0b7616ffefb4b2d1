package dev.lanepool.training.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProbingTaskTest {
  @TempDir
  private Path folder;

  private Sentences sentences(String text) {
    try {
      return Sentences.read(Files.writeString(folder.resolve("text.txt"), text));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sentences of words with falling frequencies, lengths spread over all bins. */
  private static String text(int count) {
    Random random = new Random(11);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      int length = 5 + random.nextInt(24);
      for (int k = 0; k < length - 1; k++) {
        int rank = (int) Math.pow(400, random.nextDouble());
        String word = "" + (char) ('a' + rank % 26) + (char) ('a' + rank / 26 % 26) + "words".substring(0, 1 + rank % 5);
        text.append(k == 0 ? word.toUpperCase(Locale.ROOT) : word).append(k == length - 2 ? ".\n" : " ");
      }
    }
    return text.toString();
  }

  private static Map<String, Integer> counts(ProbingTask.Rows rows, int[] part) {
    Map<String, Integer> counts = new HashMap<>();
    Arrays.stream(part).forEach(i -> counts.merge(rows.data().labels().get(i), 1, Integer::sum));
    return counts;
  }

  private static void assertBalanced(ProbingTask.Rows rows, int classes) {
    assertArrayEquals(IntStream.range(0, rows.data().size()).toArray(),
        IntStream.concat(IntStream.concat(Arrays.stream(rows.train()), Arrays.stream(rows.dev())), Arrays.stream(rows.test())).sorted()
            .toArray());
    for (int[] part : List.of(rows.train(), rows.dev(), rows.test())) {
      Map<String, Integer> counts = counts(rows, part);
      assertEquals(classes, counts.size());
      assertEquals(1, new HashSet<>(counts.values()).size(), counts.toString());
    }
    assertEquals(rows.dev().length, rows.test().length);
    assertEquals(rows.data().size() / 10.0, rows.test().length, classes);
  }

  @Test
  void everyTaskIsBalancedAndItsSeedDecides() {
    Sentences sentences = sentences(text(3000));
    for (ProbingTask task : ProbingTask.values()) {
      ProbingTask.Rows rows = task.make(sentences, ProbingTask.SENT_EVAL_ROWS, 1);
      assertBalanced(rows, switch (task) {
        case SENTENCE_LENGTH -> 6;
        case WORD_CONTENT -> sentences.size() / 120;
        case BIGRAM_SHIFT -> 2;
      });
      ProbingTask.Rows again = task.make(sentences, ProbingTask.SENT_EVAL_ROWS, 1);
      assertEquals(rows.data().texts(), again.data().texts());
      assertEquals(rows.data().labels(), again.data().labels());
      assertArrayEquals(rows.test(), again.test());
      assertNotEquals(rows.data().texts(), task.make(sentences, ProbingTask.SENT_EVAL_ROWS, 2).data().texts());
      assertTrue(task.make(sentences, 600, 1).data().size() <= 600);
    }
  }

  @Test
  void lengthsFallIntoSentEvalsBins() {
    ProbingTask.Rows rows = ProbingTask.SENTENCE_LENGTH.make(sentences(text(2000)), 10_000, 1);
    assertEquals(List.of("13-16", "17-20", "21-25", "26-28", "5-8", "9-12"), rows.data().classes());
    for (int i = 0; i < rows.data().size(); i++) {
      String[] bin = rows.data().labels().get(i).split("-");
      int length = rows.data().texts().get(i).replace(".", " .").split(" ").length;
      assertTrue(length >= Integer.parseInt(bin[0]) && length <= Integer.parseInt(bin[1]), rows.data().texts().get(i));
    }
  }

  @Test
  void aBinOfLengthsThatIsNextToEmptyIsLeftOut() {
    Sentences all = sentences(text(2000));
    String longOnes = String.join("\n", all.texts().stream().filter(line -> Sentences.tokens(line).size() > 12).toList());
    String few = String.join("\n", all.texts().stream().filter(line -> Sentences.tokens(line).size() <= 8).limit(12).toList());
    ProbingTask.Rows rows = ProbingTask.SENTENCE_LENGTH.make(sentences(longOnes + "\n" + few + "\n"), 10_000, 1);
    assertEquals(List.of("13-16", "17-20", "21-25", "26-28"), rows.data().classes());
    assertBalanced(rows, 4);
  }

  @Test
  void wordContentHasExactlyOneOfItsWordsOnceAndNoneThatIsFrequent() {
    Sentences sentences = sentences(text(3000));
    ProbingTask.Rows rows = ProbingTask.WORD_CONTENT.make(sentences, 100_000, 1);
    Set<String> targets = Set.copyOf(rows.data().classes());
    Map<String, Integer> frequencies = new HashMap<>();
    sentences.texts().forEach(text -> words(text).forEach(word -> frequencies.merge(word, 1, Integer::sum)));
    for (String target : targets) {
      int own = frequencies.get(target);
      long rank = frequencies.entrySet().stream()
          .filter(word -> word.getValue() > own || word.getValue() == own && word.getKey().compareTo(target) < 0).count();
      assertTrue(target.length() >= 4 && rank >= 2 * targets.size(), target + " has rank " + rank);
    }
    for (int i = 0; i < rows.data().size(); i++) {
      assertEquals(List.of(rows.data().labels().get(i)), words(rows.data().texts().get(i)).stream().filter(targets::contains).toList());
    }
  }

  /** By their definition, hyphenated ones not among them. */
  @Test
  void wordContentAsksForTheMostFrequentWordsBelowTheFirst() {
    Sentences sentences = sentences(text(1500).replace("a", "a-o"));
    Map<String, Integer> frequencies = new HashMap<>();
    sentences.texts().forEach(text -> words(text).forEach(word -> frequencies.merge(word, 1, Integer::sum)));
    int k = sentences.size() / 120;
    List<String> expected = frequencies.keySet().stream().sorted((a, b) -> frequencies.get(a).equals(frequencies.get(b)) ? a.compareTo(b)
        : frequencies.get(b) - frequencies.get(a)).skip(2L * k).filter(word -> word.matches("[a-z]{4,}")).limit(k).sorted().toList();
    assertEquals(expected, ProbingTask.WORD_CONTENT.make(sentences, 100_000, 1).data().classes());
  }

  private static List<String> words(String text) {
    return List.of(text.toLowerCase(Locale.ROOT).replace(".", "").split(" "));
  }

  @Test
  void bigramShiftSwapsOneInnerPairInHalfOfTheSentences() {
    Sentences sentences = sentences(text(500) + "He said \"no one likes that\" again.\n");
    Set<String> originals = new HashSet<>(sentences.texts());
    ProbingTask.Rows rows = ProbingTask.BIGRAM_SHIFT.make(sentences, 100_000, 1);
    assertTrue(rows.data().size() >= 490 && rows.data().size() <= 501, "rows: " + rows.data().size());
    for (int i = 0; i < rows.data().size(); i++) {
      String text = rows.data().texts().get(i);
      assertFalse(text.contains("\""));
      assertEquals(rows.data().labels().get(i).equals("original"), originals.remove(text), text);
      if (rows.data().labels().get(i).equals("inverted")) {
        assertEquals(1, restored(text).stream().filter(originals::remove).count(), text);
      }
    }
  }

  @Test
  void bigramShiftDrawsSentencesAndPairsAndLeavesOutWhatCouldNotBeTold() {
    Sentences sentences = sentences("One one one one one.\nHe said \u201Cnobody knows that\u201D.\n" + text(300));
    ProbingTask.Rows rows = ProbingTask.BIGRAM_SHIFT.make(sentences, 100_000, 1);
    assertNotEquals(rows.data().labels(), ProbingTask.BIGRAM_SHIFT.make(sentences, 100_000, 2).data().labels());
    List<String> originals = sentences.texts();
    Set<Integer> places = new HashSet<>();
    for (String text : rows.data().texts()) {
      assertFalse(text.startsWith("One one") || text.contains("\u201C"), text);
      if (!originals.contains(text)) {
        String original = restored(text).stream().filter(originals::contains).findFirst().orElseThrow();
        places.add(Arrays.mismatch(text.split(" "), original.split(" ")));
      }
    }
    assertTrue(places.size() > 10 && places.contains(1) && !places.contains(0), places::toString);
  }

  /** Words that differ by case alone are equal. */
  @Test
  void bigramShiftMaySwapTheLastTwoWordsButNeitherSignsNorEqualWords() {
    List<String> usable = IntStream.range(0, 20).mapToObj(i -> "One one one one x" + i).toList();
    Sentences sentences = sentences(String.join("\n", usable) + "\nHe said it all\u201D.\nHa, bb bb bb.\nHa one One one One.\n");
    ProbingTask.Rows rows = ProbingTask.BIGRAM_SHIFT.make(sentences, 100, 1);
    assertEquals(23, sentences.size());
    assertEquals(20, rows.data().size());
    assertTrue(rows.data().texts().stream().allMatch(text -> text.matches("One one one (one x\\d+|x\\d+ one)")));
  }

  @Test
  void theSmallestTasksHaveTenRowsAClassAndATenthIsRounded() {
    Sentences twenty = sentences(String.join("\n", sentences(text(300)).texts().subList(0, 20)));
    ProbingTask.Rows rows = ProbingTask.BIGRAM_SHIFT.make(twenty, 20, 1);
    assertEquals(List.of(20, 16, 2, 2), List.of(rows.data().size(), rows.train().length, rows.dev().length, rows.test().length));
    rows = ProbingTask.BIGRAM_SHIFT.make(sentences(text(300)), 32, 1);
    assertEquals(List.of(32, 24, 4, 4), List.of(rows.data().size(), rows.train().length, rows.dev().length, rows.test().length));
    Sentences enough = sentences(String.join("\n", sentences(text(800)).texts().subList(0, 600)));
    assertEquals(5, ProbingTask.WORD_CONTENT.make(enough, 100_000, 1).data().classes().size());
  }

  /** The sentences that one swap of neighbours, the first word and the full stop left alone, makes of this one. */
  private static Set<String> restored(String text) {
    String[] words = text.substring(0, text.length() - 1).split(" ");
    Set<String> all = new HashSet<>();
    for (int i = 1; i + 1 < words.length; i++) {
      String[] swapped = words.clone();
      swapped[i] = words[i + 1];
      swapped[i + 1] = words[i];
      all.add(String.join(" ", swapped) + ".");
    }
    return all;
  }

  @Test
  void sentencesAreLinesAndLongLinesAreCutWhereSentencesEnd() {
    String tail = " It has a second sentence, which goes on for quite a while so that the line as a whole is long.";
    Sentences sentences = sentences("One line, one sentence. Even so. \nOne line, one sentence. Even so.\ntoo short\n\n"
        + "This is Mr. Smith's long line (really!)." + tail + "\n" + "word ".repeat(29) + "\n");
    assertEquals(List.of("One line, one sentence. Even so.", "Smith's long line (really!).", tail.strip()), sentences.texts());
    String longest = "A b. " + "C d. ".repeat(8) + "E"; // 28 tokens
    assertEquals(List.of(longest), sentences(longest + "\n" + "C d. ".repeat(10) + "\n").texts());
    List<String> tokens = new ArrayList<>();
    String text = "don't don\u2019t \u0915\u093F\u0924 x-ray, e\u0301te\u0301 3rd\u00A0-- a- \uD83D\uDE00'";
    Sentences.tokens(text).forEach(token -> tokens.add(text.substring(token.start(), token.end())));
    assertEquals(List.of("don't", "don\u2019t", "\u0915\u093F\u0924", "x-ray", ",", "e\u0301te\u0301",
        "3rd", "-", "-", "a", "-", "\uD83D\uDE00", "'"), tokens);
  }

  @Test
  void aSentenceMayEndWithAQuestionOrInBracketsAndTheNextBeginWithANumberOrAQuote() {
    List<String> expected = List.of("Did they all go home?", "12 of them stayed (she said so.)", "\u201CThat is all we know.\u201D",
        "\u2018Not at all\u2019 was the reply.");
    assertEquals(expected, sentences(String.join(" ", expected)).texts());
    assertEquals(1, Sentences.tokens("a\u20DDb").size(), "an enclosing mark");
  }

  @Test
  void tooSmallATextIsNamed() {
    refused("text.txt: no sentence of 5 to 28 tokens", () -> sentences("too short\n"));
    refused("line 2: not valid UTF-8", () -> {
      try {
        Sentences.read(Files.write(folder.resolve("latin1.txt"), new byte[] {'a', '\n', (byte) 0xE9, '\n'}));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
    Sentences few = sentences(text(40));
    refused("text.txt: too small a text for sentence-length: of its 15 sentences of 5 to 28 tokens, at least 10 fall into 0 of the bins",
        () -> ProbingTask.SENTENCE_LENGTH.make(sentences(text(15)), 1000, 1));
    refused("at least 10 fall into 1 of the bins", () -> ProbingTask.SENTENCE_LENGTH.make(
        sentences(String.join("\n", all().filter(line -> Sentences.tokens(line).size() <= 8).toList())), 1000, 1));
    refused("found 0 words of middling frequency, expected 5", () -> ProbingTask.WORD_CONTENT.make(
        sentences(IntStream.range(0, 600).mapToObj(i -> "a b c d " + i).collect(Collectors.joining("\n"))), 1000, 1));
    refused("expected at least 600", () -> ProbingTask.WORD_CONTENT.make(few, 1000, 1));
    Sentences fewer = sentences(text(15));
    refused("has 7 sentences, expected at least 10", () -> ProbingTask.BIGRAM_SHIFT.make(fewer, 1000, 1));
    assertThrows(IllegalArgumentException.class, () -> ProbingTask.BIGRAM_SHIFT.make(few, 10, 1));
  }

  private Stream<String> all() {
    return sentences(text(500)).texts().stream();
  }

  private static void refused(String message, Runnable run) {
    DataFileException e = assertThrows(DataFileException.class, run::run);
    assertTrue(e.getMessage().contains(message), () -> "found: " + e.getMessage() + "; expected in it: " + message);
  }
}
