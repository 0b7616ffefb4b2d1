package dev.lanepool.encoder;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanepool.weights.ModelSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Only what is demanded is computed, shown by counting the multiplications of products and attention in the built-in model: they are those
 * of the rows and layers demanded, to the last one, whether threads share each product or each has texts of its own.
 */
class DemandedWorkTest {
  private static final long C = 256;
  private static final long F = 1024;
  private static final int LAYERS = 6;

  /** One text; a few short ones; as many as two threads take apart, and in more than one micro-batch. */
  private static final List<int[]> BATCHES = List.of(new int[] {7}, new int[] {2, 9, 5}, lengths(40, 30), lengths(70, 30));

  private static int[] lengths(int texts, int most) {
    int[] lengths = new int[texts];
    for (int i = 0; i < texts; i++) {
      lengths[i] = 2 + i * 7 % (most - 1);
    }
    return lengths;
  }

  private static TokenBatch batch(int[] lengths) {
    List<int[]> texts = new ArrayList<>();
    for (int length : lengths) {
      int[] ids = new int[length];
      for (int i = 0; i < length; i++) {
        ids[i] = 4 + i;
      }
      texts.add(ids);
    }
    return TokenBatch.of(texts);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void areThoseOfTheRowsAndLayersDemanded(int threads) {
    int counted = 0;
    try (RobertaEncoder encoder = RobertaEncoder.load(ModelSource.folder(mini()), threads)) {
      assertEquals(LAYERS, encoder.layers());
      for (int[] lengths : BATCHES) {
        TokenBatch batch = batch(lengths);
        for (int layer = 0; layer <= LAYERS; layer++) {
          Demand none = Demand.none(LAYERS);
          assertEquals(layer * layer(lengths), work(encoder, batch, none.with(layer, Tokens.ALL)), "all rows of layer " + layer);
          // The rows of lower layers are needed for the keys and values of the one above: keeping them costs no product.
          assertEquals(LAYERS * layer(lengths), work(encoder, batch, none.with(layer, Tokens.FIRST).with(LAYERS, Tokens.ALL)));
          for (Tokens one : List.of(Tokens.FIRST, Tokens.LAST)) {
            long expected = layer == 0 ? 0 : (layer - 1) * layer(lengths) + layerOfOneRow(lengths);
            assertEquals(expected, work(encoder, batch, none.with(layer, one)), one + " of layer " + layer);
            counted++;
          }
        }
        assertEquals(0, work(encoder, batch, Demand.none(LAYERS)));
      }
    }
    assertEquals(4 * (LAYERS + 1) * 2, counted);
  }

  private static long work(RobertaEncoder encoder, TokenBatch batch, Demand demand) {
    long before = encoder.multiplications();
    encoder.encode(batch, demand).close();
    return encoder.multiplications() - before;
  }

  /** All rows: query, key, value, scores, weighted values, output, and the two products of the feed-forward part. */
  private static long layer(int[] lengths) {
    long sum = 0;
    for (long t : lengths) {
      sum += t * (4 * C * C + 2 * C * F) + 2 * t * t * C;
    }
    return sum;
  }

  /** Keys and values of all rows, everything else of one row a text. */
  private static long layerOfOneRow(int[] lengths) {
    long sum = 0;
    for (long t : lengths) {
      sum += t * 2 * C * C + 2 * C * C + 2 * t * C + 2 * C * F;
    }
    return sum;
  }

  private static Path mini() {
    for (Path folder = Path.of(System.getProperty("user.dir")).toAbsolutePath(); folder != null; folder = folder.getParent()) {
      Path mini = folder.resolve("default-model/src/main/resources/META-INF/lanepool/mini");
      if (Files.exists(mini)) {
        return mini;
      }
    }
    throw new IllegalStateException("the built-in model is not above user.dir");
  }
}
