package dev.lanepool.pooling;

import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.kernels.TrainingKernels;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The weighted mean of the layers from {@code start} to the last, token by token, then reduced: {@code weighted(start=4,of=cls)}.
 *
 * <pre>{@code
 * try (EmbeddingModel model = EmbeddingModel.builtIn()) {
 *   HeadConfig config = HeadConfig.of(Pooling.parse("weighted(start=1,of=cls)"), HeadTask.regression());
 *   HeadNetwork network = new HeadNetwork(config, model.layers(), model.hiddenSize(), new Random(1)); // to be trained
 *   System.out.println(new Head(model, network, Map.of()).predict("this is a string").value());
 * }
 * }</pre>
 *
 * <p>Memory while training, for n layers: n · B · C floats, or R · C where {@code of} is {@code max} or {@code mean-max}, and 2 · B · n.
 *
 * @param start the lowest layer: 0 or more is capped at L; negative counts from the end, -1 is L
 * @param of what the weighted mean of the layers becomes
 * @param norm how the weights become coefficients
 * @param weights one a layer, lowest first; null where they are learnt (initially all 1)
 */
public record WeightedPooling(int start, Reduction of, Norm norm, @Nullable List<Float> weights) implements Pooling {

  private static final String HINT = " sum to about 0, by which they are divided; norm=softmax is safe";

  /** How weights become the layers' coefficients, which sum to 1. */
  public enum Norm {
    /** w / sum(w). Weights may be negative, but their sum must not be about 0. */
    SUM("sum"),
    /** exp(w) / sum(exp(w)), which never divides by about 0. */
    SOFTMAX("softmax");

    private final String spec;

    Norm(String spec) {
      this.spec = spec;
    }

    /** The name in a spec. */
    @Override
    public String toString() {
      return spec;
    }
  }

  /** @throws IllegalArgumentException where there are none, or they are not finite, or sum to about 0 and that is to be divided by */
  public WeightedPooling {
    if (weights != null) {
      weights = weights.stream().map(weight -> weight + 0f).toList(); // -0 is 0, so that equal specs are equal
      if (weights.isEmpty() || !weights.stream().allMatch(Float::isFinite)) {
        throw new IllegalArgumentException("weights " + weights + ": expected at least one, and finite numbers");
      }
      if (norm == Norm.SUM && !divisible(floats(weights))) {
        throw new IllegalArgumentException("weights " + weights + HINT);
      }
    }
  }

  @Override
  public Demand demand(int layers) {
    Demand demand = Demand.none(layers);
    for (int layer = lowest(layers); layer <= layers; layer++) {
      demand = demand.with(layer, of.tokens());
    }
    return demand;
  }

  @Override
  public int dimension(int layers, int hiddenSize) {
    lowest(layers);
    return of.dimension(hiddenSize);
  }

  @Override
  public void pool(HiddenStates states, int text, float[] out, int offset) {
    List<Float> fixed = weights;
    if (fixed == null) {
      throw Learnt.untrained(this);
    }
    int lowest = lowest(states.layers());
    float[] coefficients = new float[fixed.size()];
    coefficients(floats(fixed), new double[coefficients.length], coefficients);
    int width = states.width();
    float[] scratch = new float[Math.multiplyExact(of.isLinear() ? coefficients.length : states.length(text), width)];
    mix(states, text, lowest, coefficients, scratch, 0, out, offset);
  }

  /**
   * Pools one text. Where {@code of} is linear it is applied to each layer and the results are mixed, which reads the layers once; else the
   * rows are mixed first.
   *
   * @param coefficients one a layer from {@code lowest} on, n
   * @param scratch from {@code at} on receives each layer's reduction, (n, D), where {@code of} is linear, else the mixed rows, (T, C)
   */
  void mix(HiddenStates states, int text, int lowest, float[] coefficients, float[] scratch, int at, float[] out, int offset) {
    TrainingKernels kernels = TrainingKernels.active();
    int width = states.width();
    int size = of.isLinear() ? width : Math.multiplyExact(states.length(text), width);
    int to = of.isLinear() ? offset : at;
    float[] mixed = of.isLinear() ? out : scratch;
    Arrays.fill(mixed, to, to + size, 0f);
    for (int i = 0; i < coefficients.length; i++) {
      if (of.isLinear()) {
        of.reduce(states, lowest + i, text, scratch, at + i * width);
        kernels.axpyAcc(coefficients[i], scratch, at + i * width, out, offset, width);
      } else {
        int start = states.start(lowest + i, text, of.tokens());
        kernels.axpyAcc(coefficients[i], states.array(lowest + i), start, scratch, at, size);
      }
    }
    if (!of.isLinear()) {
      of.reduce(scratch, at, states.length(text), width, out, offset);
    }
  }

  @Override
  public boolean learns() {
    return weights == null;
  }

  @Override
  public String toString() {
    return "weighted(start=" + start + ",of=" + of + (norm == Norm.SUM ? "" : ",norm=" + norm)
        + (weights == null ? "" : ",weights=" + weights.stream().map(WeightedPooling::print).collect(Collectors.joining("/"))) + ")";
  }

  private static String print(float weight) {
    return weight == (int) weight ? Integer.toString((int) weight) : Float.toString(weight);
  }

  /** The first layer of a model of {@code layers} layers that takes part, where there is a weight for each. */
  int lowest(int layers) {
    int lowest = LayerList.index(this, Math.min(start, layers), layers);
    if (weights != null && weights.size() != layers - lowest + 1) {
      throw new IllegalArgumentException("pooling \"" + this + "\": " + weights.size() + " weights, expected "
          + (layers - lowest + 1) + ", one for each of the layers " + lowest + " to " + layers);
    }
    return lowest;
  }

  /**
   * The layers' shares, which sum to 1.
   *
   * @param scratch as long as {@code values}
   * @param out receives the shares
   * @throws IllegalStateException where the weights are to be divided by their sum, and that is about 0
   */
  void coefficients(float[] values, double[] scratch, float[] out) {
    if (norm == Norm.SUM && !divisible(values)) {
      throw new IllegalStateException("pooling \"" + this + "\": the weights " + Arrays.toString(values) + HINT);
    }
    double max = Double.NEGATIVE_INFINITY;
    for (float value : values) {
      max = Math.max(max, value);
    }
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      scratch[i] = norm == Norm.SOFTMAX ? Math.exp(values[i] - max) : values[i];
      sum += scratch[i];
    }
    for (int i = 0; i < values.length; i++) {
      out[i] = (float) (scratch[i] / sum);
    }
  }

  /** Whether the weights' sum is far enough from 0 to be divided by; not where it is NaN. */
  private static boolean divisible(float[] values) {
    double sum = 0;
    double size = 0;
    for (float value : values) {
      sum += value;
      size += Math.abs(value);
    }
    return Math.abs(sum) > 1e-4 * size;
  }

  static float[] floats(List<Float> values) {
    float[] array = new float[values.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = values.get(i);
    }
    return array;
  }
}
