package dev.lanepool.weights;

import static dev.lanepool.weights.Fixtures.refused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The fixtures beside the repository, against what the reference reader makes of them ({@code expected.json}). */
class SharedSafetensorsTest {
  private static final Map<String, String> REASONS = Map.ofEntries(
      Map.entry("duplicate_key_diff", "Duplicate field 'a'"),
      Map.entry("duplicate_key_same", "Duplicate field 'a'"),
      Map.entry("empty_file", "found 0 bytes, expected at least 8"),
      Map.entry("float_dim", "tensor \"a\": shape: found 1.0, expected an integer"),
      Map.entry("header_is_array", "the header: found an array, expected an object"),
      Map.entry("header_length_zero", "the header is empty"),
      Map.entry("header_non_utf8", "the header is not valid UTF-8"),
      Map.entry("header_not_json", "the header is not valid JSON at line 1"),
      Map.entry("header_too_large", "found a header length of 18446742974197923900 bytes, expected at most 100000000"),
      Map.entry("hole", "tensor \"b\": found its begin at byte 8, expected 4, where tensor \"a\" ends: a hole"),
      Map.entry("hole_at_start", "tensor \"a\": found its begin at byte 4, expected 0, where the header ends: a hole"),
      Map.entry("invalid_header_length", "found a header length of 60 bytes, but only 0 bytes follow"),
      Map.entry("json_attack_overlap", "found its begin at byte 0, expected 16, where tensor \"weight_0\" ends: an overlap"),
      Map.entry("metadata_not_string", "__metadata__: \"n\": found 1, expected a string"),
      Map.entry("missing_2_bytes", "found 14 bytes after the header, expected 16, where tensor \"test\" ends: 2 bytes are missing"),
      Map.entry("negative_dim", "tensor \"a\": shape: found -1, expected no negative number"),
      Map.entry("negative_offset", "tensor \"a\": data_offsets: found -4, expected no negative number"),
      Map.entry("overflow_bytes", "shape: found [2, 9223372036854775807] of I32, whose size in bits overflows"),
      Map.entry("overflow_shape", "shape: found 18446744073709551614, expected at most 9223372036854775807"),
      Map.entry("polyglot_trailing_data", "found 50 bytes after the header, expected 16"),
      Map.entry("reversed_offsets", "tensor \"a\": data_offsets: found the begin 4 after the end 0"),
      Map.entry("seven_bytes", "found 7 bytes, expected at least 8"),
      Map.entry("shape_vs_offsets", "tensor \"test\": data_offsets: found 4 bytes from 0 to 4, expected 16 for shape [2, 2] of I32"),
      Map.entry("unknown_dtype", "tensor \"a\": dtype: found \"F33\", expected one of"));

  @Test
  void everyFileIsReadOrRefusedForItsOwnReason() throws IOException {
    Path folder = Fixtures.shared("data/safetensors");
    Json expected = Json.parse(Files.readAllBytes(folder.resolve("expected.json")), "expected.json");
    int valid = 0;
    Set<String> messages = new HashSet<>();
    for (String name : expected.names()) {
      Path file = folder.resolve(name);
      assertEquals(expected.get(name).get("bytes").asLong(), Files.size(file), name);
      if (expected.get(name).get("expected").asString().startsWith("ok")) {
        try (Weights mapped = Weights.open(file); Weights inMemory = Weights.of(name, Files.readAllBytes(file))) {
          assertEquals(mapped.names(), inMemory.names());
          for (String tensor : mapped.names()) {
            assertEquals(mapped.info(tensor), inMemory.info(tensor));
          }
        }
        valid++;
      } else {
        String reason = REASONS.get(name.substring("invalid/".length(), name.length() - ".safetensors".length()));
        messages.add(refused(() -> Weights.open(file), file + ": ", String.valueOf(reason)));
      }
    }
    assertEquals(16, valid);
    assertEquals(24, messages.size());
  }

  private static Weights valid(String name) {
    return Weights.open(Fixtures.shared("data/safetensors/valid/" + name + ".safetensors"));
  }

