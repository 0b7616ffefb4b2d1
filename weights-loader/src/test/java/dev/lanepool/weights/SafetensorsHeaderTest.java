package dev.lanepool.weights;

import static dev.lanepool.weights.Fixtures.f32;
import static dev.lanepool.weights.Fixtures.refused;
import static dev.lanepool.weights.Fixtures.safetensors;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsHeaderTest {
  private static final String TENSOR = "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}";

  @TempDir
  private Path folder;

  /** The file is read from bytes and through a map: both must say the same. */
  private String refusedBothWays(byte[] bytes, String... fragments) {
    Path file = Fixtures.write(folder, "t.safetensors", bytes);
    String mapped = refused(() -> Weights.open(file), fragments);
    assertTrue(mapped.startsWith(file + ": "), mapped);
    String inMemory = refused(() -> Weights.of(file.toString(), bytes), fragments);
    assertEquals(mapped, inMemory);
    return mapped;
  }

  private String refusedHeader(String header, int dataSize, String... fragments) {
    return refusedBothWays(safetensors(header, new byte[dataSize]), fragments);
  }

  private static String tensor(String dtype, String shape, String offsets) {
    return "{\"a\":{\"dtype\":" + dtype + ",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}}";
  }

  @Test
  void everyViolationHasAMessageOfItsOwn() {
    Set<String> messages = new HashSet<>();
    messages.add(refusedBothWays(new byte[7], "found 7 bytes, expected at least 8"));
    messages.add(refusedBothWays(Fixtures.little(8).putLong(-1).array(), "header length of 18446744073709551615 bytes", "100000000"));
    messages.add(refusedBothWays(Fixtures.little(8).putLong(100_000_001).array(), "100000001 bytes, expected at most 100000000"));
    messages.add(refusedBothWays(Fixtures.little(8).putLong(100_000_000).array(), "100000000 bytes, but only 0 bytes follow"));
    messages.add(refusedBothWays("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n".getBytes(StandardCharsets.UTF_8),
        "found a text of 64 bytes, as a clone without Git LFS has", "expected the file itself: run \"git lfs pull\""));
    messages.add(refusedBothWays(new byte[8], "the header is empty"));
    messages.add(refusedBothWays(safetensors("", new byte[3]), "the header is empty"));
    messages.add(refusedBothWays(Fixtures.little(10).putLong(2).put((byte) '{').put((byte) 0xff).array(), "not valid UTF-8"));
    messages.add(refusedHeader("{", 0, "the header is not valid JSON at line 1"));
    messages.add(refusedHeader("{}{}", 0, "more than one JSON value"));
    messages.add(refusedHeader("\ufeff{}", 0, "not valid JSON"));
    messages.add(refusedHeader("{\"a\":NaN}", 0, "not valid JSON"));
    messages.add(refusedHeader("[]", 0, "the header: found an array, expected an object"));
    messages.add(refusedHeader("{\"a\":" + TENSOR + ",\"a\":" + TENSOR + "}", 4, "Duplicate field 'a'"));
    messages.add(refusedHeader("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", 4, "Duplicate field 'dtype'"));
    messages.add(refusedHeader("{\"__metadata__\":[]}", 0, "__metadata__: found an array, expected an object of strings"));
    messages.add(refusedHeader("{\"__metadata__\":{\"k\":1}}", 0, "__metadata__: \"k\": found 1, expected a string"));
    messages.add(refusedHeader("{\"a\":3}", 0, "tensor \"a\": found 3, expected an object"));
    messages.add(refusedHeader("{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "tensor \"a\": the field \"dtype\" is missing"));
    messages.add(refusedHeader("{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", 4, "the field \"shape\" is missing"));
    messages.add(refusedHeader("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "the field \"data_offsets\" is missing"));
    messages.add(refusedHeader(tensor("7", "[1]", "[0,4]"), 4, "dtype: found 7, expected a string"));
    messages.add(refusedHeader(tensor("\"f32\"", "[1]", "[0,4]"), 4, "dtype: found \"f32\", expected one of [BOOL, F4,"));
    messages.add(refusedHeader(tensor("\"F32\"", "4", "[0,4]"), 4, "shape: found 4, expected an array of integers"));
    messages.add(refusedHeader(tensor("\"F32\"", "[1.0]", "[0,4]"), 4, "shape: found 1.0, expected an integer"));
    messages.add(refusedHeader(tensor("\"F32\"", "[true]", "[0,4]"), 4, "shape: found true, expected an integer"));
    messages.add(refusedHeader(tensor("\"F32\"", "[null]", "[0,4]"), 4, "shape: found null, expected an integer"));
    messages.add(refusedHeader(tensor("\"F32\"", "[[1]]", "[0,4]"), 4, "shape: found an array, expected an integer"));
    messages.add(refusedHeader(tensor("\"F32\"", "[-1,-1]", "[0,4]"), 4, "shape: found -1, expected no negative number"));
    messages.add(refusedHeader(tensor("\"F32\"", "[9223372036854775808]", "[0,4]"), 4, "shape: found 9223372036854775808"));
    messages.add(refusedHeader(tensor("\"F32\"", "[4294967296,4294967296]", "[0,0]"), 0, "whose size in bits overflows"));
    messages.add(refusedHeader(tensor("\"F32\"", "[2,9223372036854775807]", "[0,16]"), 16, "whose size in bits overflows"));
    messages.add(refusedHeader(tensor("\"F32\"", "[" + "1,".repeat(64) + "1]", "[0,4]"), 4, "shape: found more than 64 numbers"));
    messages.add(refusedHeader(tensor("\"F32\"", "[1]", "{}"), 4, "data_offsets: found an object, expected an array"));
    messages.add(refusedHeader(tensor("\"F32\"", "[1]", "[0]"), 4, "data_offsets: found [0], expected a begin and an end"));
    messages.add(refusedHeader(tensor("\"F32\"", "[1]", "[0,4,8]"), 4, "data_offsets: found more than 2 numbers"));
    messages.add(refusedHeader(tensor("\"F32\"", "[1]", "[0,\"4\"]"), 4, "data_offsets: found the string \"4\", expected an integer"));
    messages.add(refusedHeader(tensor("\"F32\"", "[1]", "[-4,0]"), 4, "data_offsets: found -4, expected no negative number"));
    messages.add(refusedHeader(tensor("\"F32\"", "[1]", "[4,0]"), 4, "found the begin 4 after the end 0"));
    messages.add(refusedHeader(tensor("\"F32\"", "[2]", "[0,4]"), 4, "found 4 bytes from 0 to 4, expected 8 for shape [2] of F32"));
    messages.add(refusedHeader(tensor("\"F4\"", "[3]", "[0,1]"), 1, "found 12 bits for shape [3] of F4, expected whole bytes"));
    messages.add(refusedHeader(tensor("\"F32\"", "[1]", "[4,8]"), 8, "begin at byte 4, expected 0, where the header ends: a hole"));
    String second = ",\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":";
    messages.add(refusedHeader("{\"a\":" + TENSOR + second + "[5,9]}}", 9, "tensor \"b\"", "expected 4, where tensor \"a\" ends: a hole"));
    messages.add(refusedHeader("{\"a\":" + TENSOR + second + "[3,7]}}", 7, "\"b\"", "expected 4, where tensor \"a\" ends: an overlap"));
    messages.add(refusedHeader("{\"a\":" + TENSOR + "}", 3, "found 3 bytes after the header, expected 4", "1 bytes are missing"));
    messages.add(refusedHeader("{\"a\":" + TENSOR + "}", 6, "found 6 bytes after the header, expected 4", "2 bytes too many"));
    messages.add(refusedHeader("{}", 1, "found 1 bytes after the header, expected 0, where the header ends: 1 bytes too many"));
    messages.add(refusedHeader("{\"\\ud800\":" + TENSOR + "}", 4, "not valid Unicode"));
    messages.add(refusedHeader("{\"a\\nb\":3}", 0, "tensor \"a\\u000ab\": found 3"));
    assertEquals(48, messages.size(), "messages that differ (the empty header is there twice)");
  }

  @Test
  void aFloodOfEntriesIsRefused() {
    StringBuilder tensors = new StringBuilder("{");
    StringBuilder metadata = new StringBuilder("{\"__metadata__\":{");
    for (int i = 0; i <= 1 << 18; i++) {
      tensors.append(i == 0 ? "" : ",").append("\"").append(i).append("\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}");
      metadata.append(i == 0 ? "" : ",").append("\"").append(i).append("\":\"\"");
    }
    refusedHeader(tensors + "}", 0, "found more than 262144 tensors, expected at most 262144");
    refusedHeader(metadata + "}}", 0, "found more than 262144 entries of __metadata__");
  }

  @Test
  void deepNestingIsRefusedNotAStackOverflow() {
    refusedHeader("{\"a\":{\"x\":" + "[".repeat(100_000), 0, "not valid JSON");
    refusedHeader("[".repeat(100_000), 0, "expected an object");
  }

  @Test
  void aLongNameDoesNotFloodTheMessage() {
    String message = refusedHeader("{\"" + "n".repeat(40_000) + "\":3}", 0, "nnn...");
    assertTrue(message.length() < 400, message);
  }

  @Test
  void whatTheFormatAllowsIsRead() {
    String header = """
         {"z":{"shape":[2],"data_offsets":[4,12],"dtype":"F32","note":{"deep":[1,{}]}},
          "a\\u00e9":{"dtype":"F32","shape":[],"data_offsets":[0,4]},
          "e":{"dtype":"F32","shape":[0,9223372036854775807],"data_offsets":[4,4]},
          "__metadata__":{"k":"v","":""}}\t
        """;
    try (Weights weights = Weights.of("here", safetensors(header, f32(1, 2, 3)))) {
      assertEquals(List.of("aé", "e", "z"), List.copyOf(weights.names()), "in the order of their bytes");
      assertEquals(Map.of("k", "v", "", ""), weights.metadata());
      assertArrayEquals(new float[] {1}, weights.floats("aé"));
      assertArrayEquals(new float[0], weights.floats("e"));
      assertArrayEquals(new float[] {2, 3}, weights.floats("z"));
      assertEquals(new TensorInfo("z", StoredDtype.F32, List.of(2L), 4, 12), weights.info("z"));
      assertEquals(1, weights.info("aé").elements());
      assertEquals("here: tensor \"z\"", weights.describe("z"));
    }
  }

  @Test
  void everyDTypeOfTheFormatIsListed() {
    int visited = 0;
    for (StoredDtype type : StoredDtype.values()) {
      String header = tensor("\"" + type + "\"", "[8]", "[0," + type.bits() + "]");
      try (Weights weights = Weights.of("here", safetensors(header, new byte[type.bits()]))) {
        assertEquals(type, weights.info("a").dtype());
        assertEquals(type.bits(), weights.info("a").bytes());
        visited++;
      }
    }
    assertEquals(22, visited);
  }

  /** A crash would be any other exception: an index, a null, a number format, an overflow of the stack or the heap. */
  @Test
  void mutatedFilesAreReadOrRefusedAndNothingElse() {
    long seed = 20_260_101L;
    Random random = new Random(seed);
    String header = "{\"__metadata__\":{\"format\":\"pt\"},\"a\":" + TENSOR
        + ",\"b\":{\"dtype\":\"I64\",\"shape\":[2,1],\"data_offsets\":[4,20]},\"caf\\u00e9\":{\"dtype\":\"F16\",\"shape\":[0],"
        + "\"data_offsets\":[20,20]}}";
    byte[] valid = safetensors(header, new byte[20]);
    List<String> tokens = List.of("{", "}", "[", "]", "\"", ",", ":", "-", "1e9", "null", "true", "9223372036854775807", "\\ud800", "\\",
        "18446744073709551616", "0", "\"a\"", "\"shape\"", "\u0000", "é");
    int read = 0;
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = mutate(valid, header, tokens, random);
      int iteration = i;
      try (Weights weights = Weights.of("mutated", bytes)) {
        weights.names().forEach(name -> assertNotNull(weights.info(name), name));
        read++;
      } catch (ModelFileException e) {
        refused++;
      } catch (RuntimeException | StackOverflowError e) {
        throw new AssertionError("seed " + seed + ", iteration " + iteration + ": " + new String(bytes, StandardCharsets.ISO_8859_1), e);
      }
    }
    assertTrue(read > 500, "read " + read);
    assertTrue(refused > 10_000, "refused " + refused);
  }

  private static byte[] mutate(byte[] valid, String header, List<String> tokens, Random random) {
    if (random.nextInt(4) == 0) {
      byte[] bytes = valid.clone();
      for (int n = random.nextInt(3); n >= 0; n--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      return bytes;
    }
    StringBuilder text = new StringBuilder(header);
    for (int n = random.nextInt(3); n >= 0; n--) {
      int at = random.nextInt(text.length());
      String token = tokens.get(random.nextInt(tokens.size()));
      switch (random.nextInt(3)) {
        case 0 -> text.insert(at, token);
        case 1 -> text.replace(at, at + 1, token);
        default -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(3)));
      }
    }
    return safetensors(text.toString(), new byte[20]);
  }

  @Test
  void aMissingTensorIsNamedWithItsFile() {
    try (Weights weights = Weights.of("here", safetensors("{\"a\":" + TENSOR + "}", f32(1)))) {
      refused(() -> weights.floats("b"), "here: no tensor \"b\" among its 1");
      refused(() -> weights.expectShape("a", 2, 3), "here: tensor \"a\": found shape [1], expected [2, 3]");
      assertEquals(weights.info("a"), weights.expectShape("a", 1));
      assertThrows(IllegalArgumentException.class, () -> weights.floats("a", 0, new float[1], 0, 2));
    }
  }
}
