package dev.lanepool.training.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The sentences of a plain text, to make {@link ProbingTask}s from.
 *
 * <p>A line of at most {@value #MAX_TOKENS} tokens is a sentence. A longer one is cut after {@code .}, {@code !} or {@code ?} (and closing
 * quotes or brackets) where white space and then an upper-case letter, a digit, or an opening quote or bracket follow: so a file may have
 * one sentence a line or one paragraph a line, but not lines broken at a fixed width. Sentences of {@value #MIN_TOKENS} to
 * {@value #MAX_TOKENS} tokens are kept, as in SentEval's corpus, each once however often it occurs.
 *
 * <p>A token is a word, which is a run of letters, marks and digits that single hyphens and apostrophes may join, or any other character
 * that is not white space.
 */
public final class Sentences {
  /** The fewest tokens of a sentence that is kept. */
  public static final int MIN_TOKENS = 5;
  /** The most tokens of a sentence that is kept. */
  public static final int MAX_TOKENS = 28;

  private static final Pattern END = Pattern.compile("[.!?][\"')\\]\u201D\u2019]*\\s+(?=[\"'(\\[\u201C\u2018]?[\\p{Lu}\\p{N}])");

  /** A token's place in the sentence, in UTF-16 units, and whether it is a word. */
  record Token(int start, int end, boolean word) {}

  record Sentence(String text, List<Token> tokens) {
    String token(int i) {
      return text.substring(tokens.get(i).start(), tokens.get(i).end());
    }
  }

  private final String name;
  private final List<Sentence> kept;

  private Sentences(String name, List<Sentence> kept) {
    this.name = name;
    this.kept = kept;
  }

  /**
   * Reads a text file.
   *
   * @throws DataFileException where it is a folder, a line is not UTF-8, or there is no sentence to keep
   * @throws UncheckedIOException where it cannot be read; the message names it
   */
  public static Sentences read(Path file) {
    Set<String> seen = new HashSet<>();
    List<Sentence> kept = new ArrayList<>();
    try (Utf8Lines lines = Utf8Lines.open(file)) {
      for (String line = lines.next(); line != null; line = lines.next()) {
        for (String text : split(line.strip())) {
          List<Token> tokens = tokens(text);
          if (tokens.size() >= MIN_TOKENS && tokens.size() <= MAX_TOKENS && seen.add(text)) {
            kept.add(new Sentence(text, tokens));
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
    if (kept.isEmpty()) {
      throw new DataFileException(file + ": no sentence of " + MIN_TOKENS + " to " + MAX_TOKENS + " tokens");
    }
    return new Sentences(file.toString(), kept);
  }

  /** How errors name the text. */
  public String name() {
    return name;
  }

  /** How many there are. */
  public int size() {
    return kept.size();
  }

  /** The sentences in the text's order. */
  public List<String> texts() {
    return kept.stream().map(Sentence::text).toList();
  }

  Sentence get(int i) {
    return kept.get(i);
  }

  private static List<String> split(String line) {
    if (tokens(line).size() <= MAX_TOKENS) {
      return List.of(line);
    }
    List<String> parts = new ArrayList<>();
    Matcher end = END.matcher(line);
    int from = 0;
    while (end.find()) {
      parts.add(line.substring(from, end.end()).strip());
      from = end.end();
    }
    parts.add(line.substring(from));
    return parts;
  }

  static List<Token> tokens(String text) {
    List<Token> tokens = new ArrayList<>();
    for (int i = 0; i < text.length();) {
      int start = i;
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      if (Character.isWhitespace(c) || Character.isSpaceChar(c)) {
        continue;
      }
      boolean word = inWord(c);
      while (word && i < text.length()) {
        int next = text.codePointAt(i);
        int joined = next == '\'' || next == '\u2019' || next == '-' ? 1 : 0;
        if (!(i + joined < text.length() && inWord(text.codePointAt(i + joined)))) {
          break;
        }
        i += joined + Character.charCount(text.codePointAt(i + joined));
      }
      tokens.add(new Token(start, i, word));
    }
    return tokens;
  }

  private static boolean inWord(int c) {
    return Character.isLetterOrDigit(c) || switch (Character.getType(c)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.COMBINING_SPACING_MARK -> true;
      default -> false;
    };
  }
}
