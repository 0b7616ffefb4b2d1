package dev.lanepool.training.data;

import dev.lanepool.nn.SplitMix;
import dev.lanepool.training.data.Sentences.Sentence;
import dev.lanepool.training.data.Sentences.Token;
import dev.lanepool.weights.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a vector may know of its sentence, asked with labels that the sentences themselves give: three tasks of SentEval (Conneau et al.,
 * What you can cram into a single vector, ACL 2018), after the definitions in its {@code data/probing/README.md}. SentEval's data are
 * 120,000 sentences of a book corpus; these tasks are made from any text, and where its size has to tell, the Javadoc says how.
 *
 * <p>Every class has as many rows, drawn by the seed. Of each class a tenth is for testing, a tenth the dev split (rounded, at least one
 * row), the rest for training.
 */
public enum ProbingTask {
  /**
   * The number of tokens, in SentEval's six bins: 5-8, 9-12, 13-16, 17-20, 21-25, 26-28. A bin into which next to nothing falls (less than
   * a tenth of an even share, or fewer than 10 sentences) is left out, where SentEval's corpus fills them all; at least two must be left.
   */
  SENTENCE_LENGTH("sentence-length") {
    @Override
    Map<String, List<Row>> rows(Sentences sentences, SplitMix random) {
      Map<String, List<Row>> classes = new LinkedHashMap<>();
      for (int bin = 0; bin < BIN_ENDS.length; bin++) {
        int from = bin == 0 ? Sentences.MIN_TOKENS : BIN_ENDS[bin - 1] + 1;
        int to = BIN_ENDS[bin];
        List<Row> rows = IntStream.range(0, sentences.size())
            .filter(i -> sentences.get(i).tokens().size() >= from && sentences.get(i).tokens().size() <= to)
            .mapToObj(i -> new Row(i, sentences.get(i).text())).toList();
        if (rows.size() >= Math.max(MIN_ROWS_PER_CLASS, sentences.size() / (10 * BIN_ENDS.length))) {
          classes.put(from + "-" + to, rows);
        }
      }
      if (classes.size() < 2) {
        throw tooSmall(sentences,
            "at least " + MIN_ROWS_PER_CLASS + " fall into " + classes.size() + " of the bins of length, expected at least 2");
      }
      return classes;
    }
  },

  /**
   * Which of k words of middling frequency the sentence holds: exactly one of them, once. The words are the first k of at least 4 letters
   * below rank 2k of the text's lower-cased words, by falling frequency, equal ones in alphabetical order. SentEval has k = 1000; here k is
   * one for 120 sentences, at most 1000, which gives SentEval's figures for a text of its size.
   */
  WORD_CONTENT("word-content") {
    @Override
    Map<String, List<Row>> rows(Sentences sentences, SplitMix random) {
      Map<String, List<Row>> classes = new TreeMap<>();
      middlingWords(sentences).forEach(word -> classes.put(word, new ArrayList<>()));
      for (int i = 0; i < sentences.size(); i++) {
        List<String> targets = words(sentences.get(i)).filter(classes::containsKey).toList();
        if (targets.size() == 1) {
          classes.get(targets.getFirst()).add(new Row(i, sentences.get(i).text()));
        }
      }
      return classes;
    }
  },

  /**
   * Whether two neighbouring words have been swapped: {@code inverted} or {@code original}. The pair is drawn from those without the first
   * token and without punctuation, and of two different words. Sentences with double quotes are left out, and none is in both classes.
   */
  BIGRAM_SHIFT("bigram-shift") {
    @Override
    Map<String, List<Row>> rows(Sentences sentences, SplitMix random) {
      int[] usable = IntStream.range(0, sentences.size())
          .filter(i -> DOUBLE_QUOTES.chars().noneMatch(quote -> sentences.get(i).text().indexOf(quote) >= 0))
          .filter(i -> !pairs(sentences.get(i)).isEmpty()).toArray();
      random.shuffle(usable);
      List<Row> inverted = new ArrayList<>();
      List<Row> original = new ArrayList<>();
      for (int i = 0; i < usable.length; i++) {
        Sentence sentence = sentences.get(usable[i]);
        if (i % 2 == 0) {
          List<Integer> pairs = pairs(sentence);
          inverted.add(new Row(usable[i], swapped(sentence, pairs.get(random.nextInt(pairs.size())))));
        } else {
          original.add(new Row(usable[i], sentence.text()));
        }
      }
      return Map.of("inverted", inverted, "original", original);
    }
  };

  /** SentEval has 100,000 rows for training and 10,000 each for the dev split and for testing. */
  public static final int SENT_EVAL_ROWS = 120_000;

  private static final int[] BIN_ENDS = {8, 12, 16, 20, 25, 28};
  private static final String DOUBLE_QUOTES = "\"\u201C\u201D";
  private static final int SENT_EVAL_WORDS = 1000;
  private static final int SENTENCES_PER_WORD = SENT_EVAL_ROWS / SENT_EVAL_WORDS;
  private static final int MIN_WORDS = 5;
  /** A row to test on, one for the dev split, and a few to train on. */
  private static final int MIN_ROWS_PER_CLASS = 10;

  private final String title;

  ProbingTask(String title) {
    this.title = title;
  }

