package dev.lanepool.head;

import dev.lanepool.nn.Param;
import dev.lanepool.pooling.Pooling;
import dev.lanepool.weights.AtomicFile;
import dev.lanepool.weights.FileFailure;
import dev.lanepool.weights.Json;
import dev.lanepool.weights.ModelFileException;
import dev.lanepool.weights.ModelSource;
import dev.lanepool.weights.SafetensorsWriter;
import dev.lanepool.weights.Sha256;
import dev.lanepool.weights.Weights;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * A head in a folder: {@code head.json} says what it is, {@code head.safetensors} holds {@link HeadNetwork#tensors}, whose SHA-256 {@code
 * head.json} has, so that no half of a save passes for a whole one. Each file is written aside, flushed and renamed. A save writes its
 * tensors as {@code head.safetensors.new}, then {@code head.json}, by which the new head takes the old one's place, and then gives the
 * tensors their name; a load takes the file of the two whose SHA-256 is right. So there is a whole head whenever a save is killed. A load
 * during a save finds one of the two heads. Of saves to one folder at the same time one stays; until they end a load may be refused.
 *
 * <pre>{@code
 * {"version": 1, "pooling": "cls", "standardize": true, "dropout": 0.1, "hidden": 0,
 *  "task": {"type": "classification", "labels": ["no", "yes"], "multi_label": false},   or  {"type": "regression", "names": ["value"]}
 *  "model": {"name": "roberta-base", "fingerprint": "…", "layers": 12, "hidden_size": 768},
 *  "metrics": {"accuracy": 0.91},
 *  "tensors_sha256": "…"}
 * }</pre>
 */
public final class HeadFiles {
  private static final int VERSION = 1;

  /** How often a save begins anew where others to the same folder come in between. */
  private static final int MOST_ATTEMPTS = 100;

  private static final String JSON = "head.json";
  private static final String TENSORS = "head.safetensors";
  private static final String NEW_TENSORS = "head.safetensors.new";
  private static final Set<String> FIELDS =
      Set.of("version", "pooling", "standardize", "dropout", "hidden", "task", "model", "metrics", "tensors_sha256");
  private static final Set<String> ENCODER_FIELDS = Set.of("name", "fingerprint", "layers", "hidden_size");
  private static final Set<String> REGRESSION_FIELDS = Set.of("type", "names");
  private static final Set<String> CLASSIFICATION_FIELDS = Set.of("type", "labels", "multi_label");

  private HeadFiles() {}

  /**
   * The encoder that a head was trained on.
   *
   * @param name the name of its folder, for messages only
   * @param fingerprint as {@link dev.lanepool.encoder.Fingerprint} has it
   * @param layers L
   * @param hiddenSize C
   */
  public record Encoder(String name, String fingerprint, int layers, int hiddenSize) {}

  /**
   * A head as it was saved.
   *
   * @param metrics what was measured when it was trained, by name
   */
  public record Saved(HeadNetwork network, Map<String, Double> metrics) {}

