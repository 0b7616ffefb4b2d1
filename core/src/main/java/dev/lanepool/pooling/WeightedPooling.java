package dev.lanepool.pooling;

import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.Rows;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The weighted mean of the layers from {@code start} to the last, token by token, then reduced: {@code weighted(start=4,of=cls)}.
 *
 * @param start the lowest layer: 0 or more is capped at L; negative counts from the end, -1 is L
 * @param of what the weighted mean of the layers becomes
 * @param norm how the weights become coefficients
 * @param weights one a layer, lowest first; null where they are learnt (initially all 1)
 */
public record WeightedPooling(int start, Reduction of, Norm norm, @Nullable List<Float> weights) implements Pooling {

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

  /** @throws IllegalArgumentException where the weights are not finite, or sum to about 0 and that is to be divided by */
  public WeightedPooling {
    if (weights != null) {
      weights = weights.stream().map(weight -> weight + 0f).toList(); // -0 is 0, so that equal specs are equal
      if (weights.isEmpty() || !weights.stream().allMatch(Float::isFinite)) {
        throw new IllegalArgumentException("weights " + weights + ": expected at least one, and finite numbers");
      }
      if (norm == Norm.SUM) {
        double sum = weights.stream().mapToDouble(Float::doubleValue).sum();
        double size = weights.stream().mapToDouble(Math::abs).sum();
        if (Math.abs(sum) <= 1e-4 * size) {
          throw new IllegalArgumentException("weights " + weights + " sum to about 0, by which they are divided; norm=softmax is safe");
        }
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
  public int dimension(int layers, int hidden) {
    lowest(layers);
    return of.dimension(hidden);
  }

  @Override
  public void pool(HiddenStates states, int text, float[] out, int offset) {
    float[] coefficients = coefficients();
    int lowest = lowest(states.layers());
    float[] mean = new float[0]; // (T, C), or the one row that is reduced
    for (int i = 0; i < coefficients.length; i++) {
      Rows rows = of.rows(states.layer(lowest + i), text);
      int size = Math.multiplyExact(rows.count(), rows.width());
      if (i == 0) {
        mean = new float[size];
      }
      for (int k = 0; k < size; k++) {
        mean[k] = Math.fma(coefficients[i], rows.array()[rows.offset() + k], mean[k]);
      }
    }
    of.reduce(new Rows(mean, 0, mean.length / states.width(), states.width()), out, offset);
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
  private int lowest(int layers) {
    int lowest = LayerList.index(this, Math.min(start, layers), layers);
    if (weights != null && weights.size() != layers - lowest + 1) {
      throw new IllegalArgumentException("pooling \"" + this + "\": " + weights.size() + " weights, expected "
          + (layers - lowest + 1) + ", one for each of the layers " + lowest + " to " + layers);
    }
    return lowest;
  }

  private float[] coefficients() {
    List<Float> fixed = weights;
    if (fixed == null) {
      throw Learnt.untrained(this);
    }
    double[] shares = fixed.stream().mapToDouble(Float::doubleValue).toArray();
    if (norm == Norm.SOFTMAX) {
      double max = fixed.stream().mapToDouble(Float::doubleValue).max().orElseThrow();
      for (int i = 0; i < shares.length; i++) {
        shares[i] = Math.exp(shares[i] - max);
      }
    }
    double sum = 0;
    for (double share : shares) {
      sum += share;
    }
    float[] coefficients = new float[shares.length];
    for (int i = 0; i < shares.length; i++) {
      coefficients[i] = (float) (shares[i] / sum);
    }
    return coefficients;
  }
}
