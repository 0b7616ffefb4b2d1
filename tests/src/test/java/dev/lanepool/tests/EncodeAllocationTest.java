package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.RobertaEncoder;
import dev.lanepool.encoder.TokenBatch;
import dev.lanepool.encoder.Tokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Once it is warm, a call of the encoder allocates what it returns and nothing else: the rows demanded, an array of the layers, and the
 * object that holds them. Shown on the scalar twin: the encoder is the same on both, but on the vector twin C2 may box vectors of a
 * kernel's (see {@link KernelAllocationTest}), and one encoded token takes hundreds of kernels.
 */
class EncodeAllocationTest {
  /** {@link dev.lanepool.encoder.HiddenStates} itself and the array of its layers. */
  private static final long HOLDER_BYTES = 128;

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void isWhatIsReturned(int threads) {
    assumeTrue("scalar".equals(System.getProperty("lanepool.kernels")), "shown on the scalar twin");
    try (RobertaEncoder encoder = RobertaEncoder.load(EmbeddingModel.builtInSource(), threads)) {
      int layers = encoder.layers();
      for (TokenBatch batch : List.of(batch(1), batch(30))) { // as many as two threads take apart
        List<Demand> demands = List.of(Demand.none(layers).with(layers, Tokens.FIRST), Demand.none(layers).with(3, Tokens.ALL),
            Demand.none(layers).with(0, Tokens.LAST).with(layers, Tokens.ALL));
        for (Demand demand : demands) {
          long allowed = returned(demand, batch, encoder.hiddenSize()) + HOLDER_BYTES;
          Runnable step = () -> encoder.encode(batch, demand).close();
          step.run();
          long bytes = Allocation.fewest(step, allowed);
          assertTrue(bytes <= allowed, () -> threads + " threads, " + batch.texts() + " texts, " + demand + ": " + bytes
              + " bytes a call, allowed " + allowed);
        }
      }
    }
  }

  private static TokenBatch batch(int texts) {
    List<int[]> ids = new ArrayList<>();
    for (int text = 0; text < texts; text++) {
      int[] of = new int[6 + text];
      Arrays.fill(of, 17);
      ids.add(of);
    }
    return TokenBatch.of(ids);
  }

  private static long returned(Demand demand, TokenBatch batch, int width) {
    long bytes = 0;
    for (int layer = 0; layer <= demand.layers(); layer++) {
      Tokens tokens = demand.at(layer);
      if (tokens != Tokens.NONE) {
        bytes += 16 + 4L * width * (tokens == Tokens.ALL ? batch.ids().length : batch.texts());
      }
    }
    return bytes;
  }
}
