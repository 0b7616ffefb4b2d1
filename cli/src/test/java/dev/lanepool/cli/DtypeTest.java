package dev.lanepool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.weights.Json;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code --dtype} on the command line. */
class DtypeTest {
  @Test
  void vectorsAreNearTheFloatsAndTheSameInEveryRun() {
    double[] f32 = embedding("f32");
    assertEquals(List.of(box(f32)), List.of(box(embedding("F32")))); // the option's case does not matter
    assertCosine(f32, embedding("bf16"), 0.9999);
    assertCosine(f32, embedding("int8"), 0.999);
    assertEquals(List.of(box(embedding("int8"))), List.of(box(embedding("int8"))));
  }

  @Test
  void infoSaysWhatTheWeightsTake() {
    long f32 = weightBytes("f32");
    long bf16 = weightBytes("bf16");
    long int8 = weightBytes("int8");
    assertTrue(bf16 < 0.7 * f32, bf16 + " of " + f32); // its tables are stored in 16 bits
    assertTrue(int8 < 0.4 * f32, int8 + " of " + f32);
  }

  private static List<Double> box(double[] values) {
    return Arrays.stream(values).boxed().toList();
  }

  private static void assertCosine(double[] a, double[] b, double least) {
    double dot = 0;
    for (int i = 0; i < a.length; i++) {
      dot += a[i] * b[i]; // both have unit length
    }
    assertTrue(dot >= least && dot < 1.00001, "cosine " + dot);
    assertNotEquals(box(a), box(b));
  }

  private static double[] embedding(String dtype) {
    CommandLineRun run = CommandLineRun.of("embed", "this is a string", "--dtype", dtype);
    assertEquals(0, run.code(), run.err());
    List<Json> values = Json.parse(run.out().getBytes(StandardCharsets.UTF_8), "stdout").get("embedding").elements();
    return values.stream().mapToDouble(Json::asDouble).toArray();
  }

  private static long weightBytes(String dtype) {
    CommandLineRun run = CommandLineRun.of("info", "--json", "--dtype", dtype);
    assertEquals(0, run.code(), run.err());
    Json info = Json.parse(run.out().getBytes(StandardCharsets.UTF_8), "stdout");
    assertEquals(dtype, info.get("dtype").asString());
    return info.get("weight_bytes").asLong();
  }
}