  @Test
  void validFilesHoldTheRightValues() {
    try (Weights weights = valid("bf16_f16")) {
      assertArrayEquals(new float[] {1, -2.5f}, weights.floats("b"));
      assertArrayEquals(new float[] {1, 5.9604645e-08f, 65504, Float.NEGATIVE_INFINITY}, weights.floats("h"));
    }
    try (Weights weights = valid("f32_1x2x3")) {
      assertEquals(List.of(1L, 2L, 3L), weights.info("attn.0").shape());
      assertArrayEquals(new float[] {0, 1, 2, 3, 4, 5}, weights.floats("attn.0"));
    }
    try (Weights weights = valid("f32_forced_alignment")) {
      assertArrayEquals(new float[] {0, 1, 2, 3, 4, 5}, weights.floats("attn0"));
    }
    try (Weights weights = valid("f4_1x2_sub_byte")) {
      assertEquals(StoredDtype.F4, weights.info("attn.0").dtype());
      refused(() -> weights.floats("attn.0"), "tensor \"attn.0\": found dtype F4, expected F32");
    }
    try (Weights weights = valid("i32_2x2")) {
      assertArrayEquals(new long[4], weights.longs("test"));
    }
    try (Weights weights = valid("metadata_only")) {
      assertEquals(Map.of("framework", "pt"), weights.metadata());
      assertEquals(Set.of(), weights.names());
    }
    try (Weights weights = valid("misaligned_data_start")) {
      assertArrayEquals(new double[] {3.25}, weights.doubles("a"));
    }
    try (Weights weights = valid("nan_inf")) {
      assertArrayEquals(new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}, weights.floats("a"));
    }
    try (Weights weights = valid("scalar_shape_empty")) {
      assertArrayEquals(new long[] {0}, weights.longs("test"));
    }
    try (Weights weights = valid("unicode_escaped_name")) {
      assertEquals(Set.of("café\"\\"), weights.names());
    }
    try (Weights weights = valid("unsorted_header_order")) {
      assertArrayEquals(new float[] {1.5f}, weights.floats("a"));
      assertArrayEquals(new float[] {-2.5f}, weights.floats("b"));
    }
    try (Weights weights = valid("zero_size_between")) {
      assertEquals(List.of("a", "e", "b"), List.copyOf(weights.names()));
      assertArrayEquals(new float[0], weights.floats("e"));
      assertArrayEquals(new float[] {2}, weights.floats("b"));
    }
    try (Weights weights = valid("zero_sized_2x0")) {
      assertArrayEquals(new long[0], weights.longs("test"));
    }
  }

  @Test
  void thirdPartyFiles() {
    Path folder = Fixtures.shared("data/safetensors/thirdparty");
    refused(() -> Weights.open(folder.resolve("syoyo_abuse_attempt_1.safetensors")), "found a header length of 1000 bytes, but only 80");
    try (Weights weights = Weights.open(folder.resolve("syoyo_gen_model.safetensors"))) {
      assertEquals(List.of("weight1", "weight2"), List.copyOf(weights.names()));
      assertEquals(64, weights.doubles("weight1").length);
      assertEquals(0.08001627472781947, weights.doubles("weight1")[0]);
      assertEquals(0.4085505781254526, weights.doubles("weight2")[255]);
    }
    try (Weights weights = Weights.open(folder.resolve("burn_multi_layer.safetensors"))) {
      assertArrayEquals(new long[] {1}, weights.longs("norm1.num_batches_tracked"));
      assertArrayEquals(new float[] {0.13191646f, 0.039881703f, 0.061896324f, 0.14375225f}, weights.floats("conv1.bias"));
      assertEquals(4 * 3 * 3 * 3, weights.floats("conv1.weight").length);
    }
  }

  /**
   * Every f16 is a multiple of 2^-24, so the sum is exact; from Python safetensors 0.8.0:
   * {@code sum(int((x.astype(np.float64) * 2**24).astype(np.int64).sum()) for x in load_file('model.safetensors').values())}.
   */
  @Test
  void theMiniModelIsReadWhole() {
    ModelSource source = ModelSource.folder(Fixtures.shared("models/mini"));
    RobertaConfig config = RobertaConfig.parse(source.readJson("config.json"));
    assertEquals(new RobertaConfig(16384, 258, 1, 256, 6, 8, 1024, 1e-5, 1), config);
    SentenceConfig sentence = SentenceConfig.find(source);
    assertEquals(List.of("mean"), sentence == null ? null : sentence.poolings());
    try (Weights weights = Weights.open(source)) {
      assertEquals(101, weights.names().size());
      long elements = 0;
      long sum = 0;
      for (String name : weights.names()) {
        for (float value : weights.floats(name)) {
          elements++;
          sum += (long) (value * 0x1p24);
        }
      }
      assertEquals(8_999_680, elements);
      assertEquals(55_467_335_705L, sum);
    }
  }
}
