package dev.lanepool.training.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Linear;
import dev.lanepool.nn.Mat;
import dev.lanepool.nn.Param;
import dev.lanepool.nn.Shape;
import dev.lanepool.weights.ModelFileException;
import dev.lanepool.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints that are not of the run, or not what was written: all refused, with nothing changed. */
class TrainingCheckpointTest {
  private static final TrainingListener SILENT = (step, loss, norm, rate) -> { };
  /** 3 steps an epoch, 12 in all. */
  private static final TrainingSettings SETTINGS = TrainingSettings.defaults().withBatchSize(8).withEpochs(4).withLearningRate(0.1)
      .withSchedule(Schedule.cosine(2, 12)).withMaxNorm(2).withSeed(9);

  private final Compute compute = new Compute(1);
  @TempDir
  private Path folder;
  private Path file;

  @AfterEach
  void close() {
    compute.close();
  }

  /** In the middle of an epoch, so that its loss so far is more than 0. */
  @BeforeEach
  void writeACheckpoint() {
    file = folder.resolve("state.safetensors");
    LinearFit fit = new LinearFit(compute);
    TrainingLoop loop = new TrainingLoop(compute, fit.params(), LinearFit.EXAMPLES, SETTINGS).checkpointTo(file, 11);
    assertThrows(IllegalStateException.class, () -> loop.run((batch, grads) -> {
      if (compute.step() == 11) {
        throw new IllegalStateException("the end");
      }
      return fit.lossAndGradients(batch, grads);
    }, SILENT));
  }

  @Test
  void aCheckpointOfAnotherRunIsRefusedAndChangesNothing() {
    String json = file + ": lanepool.training: ";
    refused(file, SETTINGS.withSeed(10), 23, json + "settings.seed: found the string \"9\", expected \"10\", as this run is set");
    refused(file, SETTINGS.withLearningRate(0.2), 23,
        json + "settings.learningRate: found the string \"0.1\", expected \"0.2\", as this run is set");
    refused(file, SETTINGS.withRule(new Sgd()), 23, json
        + "settings.rule: found the string \"AdamW[beta1=0.9, beta2=0.999, epsilon=1.0E-8, weightDecay=0.01, sparesVectors=false]\", "
        + "expected \"Sgd[momentum=0.0, nesterov=false, weightDecay=0.0]\", as this run is set");
    refused(file, SETTINGS, 24, json + "examples: found 23, expected 24 examples, as there are now");
    refused(folder.resolve("none"), SETTINGS, 23, folder.resolve("none") + ": no such file");

    Path other = folder.resolve("other.safetensors");
    new SafetensorsWriter().floats("weight", new float[] {1}, 1).write(other);
    refused(other, SETTINGS, 23, other + ": no checkpoint of a training: its metadata lacks \"lanepool.training\"");

    List<Param> params = List.of(Param.matrix("weight", 3, 1), Param.vector("bias", 1));
    TrainingLoop reshaped = new TrainingLoop(compute, params, 23, SETTINGS);
    assertEquals(file + ": tensor \"param.weight\": found shape [1, 3], expected [3, 1]",
        assertThrows(ModelFileException.class, () -> reshaped.resume(file)).getMessage());
    TrainingLoop renamed = new TrainingLoop(compute, List.of(Param.matrix("weight", 1, 3), Param.vector("b", 1)), 23, SETTINGS);
    assertEquals(file + ": of other parameters: missing tensors [exp_avg.b, exp_avg_sq.b, param.b], "
        + "unexpected tensors [exp_avg.bias, exp_avg_sq.bias, param.bias]",
        assertThrows(ModelFileException.class, () -> renamed.resume(file)).getMessage());
  }

  private void refused(Path from, TrainingSettings settings, int examples, String message) {
    assertEquals(message, refusedUnchanged(settings, examples, from));
  }

  private String refusedUnchanged(TrainingSettings settings, int examples, Path from) {
    LinearFit fit = new LinearFit(compute);
    TrainingLoop loop = new TrainingLoop(compute, fit.params(), examples, settings);
    String message = assertThrows(ModelFileException.class, () -> loop.resume(from)).getMessage();
    assertEquals(0, loop.steps());
    assertArrayEquals(new float[] {0, 1, 0}, fit.weight.values());
    return message;
  }

  @Test
  void unknownFieldsAreRefusedByName() throws IOException {
    rewrite("\"step\":11,", "\"step\":11,\"loss\":1,");
    refused(file, SETTINGS, 23, file + ": lanepool.training: unknown field \"loss\", expected "
        + "[epochLoss, examples, settings, sha256, step, version]");
    rewrite("\"step\":11,\"loss\":1,", "\"step\":11,");
    rewrite("\"settings\":{", "\"settings\":{\"warmUp\":\"3\",");
    refused(file, SETTINGS, 23, file + ": lanepool.training: settings: unknown field \"warmUp\", expected "
        + "[batchSize, learningRate, maxNorm, rule, schedule, seed]");
  }

