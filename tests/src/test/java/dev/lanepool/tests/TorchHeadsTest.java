package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.head.HeadTask;
import dev.lanepool.head.TorchHeads;
import dev.lanepool.nn.Param;
import dev.lanepool.pooling.Pooling;
import dev.lanepool.weights.ModelFileException;
import dev.lanepool.weights.SafetensorsWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** State dicts of the eight heads as the code in wide use names them, for an encoder of 12 layers of 6. */
class TorchHeadsTest {
  private static final String LSTM = "pooler.lstm.weight_ih_l0=20x6 pooler.lstm.weight_hh_l0=20x5 pooler.lstm.bias_ih_l0=20 "
      + "pooler.lstm.bias_hh_l0=20 ";
  private static final String ATTENTION = "attention.0.weight=4x6 attention.0.bias=4 attention.2.weight=1x4 attention.2.bias=1 ";

  /** Each tensor's elements are its place in the list, so that a mix-up shows. */
  private static Path write(Path folder, String tensors) {
    SafetensorsWriter writer = new SafetensorsWriter();
    int place = 0;
    for (String tensor : tensors.strip().split(" +")) {
      String[] shape = tensor.split("=")[1].split("x");
      long[] sizes = java.util.Arrays.stream(shape).mapToLong(Long::parseLong).toArray();
      float[] values = new float[(int) java.util.Arrays.stream(sizes).reduce(1, (a, b) -> a * b)];
      java.util.Arrays.fill(values, ++place);
      writer.floats(tensor.split("=")[0], values, sizes);
    }
    Path file = folder.resolve("state.safetensors");
    writer.write(file);
    return file;
  }

  private static TorchHeads.Imported load(Path folder, String tensors, String spec) {
    return TorchHeads.load(write(folder, tensors), Pooling.parse(spec), HeadTask.regression(), 12, 6);
  }

  @ParameterizedTest
  @CsvSource(delimiter = ';', value = {
      "cls; linear.weight=1x6 linear.bias=1; outputs[1]",
      "pooler; weight=1x6 bias=1; ",
      "mean; model.head.weight=1x6 model.head.bias=1; ",
      "max; fc.weight=1x6 fc.bias=1; ",
      "mean-max; fc.weight=1x12 fc.bias=1; ",
      "concat(layers=-1..-4,of=cls); fc.weight=1x24 fc.bias=1; ",
      "lstm(hidden=5); LSTM fc.weight=1x5 fc.bias=1; layout=scrambled",
      "lstm(hidden=5,layout=scrambled); LSTM fc.weight=1x5 fc.bias=1; ",
      "weighted(start=9,of=cls); pooler.layer_weights=4 fc.weight=1x6 fc.bias=1; ",
      "weighted(start=9,of=cls,weights=1/2/3/4); fc.weight=1x6 fc.bias=1; ",
      "attention(hidden=4); ATTENTION out.weight=1x6 out.bias=1; padding",
      "mean+attention(hidden=4); ATTENTION out.weight=1x12 out.bias=1; padding",
  })
  void everyHeadIsReadByItsTensorsLastNames(String spec, String listed, String notice, @TempDir Path folder) {
    String tensors = listed.replace("LSTM ", LSTM).replace("ATTENTION ", ATTENTION);
    TorchHeads.Imported imported = load(folder, tensors, spec);
    List<Param> params = imported.network().params();
    assertEquals(tensors.split(" ").length, params.size());
    Map<String, Integer> seen = new TreeMap<>();
    for (int i = 0; i < params.size(); i++) {
      float[] expected = new float[params.get(i).values().length];
      java.util.Arrays.fill(expected, i + 1);
      assertArrayEquals(expected, params.get(i).values(), params.get(i).name());
      seen.put(params.get(i).name(), i);
    }
    assertEquals(params.size(), seen.size());
    assertEquals(notice == null ? 0 : 1, imported.notices().size(), imported.notices()::toString);
    assertTrue(notice == null || imported.notices().getFirst().contains(notice), imported.notices()::toString);
  }

  @Test
  void anEncodersTensorsArePassedOverWithANotice(@TempDir Path folder) {
    TorchHeads.Imported imported =
        load(folder, "fc.weight=1x6 fc.bias=1 roberta.embeddings.word_embeddings.weight=9x6 roberta.pooler.dense.weight=6x6"
            + " encoder.layer.0.output.dense.bias=6", "mean");
    assertTrue(imported.notices().getFirst().contains("encoder"), imported.notices()::toString);
  }

  @ParameterizedTest
  @CsvSource(delimiter = ';', value = {
      "mean; fc.weight=1x6; X.bias",
      "mean; fcweight=1x6 fcbias=1; X.bias",
      "mean; fc.weight=1x6 fc.bias=1 other.weight=1x6 other.bias=1; [fc., other.]",
      "mean; fc.weight=1x6 fc.bias=1 extra=3; [extra]",
      "mean; fc.weight=1x7 fc.bias=1; expected [1, 6]",
      "attention(hidden=4); fc.weight=1x6 fc.bias=1; X.0.weight",
      "attention(hidden=5); ATTENTION fc.weight=1x6 fc.bias=1; expected [5, 6]",
      "weighted(start=4,of=cls); layer_weights=4 fc.weight=1x6 fc.bias=1; expected [9]",
  })
  void whatDoesNotFitIsRefusedByName(String spec, String listed, String named, @TempDir Path folder) {
    String tensors = listed.replace("ATTENTION ", ATTENTION);
    ModelFileException e = assertThrows(ModelFileException.class, () -> load(folder, tensors, spec));
    assertTrue(e.getMessage().contains("state.safetensors") && e.getMessage().contains(named), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.NEGATIVE_INFINITY})
  void whatIsNotFiniteIsRefusedByName(float value, @TempDir Path folder) {
    Path file = folder.resolve("state.safetensors");
    SafetensorsWriter writer = new SafetensorsWriter();
    writer.floats("fc.weight", new float[] {1, 2, 3, 4, 5, value}, 1, 6);
    writer.floats("fc.bias", new float[1], 1);
    writer.write(file);
    ModelFileException e = assertThrows(ModelFileException.class,
        () -> TorchHeads.load(file, Pooling.parse("mean"), HeadTask.regression(), 12, 6));
    assertTrue(e.getMessage().endsWith("\"fc.weight\": found " + value + ", expected finite numbers"), e::getMessage);
  }

  @Test
  void twoPartsThatLearnAreRefused(@TempDir Path folder) {
    assertThrows(IllegalArgumentException.class, () -> load(folder, "fc.weight=1x6 fc.bias=1", "attention(hidden=4)+lstm(hidden=2)"));
  }
}
