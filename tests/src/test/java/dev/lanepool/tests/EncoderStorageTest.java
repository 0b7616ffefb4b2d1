package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.Dtype;
import dev.lanepool.ModelInfo;
import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.RobertaEncoder;
import dev.lanepool.encoder.TokenBatch;
import dev.lanepool.kernels.Storage;
import dev.lanepool.weights.ModelFileException;
import dev.lanepool.weights.ModelSource;
import dev.lanepool.weights.SafetensorsWriter;
import dev.lanepool.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The encoder with weights in 16 and 8 bits. It computes, to the last bit, what the float encoder computes from a checkpoint of the rounded
 * weights, which this test rounds by itself; so all that is known of the float encoder holds here too.
 */
class EncoderStorageTest {

  @ParameterizedTest
  @EnumSource(value = Storage.class, names = {"BF16", "INT8"})
  void equalsTheFloatEncoderOfTheRoundedCheckpoint(Storage storage, @TempDir Path folder) throws IOException {
    int compared = 0;
    for (int[] shape : new int[][] {{48, 3, 100}, {67, 1, 131}, {128, 2, 300}}) {
      RandomGenerator random = Repeat.random(shape[0]);
      ModelSource source = RandomCheckpoint.write(folder, random, shape[0], shape[1], shape[2], 2, 60, 300);
      ModelSource rounded = rounded(source, Files.createDirectories(folder.resolve(storage + "-" + shape[0])), storage);
      List<int[]> texts = new ArrayList<>();
      for (int tokens : new int[] {1, 2, 3, 4, 5, 9, 31, 97, 257}) {
        texts.add(RandomCheckpoint.text(random, tokens, 60));
      }
      compared += sameBits(source, storage, rounded, texts);
      EncoderParityTest.assertEqualsReference(rounded, texts.subList(0, 7));
    }
    assertEquals(3 * 2 * 18 * 3, compared);
  }

  /** Each text alone and in a batch, with one thread and two. */
  private static int sameBits(ModelSource source, Storage storage, ModelSource rounded, List<int[]> texts) {
    int compared = 0;
    try (RobertaEncoder floats = RobertaEncoder.load(rounded, 2)) {
      Demand all = Demand.all(floats.layers());
      for (int threads = 1; threads <= 2; threads++) {
        try (RobertaEncoder reduced = RobertaEncoder.load(source, threads, storage);
            HiddenStates expected = floats.encode(TokenBatch.of(texts), all);
            HiddenStates together = reduced.encode(TokenBatch.of(texts), all)) {
          for (int text = 0; text < texts.size(); text++) {
            try (HiddenStates alone = reduced.encode(TokenBatch.of(List.of(texts.get(text))), all)) {
              for (int layer = 0; layer <= reduced.layers(); layer++) {
                float[] bits = expected.layer(layer).text(text).toArray();
                String what = storage + ", text " + text + ", layer " + layer + ", " + threads + " threads, ";
                Compare.sameBits(bits, 0, together.layer(layer).text(text), what + "together");
                Compare.sameBits(bits, 0, alone.layer(layer).text(0), what + "alone");
                compared += 2;
              }
            }
          }
        }
      }
    }
    return compared;
  }

  @Test
  void weightsTakeHalfAndAQuarterOfTheBytes(@TempDir Path folder) throws IOException {
    ModelSource source = RandomCheckpoint.write(folder, Repeat.random(1), 256, 4, 1024, 2, 1000, 100);
    long[] bytes = new long[3];
    for (Storage storage : Storage.values()) {
      try (RobertaEncoder encoder = RobertaEncoder.load(source, 1, storage)) {
        bytes[storage.ordinal()] = encoder.weightBytes();
      }
    }
    long matrices = 2 * (4 * 256 * 256 + 2 * 256 * 1024);
    long outputs = 2 * (4 * 256 + 1024 + 256);
    assertEquals(4 * (matrices + outputs + 1100 * 256), bytes[0]);
    assertEquals(2 * (matrices + 1100 * 256) + 4 * outputs, bytes[1]);
    assertEquals(matrices + 8 * outputs + 1000 * 256 + 4 * 1000 + 2 * 100 * 256, bytes[2]);
    long norms = 4 * 2 * 256 * (1 + 2 * 2);
    for (Dtype dtype : Dtype.values()) { // the row of type 0 is a table as positions are
      long told = ModelInfo.read(source, dtype).weightBytes();
      assertEquals(bytes[dtype.ordinal()] + norms + (dtype == Dtype.F32 ? 4 : 2) * 256, told, dtype.toString());
    }
  }

  @Test
  void int8NamesTheTensorThatIsNotFinite(@TempDir Path folder) throws IOException {
    for (String tensor : List.of("encoder.layer.1.output.dense.weight", "embeddings.word_embeddings.weight")) {
      ModelSource source = RandomCheckpoint.write(folder, Repeat.random(1), 16, 2, 32, 2, 60, 40);
      ModelSource broken = changed(source, Files.createDirectories(folder.resolve(tensor)), (name, values, width) -> {
        if (name.equals(tensor)) {
          values[5 * width + 3] = Float.NaN;
        }
      });
      RobertaEncoder.load(broken, 1, Storage.BF16).close();
      String message = assertThrows(ModelFileException.class, () -> RobertaEncoder.load(broken, 2, Storage.INT8)).getMessage();
      assertTrue(message.contains("tensor \"" + tensor + "\": row 5: found NaN in column 3"), message);
    }
  }

  private interface Change {
    void accept(String name, float[] values, int width);
  }

  /** The checkpoint that a storage stands for, in floats. */
  private static ModelSource rounded(ModelSource source, Path folder, Storage storage) throws IOException {
    return changed(source, folder, (name, values, width) -> {
      boolean words = name.equals("embeddings.word_embeddings.weight");
      if (name.contains("token_type") || !name.endsWith("weight") || name.contains("LayerNorm")) {
        return;
      }
      if (storage == Storage.INT8 && (words || !name.startsWith("embeddings."))) {
        for (int row = 0; row < values.length; row += width) {
          float largest = 0;
          for (int i = row; i < row + width; i++) {
            largest = Math.max(largest, Math.abs(values[i]));
          }
          float scale = largest / 127;
          while ((Float.floatToRawIntBits(scale) & 3) != 0) { // up to 22 significant bits
            scale = Math.nextUp(scale);
          }
          for (int i = row; i < row + width; i++) {
            values[i] = (float) Math.rint((double) values[i] / scale) * scale;
          }
        }
      } else {
        for (int i = 0; i < values.length; i++) {
          values[i] = Float.intBitsToFloat((int) (0x10000L * (long) Math.rint(Float.floatToRawIntBits(values[i]) / 65536.0)));
        }
      }
    });
  }

  private static ModelSource changed(ModelSource source, Path folder, Change change) throws IOException {
    SafetensorsWriter writer = new SafetensorsWriter();
    try (Weights weights = Weights.open(source)) {
      for (String name : weights.names()) {
        long[] shape = weights.info(name).shape().stream().mapToLong(Long::longValue).toArray();
        float[] values = weights.floats(name);
        change.accept(name, values, (int) shape[shape.length - 1]);
        writer.floats(name, values, shape);
      }
      writer.write(folder.resolve("model.safetensors"));
    }
    Files.copy(((ModelSource.Folder) source).path().resolve("config.json"), folder.resolve("config.json"));
    return ModelSource.folder(folder);
  }
}
