package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.Head;
import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.head.HeadConfig;
import dev.lanepool.head.HeadFiles;
import dev.lanepool.head.HeadNetwork;
import dev.lanepool.head.HeadTask;
import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Mat;
import dev.lanepool.pooling.Pooling;
import dev.lanepool.weights.ModelFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A head for a model of another depth, or with weights that no array holds, is refused, whatever its pooling, also where tensors fit. */
class HeadDepthTest {
  private static final int WIDTH = 16;

  private static HeadNetwork network(String spec, int layers) {
    return new HeadNetwork(HeadConfig.of(Pooling.parse(spec), HeadTask.regression()), layers, WIDTH, Repeat.random(1));
  }

  private static HeadFiles.Encoder encoder(int layers) {
    return new HeadFiles.Encoder(layers + "-layers", "the same", layers, WIDTH);
  }

  @ParameterizedTest
  @ValueSource(strings = {"weighted(start=1,of=cls)", "weighted(start=4,of=mean,norm=softmax)", "lstm(hidden=3)",
      "lstm(hidden=3,layout=scrambled)", "concat(layers=-1..-4,of=cls)", "attention(hidden=5)", "mean+weighted(start=2,of=max)"})
  void aSavedHeadIsForItsDepth(String spec, @TempDir Path folder) throws IOException {
    HeadNetwork four = network(spec, 4);
    HeadFiles.save(folder, four, encoder(4), Map.of());
    assertEquals(4, HeadFiles.load(folder, encoder(4)).network().layers());
    for (int layers : new int[] {5, 6}) {
      ModelFileException e = assertThrows(ModelFileException.class, () -> HeadFiles.load(folder, encoder(layers)));
      assertTrue(e.getMessage().contains("trained on the encoder \"4-layers\" (4 layers of 16")
          && e.getMessage().contains("loaded for \"" + layers + "-layers\" (" + layers + " layers of 16"), e.getMessage());
    }
    HeadFiles.Encoder wider = new HeadFiles.Encoder("wider", "the same", 4, 32);
    String refused = assertThrows(ModelFileException.class, () -> HeadFiles.load(folder, wider)).getMessage();
    assertTrue(refused.contains("loaded for \"wider\" (4 layers of 32"), refused);
    Path deeper = Files.createDirectory(folder.resolve("deeper"));
    RandomCheckpoint.write(deeper, Repeat.random(2), WIDTH, 2, 20, 6, 60, 40);
    try (EmbeddingModel six = EmbeddingModel.load(deeper)) {
      assertTrue(assertThrows(ModelFileException.class, () -> Head.load(folder, six)).getMessage().contains("(6 layers of 16"));
      assertEquals("a head for 4 layers of 16, but the model has 6 of 16",
          assertThrows(IllegalArgumentException.class, () -> new Head(six, four, Map.of())).getMessage());
    }
    HiddenStates states = HiddenStates.of(new int[] {0, 2}, WIDTH, Demand.all(6), new float[7][2 * WIDTH]);
    HeadNetwork.Cache cache = four.newCache(new Compute(1), 1, 2);
    String message = assertThrows(IllegalArgumentException.class, () -> four.infer(states, new Mat(1, 1), cache)).getMessage();
    assertTrue(message.endsWith("hidden states of 6 layers and width 16, expected 4 and 16"), message);
  }

  /** Where head.json is changed too: layers' weights are one a layer. */
  @Test
  void aSavedHeadIsForItsLayersWeights(@TempDir Path folder) throws IOException {
    HeadFiles.save(folder, network("weighted(start=1,of=cls)", 4), encoder(4), Map.of());
    Path json = folder.resolve("head.json");
    Files.writeString(json, Files.readString(json).replace("\"layers\": 4", "\"layers\": 6"));
    ModelFileException e = assertThrows(ModelFileException.class, () -> HeadFiles.load(folder, encoder(6)));
    assertTrue(e.getMessage().endsWith("its tensors hold 21 values, expected 23 for such a head"), e.getMessage());
  }

  @Test
  void whatNoArrayHoldsIsRefusedByItsOption() {
    for (String spec : List.of("lstm(hidden=2000000000)", "lstm(hidden=2147483647)", "lstm(hidden=23171)",
        "attention(hidden=2000000000)", "cls+attention(hidden=134217728)@1")) {
      String message = assertThrows(IllegalArgumentException.class, () -> network(spec, 4)).getMessage();
      String hidden = spec.replaceAll(".*hidden=(\\d+).*", "$1");
      assertTrue(message.contains("hidden: found " + hidden + ", expected at most " + (spec.startsWith("lstm") ? "23170" : "134217727")),
          message);
      assertThrows(IllegalArgumentException.class, () -> Pooling.parse(spec).dimension(4, WIDTH));
    }
    assertEquals(23170, Pooling.parse("lstm(hidden=23170)").dimension(4, WIDTH));
    assertTrue(assertThrows(IllegalArgumentException.class, () -> Pooling.parse("lstm(hidden=23170)").dimension(4, 100_000)).getMessage()
        .contains("expected at most 5368"), "of wider hidden states");
    assertEquals(WIDTH, Pooling.parse("attention(hidden=134217727)").dimension(4, WIDTH));
    String message = assertThrows(ArithmeticException.class, () -> new HeadNetwork(
        HeadConfig.of(Pooling.parse("cls"), HeadTask.regression()).withHidden(2_000_000_000), 4, WIDTH, Repeat.random(1))).getMessage();
    assertEquals("dense.weight: found 2000000000 x 16 values, expected at most 2147483639, which one array holds", message);
  }
}
