package dev.lanepool.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.weights.Json;
import dev.lanepool.weights.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Rows of what the reference gives, which tokenizer-goldens/README.md explains. */
final class GoldenRow {
  private GoldenRow() {}

  /** The rows of a file that is as its generator made it. */
  static List<Json> of(String name) {
    List<Json> rows = new ArrayList<>();
    for (String line : lines(name)) {
      rows.add(Json.parse(line.getBytes(StandardCharsets.UTF_8), name + ", line " + (rows.size() + 1)));
    }
    return rows;
  }

  /** The same, not yet parsed. */
  static List<String> lines(String name) {
    byte[] bytes = resource(name);
    String sums = new String(resource("SHA256SUMS"), StandardCharsets.UTF_8);
    assertTrue(sums.contains(Sha256.hex(bytes) + "  " + name), name + " is not as its generator made it");
    return new String(bytes, StandardCharsets.UTF_8).lines().toList();
  }

  private static byte[] resource(String name) {
    try (InputStream in = GoldenRow.class.getResourceAsStream("/tokenizer-goldens/" + name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** That the tokenizer makes of the row's text, or texts, what the reference makes of them. */
  static void check(Tokenizer tokenizer, Json row) {
    String text = row.get("text").asString();
    Json stated = row.find("pair");
    String pair = stated.isNull() ? null : stated.asString();
    int maxLength = row.find("max").isNull() ? Integer.MAX_VALUE : row.get("max").asInt();
    EncodeOptions options = new EncodeOptions(maxLength, row.get("special").asBoolean(), row.get("plain").asBoolean());
    Encoding encoding = pair == null ? tokenizer.encode(text, options) : tokenizer.encode(text, pair, options);
    List<Integer> second = Expected.ints(row.get("second"));
    List<Json> offsets = row.get("offsets").elements();
    List<List<Integer>> spans = new ArrayList<>();
    for (int i = 0; i < offsets.size(); i++) {
      String of = second.contains(i) ? pair : text;
      spans.add(offsets.get(i).elements().stream().map(place -> of.offsetByCodePoints(0, place.asInt())).toList());
    }
    assertEquals(new Expected(Expected.ints(row.get("ids")), spans), Expected.of(encoding), () -> row.file() + ": " + text);
    assertEquals(row.get("full").asInt(), encoding.fullLength(), row.file());
    assertEquals(encoding.fullLength() > encoding.length(), encoding.truncated(), row.file());
  }
}
