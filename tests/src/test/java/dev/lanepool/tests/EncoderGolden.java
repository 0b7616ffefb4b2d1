package dev.lanepool.tests;

import dev.lanepool.weights.ModelSource;
import dev.lanepool.weights.Weights;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A tiny checkpoint and what Hugging Face computed from it in float64. {@code encoder-goldens/README.md} says what each is for.
 *
 * @param folder the checkpoint, in Hugging Face layout
 */
record EncoderGolden(String name, Path folder, List<Text> texts) {
  private static final List<String> NAMES = List.of("plain", "odd", "one-head", "sentence", "shards", "deep");

  /**
   * One input.
   *
   * @param hiddenStates (L + 1, T, C)
   * @param pooled (C), or null where the checkpoint has no pooler
   */
  record Text(int[] ids, double[][][] hiddenStates, double @Nullable [] pooled) {}

  static Path goldensFolder() {
    try {
      return Path.of(EncoderGolden.class.getResource("/encoder-goldens/SHA256SUMS").toURI()).getParent();
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  static List<EncoderGolden> all() {
    return NAMES.stream().map(EncoderGolden::load).toList();
  }

  ModelSource source() {
    return ModelSource.folder(folder);
  }

  int layers() {
    return texts.getFirst().hiddenStates.length - 1;
  }

  List<int[]> ids() {
    return texts.stream().map(Text::ids).toList();
  }

  private static EncoderGolden load(String name) {
    Path folder = goldensFolder().resolve(name);
    return new EncoderGolden(name, folder, texts(folder.resolve("golden.safetensors")));
  }

  /** Reads tensors {@code I.token_ids}, {@code I.hidden_states.L} and {@code I.pooler_output} for all I and L that are there. */
  static List<Text> texts(Path file) {
    List<Text> texts = new ArrayList<>();
    try (Weights golden = Weights.open(file)) {
      for (int i = 0; golden.contains(i + ".token_ids"); i++) {
        int[] ids = Arrays.stream(golden.longs(i + ".token_ids")).mapToInt(Math::toIntExact).toArray();
        List<double[][]> states = new ArrayList<>();
        for (int layer = 0; golden.contains(i + ".hidden_states." + layer); layer++) {
          states.add(rows(golden.doubles(i + ".hidden_states." + layer), ids.length));
        }
        String pooled = i + ".pooler_output";
        texts.add(new Text(ids, states.toArray(double[][][]::new), golden.contains(pooled) ? golden.doubles(pooled) : null));
      }
    }
    return texts;
  }

  private static double[][] rows(double[] values, int count) {
    int width = values.length / count;
    double[][] rows = new double[count][];
    for (int t = 0; t < count; t++) {
      rows[t] = Arrays.copyOfRange(values, t * width, (t + 1) * width);
    }
    return rows;
  }

  @Override
  public String toString() {
    return name;
  }
}
