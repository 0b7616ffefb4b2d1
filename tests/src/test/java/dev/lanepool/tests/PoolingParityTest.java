package dev.lanepool.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.RobertaEncoder;
import dev.lanepool.encoder.Rows;
import dev.lanepool.encoder.TokenBatch;
import dev.lanepool.pooling.Pooling;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every pooling without parameters to learn, through the encoder, against plain double arithmetic on Hugging Face's states. */
class PoolingParityTest {
  /** From a text's hidden states, (L + 1, T, C), to the vector. */
  private static final Map<String, Function<double[][][], double[]>> EXPECTED = new LinkedHashMap<>();

  static {
    EXPECTED.put("cls", h -> last(h)[0]);
    EXPECTED.put("last@1", h -> h[1][h[1].length - 1]);
    EXPECTED.put("mean", h -> mean(last(h)));
    EXPECTED.put("mean@0", h -> mean(h[0]));
    EXPECTED.put("max@-2", h -> max(h[h.length - 2]));
    EXPECTED.put("mean-max", h -> join(mean(last(h)), max(last(h))));
    EXPECTED.put("mean-sqrt-len", h -> scale(mean(last(h)), Math.sqrt(last(h).length)));
    EXPECTED.put("weighted-mean", h -> columns(last(h), column -> {
      int n = column.length;
      return IntStream.range(0, n).mapToDouble(t -> (t + 1) * column[t]).sum() / (n * (n + 1) / 2.0);
    }));
    EXPECTED.put("concat(layers=-1..0,of=cls)", h -> IntStream.iterate(h.length - 1, layer -> layer >= 0, layer -> layer - 1)
        .mapToObj(layer -> h[layer][0]).reduce(new double[0], PoolingParityTest::join));
    EXPECTED.put("weighted(start=-2,of=max,weights=1/-3)", h -> {
      double[][] mixed = new double[last(h).length][last(h)[0].length];
      for (int t = 0; t < mixed.length; t++) {
        for (int c = 0; c < mixed[t].length; c++) {
          mixed[t][c] = (h[h.length - 2][t][c] - 3 * last(h)[t][c]) / -2;
        }
      }
      return max(mixed);
    });
    EXPECTED.put("cls+mean@1+last", h -> join(join(last(h)[0], mean(h[1])), last(h)[last(h).length - 1]));
  }

  static List<EncoderGolden> goldens() {
    return EncoderGolden.all();
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void everyPoolingEqualsPlainArithmetic(EncoderGolden golden) {
    try (RobertaEncoder encoder = RobertaEncoder.load(golden.source(), 2)) {
      EXPECTED.forEach((spec, expected) -> {
        Pooling pooling = Pooling.parse(spec);
        float[] vector = new float[pooling.dimension(encoder.layers(), encoder.hiddenSize())];
        try (HiddenStates states = encoder.encode(TokenBatch.of(golden.ids()), pooling.demand(encoder.layers()))) {
          for (int text = 0; text < states.texts(); text++) {
            pooling.pool(states, text, vector, 0);
            double[] wanted = expected.apply(golden.texts().get(text).hiddenStates());
            assertEquals(wanted.length, vector.length, spec);
            Compare.close(new double[][] {wanted}, new Rows(vector, 0, 1, vector.length), Tolerances.ENCODER_TO_DOUBLE,
                golden + ", text " + text + ", " + spec);
          }
        }
      });
    }
  }

  @Test
  void poolerEqualsHuggingFacesPoolerOutput() {
    int visited = 0;
    for (EncoderGolden golden : EncoderGolden.all()) {
      try (RobertaEncoder encoder = RobertaEncoder.load(golden.source(), 1)) {
        if (!encoder.hasPooler()) {
          continue;
        }
        Pooling pooling = Pooling.parse("pooler");
        float[] vector = new float[encoder.hiddenSize()];
        try (HiddenStates states = encoder.encode(TokenBatch.of(golden.ids()), pooling.demand(encoder.layers()))) {
          for (int text = 0; text < states.texts(); text++) {
            pooling.pool(states, text, vector, 0);
            Compare.close(new double[][] {golden.texts().get(text).pooled()}, new Rows(vector, 0, 1, vector.length),
                Tolerances.ENCODER_TO_DOUBLE, golden + ", text " + text + ", pooler");
            visited++;
          }
        }
      }
    }
    assertTrue(visited > 0, "no golden has a pooler");
  }

  private static double[][] last(double[][][] states) {
    return states[states.length - 1];
  }

  private static double[] mean(double[][] rows) {
    return columns(rows, column -> DoubleStream.of(column).sum() / column.length);
  }

  private static double[] max(double[][] rows) {
    return columns(rows, column -> DoubleStream.of(column).max().orElseThrow());
  }

  private static double[] columns(double[][] rows, Function<double[], Double> reduce) {
    return IntStream.range(0, rows[0].length)
        .mapToDouble(c -> reduce.apply(IntStream.range(0, rows.length).mapToDouble(t -> rows[t][c]).toArray())).toArray();
  }

  private static double[] scale(double[] vector, double factor) {
    return DoubleStream.of(vector).map(x -> x * factor).toArray();
  }

  private static double[] join(double[] a, double[] b) {
    return DoubleStream.concat(DoubleStream.of(a), DoubleStream.of(b)).toArray();
  }
}