  /**
   * Writes a head. Makes the folder where it is missing; the head that was there stays where anything fails before the new one is whole.
   *
   * @throws IllegalArgumentException where a metric is not finite, or {@code folder} is there and no folder, or something else than a file
   *     is in the place of one of the two
   * @throws IllegalStateException where other saves to the folder keep coming in between, or the JVM is ending already
   * @throws CancellationException where the calling thread is interrupted; its interrupt status stays set
   * @throws UncheckedIOException where a file cannot be written; the message names it
   */
  public static void save(Path folder, HeadNetwork network, Encoder encoder, Map<String, Double> metrics) {
    metrics.forEach((name, value) -> {
      if (!Double.isFinite(value)) {
        throw new IllegalArgumentException("metric " + Json.quote(name) + ": found " + value + ", expected a finite number");
      }
    });
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new IllegalArgumentException(folder + ": is there and no folder");
    }
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": cannot be made: " + FileFailure.reason(e), e);
    }
    SafetensorsWriter writer = new SafetensorsWriter();
    for (Param tensor : network.tensors()) {
      writer.floats(tensor.name(), tensor.values(), tensor.shape());
    }
    byte[] tensors = writer.toBytes();
    String json = json(network.config(), encoder, metrics, Sha256.hex(tensors));
    for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      finishSave(folder);
      AtomicFile.write(folder.resolve(NEW_TENSORS), out -> out.write(tensors));
      AtomicFile.write(folder.resolve(JSON), out -> out.write(json.getBytes(StandardCharsets.UTF_8)));
      giveName(folder);
      if (tensors(folder, tensorsSha256(folder)) != null) { // of the saves at once the last to look leaves a whole head
        return;
      }
    }
    throw new IllegalStateException(folder + ": found no whole head after each of " + MOST_ATTEMPTS + " saves, expected this one or that of"
        + " another save at the same time");
  }

  /** Where a save was killed after it wrote head.json: the tensors get their name, or the next save would overwrite them. */
  private static void finishSave(Path folder) {
    byte[] unnamed = read(folder.resolve(NEW_TENSORS));
    if (unnamed != null && Sha256.hex(unnamed).equals(tensorsSha256(folder))) {
      giveName(folder);
    }
  }

  /** What head.json says, null where it is none of ours. */
  private static @Nullable String tensorsSha256(Path folder) {
    ModelSource source = ModelSource.folder(folder);
    try {
      return source.readJson(JSON).get("tensors_sha256").asString();
    } catch (ModelFileException e) {
      return null;
    }
  }

  private static void giveName(Path folder) {
    try {
      Files.move(folder.resolve(NEW_TENSORS), folder.resolve(TENSORS), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (NoSuchFileException e) {
      // another save gave them theirs
    } catch (IOException e) {
      throw new UncheckedIOException(folder.resolve(TENSORS) + ": cannot be written: " + FileFailure.reason(e), e);
    }
  }

  private static String json(HeadConfig config, Encoder encoder, Map<String, Double> metrics, String sha256) {
    String task = switch (config.task()) {
      case HeadTask.Regression regression -> "\"type\": \"regression\", \"names\": " + list(regression.names());
      case HeadTask.Classification classification -> "\"type\": \"classification\", \"labels\": " + list(classification.names())
          + ", \"multi_label\": " + classification.multiLabel();
    };
    return String.format(Locale.ROOT, """
        {
          "version": %d,
          "pooling": %s,
          "standardize": %b,
          "dropout": %s,
          "hidden": %d,
          "task": {%s},
          "model": {"name": %s, "fingerprint": %s, "layers": %d, "hidden_size": %d},
          "metrics": {%s},
          "tensors_sha256": %s
        }
        """, VERSION, Json.string(config.pooling().toString()), config.standardize(), config.dropout(), config.hidden(), task,
        Json.string(encoder.name), Json.string(encoder.fingerprint), encoder.layers, encoder.hiddenSize,
        String.join(", ", metrics.entrySet().stream().map(entry -> Json.string(entry.getKey()) + ": " + entry.getValue()).toList()),
        Json.string(sha256));
  }

  private static String list(List<String> names) {
    return "[" + String.join(", ", names.stream().map(Json::string).toList()) + "]";
  }

  /**
   * Reads a head for an encoder.
   *
   * @throws ModelFileException where a file is missing or malformed, is of another version, or the two do not belong together, or the head
   *     was trained on another encoder, which the message names beside this one
   */
  public static Saved load(Path folder, Encoder encoder) {
    ModelSource source = ModelSource.folder(folder);
    Json json = json(source, encoder);
    byte[] bytes = tensors(folder, json.get("tensors_sha256").asString());
    while (bytes == null) {
      String before = json.get("tensors_sha256").asString();
      json = json(source, encoder);
      String now = json.get("tensors_sha256").asString();
      if (now.equals(before)) { // no save came in between
        throw mixed(folder, json, now);
      }
      bytes = tensors(folder, now);
    }
    HeadConfig config = config(json);
    Map<String, Double> metrics = new LinkedHashMap<>();
    for (String name : json.get("metrics").names()) {
      metrics.put(name, json.get("metrics").get(name).asDouble());
    }
    try (Weights weights = Weights.of(source.describe(TENSORS), bytes)) {
      return new Saved(network(config, encoder, weights, json.file()), metrics);
    }
  }

  private static Json json(ModelSource source, Encoder encoder) {
    Json json = source.readJson(JSON);
    int version = json.get("version").asInt();
    if (version != VERSION) {
      throw json.get("version").wrong(VERSION + ", the version that this release reads");
    }
    json.checkFields(FIELDS);
    checkEncoder(json, encoder);
    return json;
  }

  /** The tensors of that SHA-256, which a save that was killed may have left under their first name; null where they are not there. */
  private static byte @Nullable [] tensors(Path folder, @Nullable String sha256) {
    for (String name : List.of(NEW_TENSORS, TENSORS)) {
      byte[] bytes = read(folder.resolve(name));
      if (bytes != null && Sha256.hex(bytes).equals(sha256)) {
        return bytes;
      }
    }
    return null;
  }

  private static ModelFileException mixed(Path folder, Json json, String expected) {
    Path file = folder.resolve(TENSORS);
    byte[] bytes = read(file);
    if (bytes == null) {
      return new ModelFileException(file + (Files.isDirectory(file) ? ": found a folder, expected a file" : ": no such file"));
    }
    return new ModelFileException(file + ": found SHA-256 " + Sha256.hex(bytes) + ", expected " + expected + " as " + json.file()
        + " says: one of the two was changed");
  }

  private static void checkEncoder(Json json, Encoder encoder) {
    Json model = json.get("model");
    model.checkFields(ENCODER_FIELDS);
    String name = model.get("name").asString();
    String fingerprint = model.get("fingerprint").asString();
    int layers = model.get("layers").asInt();
    int hiddenSize = model.get("hidden_size").asInt();
    if (!fingerprint.equals(encoder.fingerprint) || layers != encoder.layers || hiddenSize != encoder.hiddenSize) {
      throw new ModelFileException(json.file() + ": this head was trained on the encoder " + describe(name, fingerprint, layers, hiddenSize)
          + ", but is loaded for " + describe(encoder.name, encoder.fingerprint, encoder.layers, encoder.hiddenSize));
    }
  }

  private static String describe(String name, String fingerprint, int layers, int hiddenSize) {
    return Json.quote(name) + " (" + layers + " layers of " + hiddenSize + ", fingerprint " + Json.quote(fingerprint) + ")";
  }

  private static HeadConfig config(Json json) {
    Json task = json.get("task");
    try {
      return new HeadConfig(Pooling.parse(json.get("pooling").asString()), task(task), json.get("standardize").asBoolean(),
          json.get("dropout").asDouble(), json.get("hidden").asInt());
    } catch (IllegalArgumentException e) {
      throw new ModelFileException(json.file() + ": " + e.getMessage(), e);
    }
  }

  private static HeadTask task(Json task) {
    return switch (task.get("type").asString()) {
      case "regression" -> {
        task.checkFields(REGRESSION_FIELDS);
        yield new HeadTask.Regression(strings(task.get("names")));
      }
      case "classification" -> {
        task.checkFields(CLASSIFICATION_FIELDS);
        yield new HeadTask.Classification(strings(task.get("labels")), task.get("multi_label").asBoolean());
      }
      default -> throw task.get("type").wrong("\"regression\" or \"classification\"");
    };
  }

  private static List<String> strings(Json list) {
    return list.elements().stream().map(Json::asString).toList();
  }

  /** Null where there is no such file, or no longer. */
  private static byte @Nullable [] read(Path file) {
    try {
      return Files.isRegularFile(file) ? Files.readAllBytes(file) : null;
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be read: " + FileFailure.reason(e), e);
    }
  }

  /** Makes the head only once the tensors are known to be as many as it takes. */
  private static HeadNetwork network(HeadConfig config, Encoder encoder, Weights weights, String file) {
    long found = weights.names().stream().mapToLong(name -> weights.info(name).elements()).sum();
    long expected;
    try {
      expected = HeadNetwork.values(config, encoder.layers, encoder.hiddenSize);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new ModelFileException(file + ": " + e.getMessage(), e);
    }
    if (found != expected) {
      throw new ModelFileException(file + ": its tensors hold " + found + " values, expected " + expected + " for such a head");
    }
    HeadNetwork network = new HeadNetwork(config, encoder.layers, encoder.hiddenSize, new SplittableRandom(0));
    for (Param tensor : network.tensors()) {
      weights.expectShape(tensor.name(), tensor.shape());
      weights.floats(tensor.name(), 0, tensor.values(), 0, tensor.values().length);
      checkFinite(tensor, weights);
      tensor.changed();
    }
    return network;
  }

  private static void checkFinite(Param tensor, Weights weights) {
    for (int i = 0; i < tensor.values().length; i++) {
      float value = tensor.values()[i];
      boolean scale = tensor.name().equals("standardize.scale");
      if (!Float.isFinite(value) || scale && value <= 0) {
        throw new ModelFileException(weights.describe(tensor.name()) + ": element " + i + ": found " + value + ", expected a finite number"
            + (scale ? " above 0" : ""));
      }
    }
  }
}
