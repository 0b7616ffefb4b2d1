package dev.lanepool.tests;

import dev.lanepool.tokenizer.EncodeOptions;
import dev.lanepool.tokenizer.Encoding;
import dev.lanepool.tokenizer.Tokenizer;
import dev.lanepool.weights.Json;
import dev.lanepool.weights.ModelSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Compares ids and offsets with what the reference made of the same texts; {@code tokenizer-differential/README.md} says how to run it. */
final class TokenizerDifferential {
  private static final int SHOWN = 5;

  private final Tokenizer tokenizer;
  private int texts;
  private long tokens;
  private int different;

  private TokenizerDifferential(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /** Arguments: a model's folder, and the rows that {@code generate.py} wrote with it. Exits 1 where a text differs. */
  public static void main(String[] args) throws IOException {
    TokenizerDifferential differential = new TokenizerDifferential(Tokenizer.load(ModelSource.folder(Path.of(args[0]))));
    try (BufferedReader rows = Files.newBufferedReader(Path.of(args[1]))) {
      for (String row = rows.readLine(); row != null; row = rows.readLine()) {
        differential.compare(Json.parse(row.getBytes(StandardCharsets.UTF_8), args[1] + ":" + (differential.texts + 1)));
      }
    }
    System.out.println(differential.texts + " texts, " + differential.tokens + " tokens: " + differential.different + " texts differ");
    System.exit(differential.different == 0 && differential.texts > 0 ? 0 : 1);
  }

  private void compare(Json row) {
    String text = row.get("text").asString();
    Encoding encoding = tokenizer.encode(text, EncodeOptions.DEFAULT.withPlainSpecials(row.get("plain").asBoolean()));
    texts++;
    tokens += encoding.length();
    if (!equal(row, text, encoding) && different++ < SHOWN) {
      System.out.println(row.file() + ": \"" + text + "\" gives " + encoding.tokens());
    }
  }

  private static boolean equal(Json row, String text, Encoding encoding) {
    List<Json> ids = row.get("ids").elements();
    List<Json> offsets = row.get("offsets").elements();
    boolean equal = ids.size() == encoding.length();
    for (int i = 0; equal && i < ids.size(); i++) {
      List<Json> span = offsets.get(i).elements(); // in code points
      equal = ids.get(i).asInt() == encoding.id(i) && text.offsetByCodePoints(0, span.get(0).asInt()) == encoding.start(i)
          && text.offsetByCodePoints(0, span.get(1).asInt()) == encoding.end(i);
    }
    return equal;
  }
}
