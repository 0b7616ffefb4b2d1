package dev.lanepool.weights;

import static dev.lanepool.weights.Fixtures.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonTest {
  private static Json json(String text) {
    return Json.parse(text.getBytes(StandardCharsets.UTF_8), "f.json");
  }

  @Test
  void valuesHaveTheTypeThatIsAsked() {
    Json json = json("{\"i\":3,\"l\":3000000000,\"d\":1.5,\"b\":true,\"s\":\"é\\n\",\"n\":null,\"a\":[1,[2]]}");
    assertEquals(List.of("i", "l", "d", "b", "s", "n", "a"), List.copyOf(json.names()));
    assertEquals(3, json.get("i").asInt());
    assertEquals(3.0, json.get("i").asDouble());
    assertEquals(3_000_000_000L, json.get("l").asLong());
    assertEquals(1.5, json.get("d").asDouble());
    assertTrue(json.get("b").asBoolean());
    assertEquals("é\n", json.get("s").asString());
    assertNull(json.find("absent"));
    assertEquals(2, json.get("a").elements().get(1).elements().get(0).asInt());
    refused(() -> json.get("n"), "f.json: the field \"n\" is missing");
    refused(() -> json.get("l").asInt(), "f.json: l: found 3000000000, expected a 32-bit integer");
    refused(() -> json.get("d").asLong(), "d: found 1.5, expected an integer");
    refused(() -> json.get("s").asDouble(), "s: found the string \"é\\u000a\", expected a finite number");
    refused(() -> json.get("i").asString(), "i: found 3, expected a string");
    refused(() -> json.get("i").asBoolean(), "i: found 3, expected true or false");
    refused(() -> json.get("a").elements().get(1).elements().get(0).asString(), "f.json: a[1][0]: found 2, expected a string");
    refused(() -> json.get("a").get("x"), "a: found an array, expected an object");
  }

  @Test
  void onlyStrictJsonIsRead() {
    List<String> wrong = List.of("", " ", "{", "{'a':1}", "{\"a\":1,}", "[1 2]", "NaN", "01", "// c\n1", "{\"a\":1,\"a\":2}", "1 2",
        "\"\t\"", "[".repeat(5000));
    for (String text : wrong) {
      refused(() -> json(text), "f.json: ");
    }
    refused(() -> Json.parse(new byte[] {'"', (byte) 0xc0, (byte) 0x80, '"'}, "f.json"), "f.json: not valid UTF-8");
    refused(() -> json("{\"a\":{\"b\":1,\"b\":2}}"), "f.json: not valid JSON at line 1, column 16: Duplicate field 'b'");
  }

  @Test
  void errorsHaveThePlaceAndNoneOfTheParsersOwnSettings() {
    for (String text : List.of("{\n \"a\":", "{\n \"a\":NaN}", "[\n1 x", "\n\"\t\"", "[".repeat(5000), "1".repeat(5000))) {
      String message = refused(() -> json(text), "f.json: not valid JSON");
      assertTrue(!message.contains("Json") && !message.contains("REDACTED") && !message.contains("Stream"), message);
      assertTrue(text.length() > 100 || message.contains(" at line 2, column "), message);
    }
    String message = refused(() -> Json.parseLine("{\"a\":tru}", "rows: line 7"), "rows: line 7: not valid JSON at column ");
    assertTrue(!message.contains("line 1"), message);
    message = refused(() -> Json.parseLine("{} {}", "rows: line 7"), "rows: line 7: more than one JSON value, the second at column 4");
    assertTrue(!message.contains("line 1"), message);
  }

  @Test
  void longValuesDoNotFloodTheMessage() {
    String key = "k".repeat(9000);
    String message = refused(() -> json("{\"" + key + "\":\"" + "v".repeat(9000) + "\"}").get(key).asInt(), "vvv...");
    assertTrue(message.length() < 400, message);
  }
}
