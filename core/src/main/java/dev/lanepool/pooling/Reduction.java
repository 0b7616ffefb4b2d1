package dev.lanepool.pooling;

import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.Tokens;
import dev.lanepool.kernels.Kernels;
import dev.lanepool.kernels.TrainingKernels;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one layer, (T, C), to one vector, without parameters. Every token of the text takes part, {@code <s>} and {@code </s>}
 * included; padding does not exist here. The last three are defined as in sentence-transformers.
 */
public enum Reduction {
  /**
   * Row 0, C.
   *
   * <pre>{@code
   * try (EmbeddingModel model = EmbeddingModel.builtIn(Options.defaults().withPooling("cls"))) {
   *   float[] vector = model.embed("this is a string");
   *   List<float[]> vectors = model.embedAll(List.of("one text", "another"));
   *   System.out.println(vector.length + " " + vectors.size());
   * }
   * }</pre>
   */
  CLS("cls", Tokens.FIRST, 1),
  /**
   * The mean of the rows, C.
   *
   * <pre>{@code
   * try (EmbeddingModel model = EmbeddingModel.builtIn(Options.defaults().withPooling("mean"))) {
   *   float[] vector = model.embed("this is a string");
   *   List<float[]> vectors = model.embedAll(List.of("one text", "another"));
   *   System.out.println(vector.length + " " + vectors.size());
   * }
   * }</pre>
   */
  MEAN("mean", Tokens.ALL, 1),
  /**
   * The maximum of the rows in each dimension, C; NaN where a row has one.
   *
   * <pre>{@code
   * try (EmbeddingModel model = EmbeddingModel.builtIn(Options.defaults().withPooling("max"))) {
   *   float[] vector = model.embed("this is a string");
   *   List<float[]> vectors = model.embedAll(List.of("one text", "another"));
   *   System.out.println(vector.length + " " + vectors.size());
   * }
   * }</pre>
   */
  MAX("max", Tokens.ALL, 1),
  /**
   * The mean, then the maximum, 2C.
   *
   * <pre>{@code
   * try (EmbeddingModel model = EmbeddingModel.builtIn(Options.defaults().withPooling("mean-max"))) {
   *   float[] vector = model.embed("this is a string");
   *   List<float[]> vectors = model.embedAll(List.of("one text", "another"));
   *   System.out.println(vector.length + " " + vectors.size());
   * }
   * }</pre>
   */
  MEAN_MAX("mean-max", Tokens.ALL, 2),
  /** The sum of the rows over the square root of T, C. */
  MEAN_SQRT_LEN("mean-sqrt-len", Tokens.ALL, 1),
  /** The mean of the rows weighted 1, 2, ... T, C. */
  WEIGHTED_MEAN("weighted-mean", Tokens.ALL, 1),
  /** The last row, C. */
  LAST("last", Tokens.LAST, 1);

  /** What a spec may name here, for error messages. */
  static final String NAMES = Arrays.stream(values()).map(Reduction::toString).collect(Collectors.joining(", "));

  private final String spec;
  private final Tokens tokens;
  private final int times;

  Reduction(String spec, Tokens tokens, int times) {
    this.spec = spec;
    this.tokens = tokens;
    this.times = times;
  }

  static @Nullable Reduction find(String spec) {
    for (Reduction reduction : values()) {
      if (reduction.spec.equals(spec)) {
        return reduction;
      }
    }
    return null;
  }

  /** The rows it reads. */
  public Tokens tokens() {
    return tokens;
  }

  /** The length of the vector, for rows of {@code hiddenSize} floats. */
  public int dimension(int hiddenSize) {
    return Math.multiplyExact(times, hiddenSize);
  }

  /** Whether it is a weighted sum of the rows. */
  boolean isLinear() {
    return this != MAX && this != MEAN_MAX;
  }

  /** The number of a text's rows that {@link #reduce} takes. */
  int count(HiddenStates states, int text) {
    return tokens == Tokens.ALL ? states.length(text) : 1;
  }

  /** Reduces a text's rows of one layer, which may hold more of them. */
  void reduce(HiddenStates states, int layer, int text, float[] out, int offset) {
    reduce(states.array(layer), states.start(layer, text, tokens), count(states, text), states.width(), out, offset);
  }

