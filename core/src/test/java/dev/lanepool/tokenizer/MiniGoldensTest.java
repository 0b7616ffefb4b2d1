package dev.lanepool.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanepool.weights.Json;
import dev.lanepool.weights.ModelSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The built-in model's tokenizer against the reference, in rows that tokenizer-goldens/README.md explains. */
class MiniGoldensTest {
  private final Tokenizer tokenizer = Tokenizer.load(ModelSource.folder(Shared.mini()));

  @Test
  void encodingEqualsTheReference() throws Exception {
    int count = 0;
    for (Json row : rows()) {
      if (row.find("decode") == null) {
        check(row);
        count++;
      }
    }
    assertEquals(408, count);
  }

  private void check(Json row) {
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

  @Test
  void decodingEqualsTheReference() throws Exception {
    int count = 0;
    for (Json row : rows()) {
      if (row.find("decode") != null) {
        int[] ids = row.get("decode").elements().stream().mapToInt(Json::asInt).toArray();
        assertEquals(row.get("text").asString(), tokenizer.decode(ids, row.get("skip").asBoolean()), row.file());
        count++;
      }
    }
    assertEquals(132, count);
  }

  @Test
  void theGoldensAreThoseOfTheirGenerator() throws Exception {
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(resource("mini.jsonl"));
    String expected = new String(resource("SHA256SUMS"), StandardCharsets.UTF_8).split(" ")[0];
    assertEquals(expected, HexFormat.of().formatHex(hash));
  }

  private static List<Json> rows() throws IOException {
    List<Json> rows = new ArrayList<>();
    for (String line : new String(resource("mini.jsonl"), StandardCharsets.UTF_8).lines().toList()) {
      rows.add(Json.parse(line.getBytes(StandardCharsets.UTF_8), "mini.jsonl, line " + (rows.size() + 1)));
    }
    return rows;
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = MiniGoldensTest.class.getResourceAsStream("/tokenizer-goldens/" + name)) {
      return in.readAllBytes();
    }
  }
}
