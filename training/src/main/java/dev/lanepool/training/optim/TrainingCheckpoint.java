package dev.lanepool.training.optim;

import dev.lanepool.nn.Param;
import dev.lanepool.weights.Json;
import dev.lanepool.weights.ModelFileException;
import dev.lanepool.weights.SafetensorsWriter;
import dev.lanepool.weights.Sha256;
import dev.lanepool.weights.StoredDtype;
import dev.lanepool.weights.Weights;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * All that a run needs to go on as if it had never stopped, in one safetensors file, so that no two files can disagree: the tensors
 * {@code param.NAME} and {@code MOMENT.NAME} (PyTorch's names of moments: {@code exp_avg}, {@code exp_avg_sq}, {@code momentum_buffer}),
 * and under {@code lanepool.training} of its metadata a JSON object with {@code version}, {@code step}, {@code epochLoss}, {@code
 * examples}, {@code settings}, and {@code sha256} of all these and the tensors, so that no damage passes for a state. The place in the
 * epoch, the order of the examples, the rate and every random draw follow from the step and the settings. What the examples hold is the
 * caller's affair: of them their number is known, no more.
 *
 * @param step the number of steps done
 * @param epochLoss the sum of the losses of the epoch's examples so far
 */
record TrainingCheckpoint(long step, double epochLoss) {
  private static final String KEY = "lanepool.training";
  private static final int VERSION = 2; // 1 had no sha256
  private static final Set<String> FIELDS = Set.of("version", "step", "epochLoss", "examples", "settings", "sha256");

  /** Writes aside, flushes and renames. */
  void write(Path file, Optimizer optimizer, int examples, TrainingSettings settings) {
    SafetensorsWriter writer = new SafetensorsWriter();
    Map<String, Tensor> arrays = arrays(optimizer);
    arrays.forEach((name, tensor) -> writer.floats(name, tensor.values(), tensor.shape()));
    String state = state(examples, settings);
    String sha256 = sha256(state, arrays.values().stream().map(Tensor::values).toList());
    writer.metadata(KEY, "{" + state + ",\"sha256\":\"" + sha256 + "\"}").write(file);
  }

  /** All but the tensors, as the fields of a JSON object. */
  private String state(int examples, TrainingSettings settings) {
    // Neither names nor values hold anything that JSON would escape.
    String decisive = settings.decisive().entrySet().stream()
        .map(setting -> '"' + setting.getKey() + "\":\"" + setting.getValue() + '"').collect(Collectors.joining(","));
    return "\"version\":" + VERSION + ",\"step\":" + step + ",\"epochLoss\":" + epochLoss + ",\"examples\":" + examples
        + ",\"settings\":{" + decisive + "}";
  }

  private static String sha256(String state, List<float[]> tensors) {
    MessageDigest digest = Sha256.digest();
    digest.update(state.getBytes(StandardCharsets.UTF_8));
    ByteBuffer bytes = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
    for (float[] tensor : tensors) {
      for (int from = 0; from < tensor.length; from += bytes.capacity() / Float.BYTES) {
        int count = Math.min(bytes.capacity() / Float.BYTES, tensor.length - from);
        bytes.asFloatBuffer().put(tensor, from, count);
        digest.update(bytes.array(), 0, count * Float.BYTES);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * Reads parameters and the optimizer's state. Where anything does not fit, all stays as it was.
   *
   * @throws ModelFileException where the file is no checkpoint or is of another run; the message names what differs
   */
  static TrainingCheckpoint read(Path file, Optimizer optimizer, int examples, TrainingSettings settings) {
    try (Weights weights = Weights.open(file)) {
      String text = weights.metadata().get(KEY);
      if (text == null) {
        throw new ModelFileException(file + ": no checkpoint of a training: its metadata lacks \"" + KEY + "\"");
      }
      Json json = Json.parse(text.getBytes(StandardCharsets.UTF_8), file + ": " + KEY);
      TrainingCheckpoint checkpoint = check(json, examples, settings);
      Map<String, Tensor> arrays = arrays(optimizer);
      checkNames(file, weights.names(), arrays.keySet());
      List<float[]> found = new ArrayList<>();
      for (Map.Entry<String, Tensor> each : arrays.entrySet()) {
        StoredDtype dtype = weights.expectShape(each.getKey(), each.getValue().shape()).dtype();
        if (dtype != StoredDtype.F32) {
          throw new ModelFileException(weights.describe(each.getKey()) + ": found " + dtype + ", expected F32");
        }
        found.add(weights.floats(each.getKey()));
      }
      String sha256 = sha256(checkpoint.state(examples, settings), found);
      if (!json.get("sha256").asString().equals(sha256)) {
        throw json.get("sha256").wrong(Json.quote(sha256) + ", as its state and tensors have it: the file was changed");
      }
      int next = 0;
      for (Tensor tensor : arrays.values()) {
        System.arraycopy(found.get(next++), 0, tensor.values(), 0, tensor.values().length);
      }
      optimizer.params().forEach(Param::changed);
      optimizer.resumeAt(checkpoint.step);
      return checkpoint;
    }
  }

  private static TrainingCheckpoint check(Json json, int examples, TrainingSettings settings) {
    if (json.get("version").asInt() != VERSION) {
      throw json.get("version").wrong("version " + VERSION);
    }
    json.checkFields(FIELDS);
    if (json.get("examples").asInt() != examples) {
      throw json.get("examples").wrong(examples + " examples, as there are now");
    }
    json.get("settings").checkFields(settings.decisive().keySet());
    settings.decisive().forEach((name, value) -> {
      Json found = json.get("settings").get(name);
      if (!found.asString().equals(value)) {
        throw found.wrong('"' + value + "\", as this run is set");
      }
    });
    if (json.get("step").asLong() < 0) {
      throw json.get("step").wrong("0 or more");
    }
    return new TrainingCheckpoint(json.get("step").asLong(), json.get("epochLoss").asDouble());
  }

  private static void checkNames(Path file, Set<String> found, Set<String> expected) {
    Set<String> missing = new TreeSet<>(expected);
    missing.removeAll(found);
    Set<String> unexpected = new TreeSet<>(found);
    unexpected.removeAll(expected);
    if (!missing.isEmpty() || !unexpected.isEmpty()) {
      throw new ModelFileException(file + ": of other parameters: missing tensors " + missing + ", unexpected tensors " + unexpected);
    }
  }

  private record Tensor(float[] values, long... shape) {}

  private static Map<String, Tensor> arrays(Optimizer optimizer) {
    Map<String, Tensor> arrays = new LinkedHashMap<>();
    for (int p = 0; p < optimizer.params().size(); p++) {
      Param param = optimizer.params().get(p);
      long[] shape = param.shape();
      arrays.put("param." + param.name(), new Tensor(param.values(), shape));
      for (int m = 0; m < optimizer.momentNames().size(); m++) {
        arrays.put(optimizer.momentNames().get(m) + "." + param.name(), new Tensor(optimizer.moments()[p][m], shape));
      }
    }
    return arrays;
  }
}
