package dev.lanepool.tests;

import dev.lanepool.weights.ModelFileException;
import dev.lanepool.weights.TensorInfo;
import dev.lanepool.weights.Weights;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.random.RandomGenerator;

/** Mutated safetensors files, from valid and from hostile ones: read whole, or refused with one line that names the file. */
final class FuzzHeaders {
  private static final int DATA = 24;
  private static final String A = "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}";
  private static final String B = "\"b\":{\"dtype\":\"I64\",\"shape\":[2,1],\"data_offsets\":[4,20]}";
  private static final String C = "\"caf\\u00e9\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[20,24]}";
  private static final List<String> STARTS = List.of(
      "{" + A + "," + B + "," + C + "}",
      "{\"__metadata__\":{\"format\":\"pt\",\"k\":\"\"}," + C + "," + A + "," + B + "}   ",
      "{\"all\":{\"dtype\":\"F64\",\"shape\":[3,1,1],\"data_offsets\":[0,24],\"note\":[1,{\"x\":null}]}}",
      "{\"e\":{\"dtype\":\"F4\",\"shape\":[0,7],\"data_offsets\":[0,0]},\"u\":{\"dtype\":\"U8\",\"shape\":[24],\"data_offsets\":[0,24]}}",
      // From here on each breaks a rule: an overflow, an overlap, a hole, a key twice, deep nesting, metadata of numbers, a huge dimension.
      "{\"a\":{\"dtype\":\"I32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,24]}}",
      "{" + A + "," + A.replace("\"a\"", "\"c\"") + "," + B + "}",
      "{" + A + ",\"b\":{\"dtype\":\"I64\",\"shape\":[2],\"data_offsets\":[8,24]}}",
      "{" + A + "," + B + "," + A + "}",
      "{\"a\":{\"x\":" + "[".repeat(500) + "]".repeat(500) + "}}",
      "{\"__metadata__\":{\"n\":1}," + A + "}",
      "{\"a\":{\"dtype\":\"BOOL\",\"shape\":[9223372036854775807,0],\"data_offsets\":[18446744073709551615,0]}}",
      "[" + A + "]", "", "   ");

  private static final int VALID = 4;

  private FuzzHeaders() {}

  static String run(RandomGenerator random) {
    String start = STARTS.get(random.nextInt(random.nextBoolean() ? VALID : STARTS.size()));
    boolean byBytes = random.nextInt(4) == 0;
    byte[] header = (byBytes ? start : Mutation.of(start, random)).getBytes(StandardCharsets.UTF_8);
    byte[] file = ByteBuffer.allocate(8 + header.length + DATA).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).put(header).array();
    byte[] bytes = byBytes ? Mutation.of(file, random) : file;
    try (Weights weights = Weights.of("mutated", bytes)) {
      readAll(weights);
      return "read";
    } catch (ModelFileException e) {
      checkMessage(e, "mutated: ");
      return "refused";
    }
  }

  private static void readAll(Weights weights) {
    for (String name : weights.names()) {
      TensorInfo info = weights.info(name);
      long read = switch (info.dtype()) {
        case F32, F64, F16, BF16 -> weights.floats(name).length;
        case I64, I32 -> weights.longs(name).length;
        default -> info.elements();
      };
      if (read != info.elements() || info.end() > DATA + 8) {
        throw new AssertionError(name + ": read " + read + " of " + info);
      }
    }
  }

  /** What every refusal is: one line, not endless, that begins with the file. */
  static void checkMessage(ModelFileException e, String begin) {
    String message = e.getMessage();
    if (!message.startsWith(begin) || message.length() > 5000 || message.lines().count() != 1) {
      throw new AssertionError("not a message to show: " + message, e);
    }
  }
}