  /** A row before it is drawn: the sentence's index and the text, which may no longer be the sentence. */
  record Row(int sentence, String text) {}

  /**
   * A task's rows, and which of them are for what, by index from 0, ascending.
   *
   * @param data in the order of the sentences
   * @param train not to be modified
   * @param dev not to be modified
   * @param test not to be modified
   */
  public record Rows(Dataset data, int[] train, int[] dev, int[] test) {}

  /** The candidates of each class. */
  abstract Map<String, List<Row>> rows(Sentences sentences, SplitMix random);

  /**
   * Makes the task. The same text, number and seed give the same rows.
   *
   * @param maxRows the most rows there may be in all
   * @throws DataFileException where the text is too small, as where a class has fewer than 10 sentences; it names the text and what lacks
   * @throws IllegalArgumentException where {@code maxRows} allows fewer than 10 a class
   */
  public Rows make(Sentences sentences, int maxRows, long seed) {
    SplitMix random = new SplitMix(seed);
    Map<String, List<Row>> classes = new TreeMap<>(rows(sentences, random));
    Map.Entry<String, List<Row>> smallest =
        classes.entrySet().stream().min(Comparator.comparingInt(entry -> entry.getValue().size())).orElseThrow();
    if (smallest.getValue().size() < MIN_ROWS_PER_CLASS) {
      throw tooSmall(sentences, "the class " + Json.quote(smallest.getKey()) + " has " + smallest.getValue().size()
          + " sentences, expected at least " + MIN_ROWS_PER_CLASS);
    }
    int each = Math.min(smallest.getValue().size(), maxRows / classes.size());
    if (each < MIN_ROWS_PER_CLASS) {
      throw new IllegalArgumentException(this + ": at most " + maxRows + " rows, expected at least " + MIN_ROWS_PER_CLASS + " for each of "
          + classes.size() + " classes");
    }
    int tenth = Math.round(each / 10f);
    List<Drawn> drawn = new ArrayList<>();
    classes.forEach((label, rows) -> {
      int[] order = IntStream.range(0, rows.size()).toArray();
      random.shuffle(order);
      for (int i = 0; i < each; i++) {
        drawn.add(new Drawn(rows.get(order[i]), label, i < tenth ? Part.TEST : i < 2 * tenth ? Part.DEV : Part.TRAIN));
      }
    });
    drawn.sort(Comparator.comparingInt(row -> row.row().sentence()));
    Dataset data = Dataset.of(drawn.stream().map(row -> row.row().text()).toList(), drawn.stream().map(Drawn::label).toList());
    return new Rows(data, indices(drawn, Part.TRAIN), indices(drawn, Part.DEV), indices(drawn, Part.TEST));
  }

  private enum Part { TRAIN, DEV, TEST }

  private record Drawn(Row row, String label, Part part) {}

  private static int[] indices(List<Drawn> drawn, Part part) {
    return IntStream.range(0, drawn.size()).filter(i -> drawn.get(i).part() == part).toArray();
  }

  DataFileException tooSmall(Sentences sentences, String why) {
    return new DataFileException(sentences.name() + ": too small a text for " + this + ": of its " + sentences.size() + " sentences of "
        + Sentences.MIN_TOKENS + " to " + Sentences.MAX_TOKENS + " tokens, " + why);
  }

  private static Stream<String> words(Sentence sentence) {
    return IntStream.range(0, sentence.tokens().size()).filter(i -> sentence.tokens().get(i).word())
        .mapToObj(i -> sentence.token(i).toLowerCase(Locale.ROOT));
  }

  List<String> middlingWords(Sentences sentences) {
    int count = Math.min(SENT_EVAL_WORDS, sentences.size() / SENTENCES_PER_WORD);
    if (count < MIN_WORDS) {
      throw tooSmall(sentences, "expected at least " + MIN_WORDS * SENTENCES_PER_WORD);
    }
    Map<String, Long> frequencies = IntStream.range(0, sentences.size()).boxed().flatMap(i -> words(sentences.get(i)))
        .collect(Collectors.groupingBy(word -> word, Collectors.counting()));
    List<String> words = frequencies.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
        .map(Map.Entry::getKey)
        .skip(2L * count)
        .filter(word -> word.length() >= 4 && word.chars().allMatch(Character::isLetter))
        .limit(count).toList();
    if (words.size() < count) {
      throw tooSmall(sentences, "found " + words.size() + " words of middling frequency, expected " + count);
    }
    return words;
  }

  /** The places of the pairs that may be swapped, each by its first token. */
  private static List<Integer> pairs(Sentence sentence) {
    List<Token> tokens = sentence.tokens();
    return IntStream.range(1, tokens.size() - 1)
        .filter(i -> tokens.get(i).word() && tokens.get(i + 1).word())
        .filter(i -> !sentence.token(i).equalsIgnoreCase(sentence.token(i + 1))).boxed().toList();
  }

  private static String swapped(Sentence sentence, int first) {
    String text = sentence.text();
    Token a = sentence.tokens().get(first);
    Token b = sentence.tokens().get(first + 1);
    return text.substring(0, a.start()) + sentence.token(first + 1) + text.substring(a.end(), b.start()) + sentence.token(first)
        + text.substring(b.end());
  }

  /** The task's name, as in {@code sentence-length}. */
  @Override
  public String toString() {
    return title;
  }
}