  /**
   * Writes {@link #dimension} floats to {@code out} from {@code offset} on; overwrites.
   *
   * @param rows (count, width) from {@code start}; at least one row
   */
  void reduce(float[] rows, int start, int count, int width, float[] out, int offset) {
    Kernels kernels = Kernels.active();
    switch (this) {
      case CLS, LAST -> System.arraycopy(rows, start, out, offset, width);
      case MEAN -> kernels.meanRows(rows, start, width, count, out, offset, width);
      case MAX -> kernels.maxRows(rows, start, width, count, out, offset, width);
      case MEAN_MAX -> {
        kernels.meanRows(rows, start, width, count, out, offset, width);
        kernels.maxRows(rows, start, width, count, out, offset + width, width);
      }
      case MEAN_SQRT_LEN -> {
        kernels.meanRows(rows, start, width, count, out, offset, width);
        scale(out, offset, width, (float) Math.sqrt(count));
      }
      case WEIGHTED_MEAN -> {
        Arrays.fill(out, offset, offset + width, 0f);
        for (int row = 0; row < count; row++) {
          TrainingKernels.active().axpyAcc(row + 1f, rows, start + row * width, out, offset, width);
        }
        scale(out, offset, width, 2f / (count * (count + 1f)));
      }
    }
  }

  /**
   * Back through {@link #reduce}: adds {@code factor} times the gradient with respect to the rows.
   *
   * @param dOut from {@code offset}, {@link #dimension} floats
   * @param dRows (count, width) from {@code dStart}; added to
   * @param best scratch for the maximum, whose rows are found again
   */
  void backward(float[] dOut, int offset, float factor, float[] rows, int start, int count, int width, float[] dRows, int dStart,
      Best best) {
    switch (this) {
      case MAX -> maxBackward(dOut, offset, factor, rows, start, count, width, dRows, dStart, best);
      case MEAN_MAX -> {
        MEAN.backward(dOut, offset, factor, rows, start, count, width, dRows, dStart, best);
        maxBackward(dOut, offset + width, factor, rows, start, count, width, dRows, dStart, best);
      }
      default -> {
        for (int row = 0; row < count; row++) {
          TrainingKernels.active().axpyAcc(factor * weight(row, count), dOut, offset, dRows, dStart + row * width, width);
        }
      }
    }
  }

  /** What a linear reduction weighs a row with. */
  private float weight(int row, int count) {
    return switch (this) {
      case MEAN -> 1f / count;
      case MEAN_SQRT_LEN -> (float) (1 / Math.sqrt(count));
      case WEIGHTED_MEAN -> 2f * (row + 1) / (count * (count + 1f));
      default -> 1;
    };
  }

  /** The gradient goes to the first row that has the maximum. */
  private static void maxBackward(float[] dOut, int offset, float factor, float[] rows, int start, int count, int width, float[] dRows,
      int dStart, Best best) {
    best.find(rows, start, count, width);
    for (int i = 0; i < width; i++) {
      int at = dStart + best.rows[i] * width + i;
      dRows[at] = Math.fma(factor, dOut[offset + i], dRows[at]);
    }
  }

  /** Scratch of one worker: the maxima of one text, and the rows that have them. */
  static final class Best {
    private final float[] values; // (C)
    private final int[] rows; // (C)

    private Best(int width) {
      values = new float[width];
      rows = new int[width];
    }

    static Best[] forThreads(int threads, int width) {
      Best[] best = new Best[threads];
      for (int i = 0; i < threads; i++) {
        best[i] = new Best(width);
      }
      return best;
    }

    /** Finds the maxima of a text's rows, (count, width). */
    void find(float[] of, int start, int count, int width) {
      TrainingKernels.active().maxRowsArg(of, start, width, count, values, 0, rows, 0, width);
    }

    /** The sum over the columns of dOut times what these rows hold in place of the maxima. */
    double dot(float[] dOut, int offset, float[] of, int start, int width) {
      double sum = 0;
      for (int i = 0; i < width; i++) {
        sum += (double) dOut[offset + i] * of[start + rows[i] * width + i];
      }
      return sum;
    }
  }

  /** The name in a spec. */
  @Override
  public String toString() {
    return spec;
  }

  private static void scale(float[] out, int offset, int count, float factor) {
    for (int i = offset; i < offset + count; i++) {
      out[i] *= factor;
    }
  }
}