  @Test
  void fieldsThatAreMissingOrOfAnotherVersionAreRefusedByName() throws IOException {
    String json = file + ": lanepool.training: ";
    rewrite("\"version\":2", "\"version\":1");
    refused(file, SETTINGS, 23, json + "version: found 1, expected version 2");
    rewrite("\"version\":1", "\"version\":2");
    rewrite("\"seed\":\"9\"", "\"seed\":9");
    refused(file, SETTINGS, 23, json + "settings.seed: found 9, expected a string");
    rewrite("\"seed\":9", "\"seed\":\"9\"");
    rewrite("\"step\":11,", "\"step\":-1,");
    refused(file, SETTINGS, 23, json + "step: found -1, expected 0 or more");
    rewrite("\"step\":-1,", "");
    refused(file, SETTINGS, 23, json + "the field \"step\" is missing");
  }

  @Test
  void tensorsOfAnotherTypeAreRefused() throws IOException {
    rewriteHeader("\"dtype\":\"F32\"", "\"dtype\":\"U32\"");
    refused(file, SETTINGS, 23, file + ": tensor \"param.weight\": found U32, expected F32");
  }

  /** A layer keeps its weights in another order too, which must follow. */
  @Test
  void layersThatHaveComputedTakeUpTheCheckpointsWeights() {
    Linear linear = new Linear("linear", 3, 2);
    Linear.Cache cache = linear.newCache(compute, new Shape(1, 3));
    Mat x = new Mat(1, 3);
    Mat y = new Mat(1, 2);
    Arrays.fill(x.data(), 1);
    Objective objective = (batch, grads) -> {
      linear.forward(x, y, cache);
      linear.backward(y, cache, null, grads);
      return 1;
    };
    Arrays.fill(linear.params().getFirst().values(), 1);
    Path own = folder.resolve("own.safetensors");
    new TrainingLoop(compute, linear.params(), 23, SETTINGS).checkpointTo(own, 1000).run(objective, SILENT);
    linear.params().getFirst().changed();
    linear.forward(x, y, cache);
    float[] expected = y.data().clone();
    Arrays.fill(linear.params().getFirst().values(), 7);
    linear.params().getFirst().changed();
    linear.forward(x, y, cache);
    new TrainingLoop(compute, linear.params(), 23, SETTINGS).resume(own);
    linear.forward(x, y, cache);
    assertArrayEquals(expected, y.data());
  }

  /** Changes one string of the metadata's JSON, which is a string of the header's JSON. */
  private void rewrite(String found, String replacement) throws IOException {
    rewriteHeader(found.replace("\"", "\\\""), replacement.replace("\"", "\\\""));
  }

  private void rewriteHeader(String found, String replacement) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int length = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    String header = new String(bytes, 8, length, StandardCharsets.UTF_8);
    String changed = header.replace(found, replacement);
    assertNotEquals(header, changed);
    byte[] written = changed.getBytes(StandardCharsets.UTF_8);
    Files.write(file, ByteBuffer.allocate(8 + written.length + bytes.length - 8 - length).order(ByteOrder.LITTLE_ENDIAN)
        .putLong(written.length).put(written).put(bytes, 8 + length, bytes.length - 8 - length).array());
  }

  @Test
  void aCheckpointThatIsCutOffIsRefused() throws Exception {
    byte[] bytes = Files.readAllBytes(file);
    for (int length = 0; length < bytes.length; length += 7) {
      Files.write(file, Arrays.copyOf(bytes, length));
      refusedUnchanged(SETTINGS, 23, file);
    }
  }

  /** Each byte in turn: a state that is not the one written would train on to another end. */
  @Test
  void aChangedByteIsRefusedWhereverItIs() throws Exception {
    byte[] bytes = Files.readAllBytes(file);
    int padding = 0;
    for (int i = 0; i < bytes.length; i++) {
      byte[] changed = bytes.clone();
      changed[i] ^= 1;
      if (bytes[i] == ' ' && i > 0 && (bytes[i - 1] == ' ' || bytes[i - 1] == '}')) {
        padding++; // of the header
        continue;
      }
      Files.write(file, changed);
      refusedUnchanged(SETTINGS, 23, file);
    }
    assertTrue(padding < 8, () -> "left out more than the padding");
  }

  /** Of a tensor of more bytes than are digested at once. */
  @Test
  void aChangedByteFarInsideALargeTensorIsRefused() throws IOException {
    Param large = Param.vector("large", 40_000);
    TrainingLoop loop = new TrainingLoop(compute, List.of(large), 23, SETTINGS).checkpointTo(file, 1000);
    loop.run((batch, grads) -> 1, SILENT);
    byte[] bytes = Files.readAllBytes(file);
    loop.resume(file);
    bytes[bytes.length - 4 * 15_000] ^= 1; // in the second of three parts
    Files.write(file, bytes);
    assertTrue(assertThrows(ModelFileException.class, () -> loop.resume(file)).getMessage().endsWith("the file was changed"));
  }

  @Test
  void whatIsRefusedAsChangedIsNamed() throws IOException {
    rewrite("\"step\":11,", "\"step\":10,");
    String message = refusedUnchanged(SETTINGS, 23, file);
    assertTrue(message.matches("\\Q" + file + "\\E: lanepool.training: sha256: found the string \"[0-9a-f]{64}\", "
        + "expected \"[0-9a-f]{64}\", as its state and tensors have it: the file was changed"), message);
  }
}
