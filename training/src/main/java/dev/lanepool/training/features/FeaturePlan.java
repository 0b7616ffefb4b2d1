package dev.lanepool.training.features;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.Tokens;
import dev.lanepool.pooling.JoinedPooling;
import dev.lanepool.pooling.PoolerOutput;
import dev.lanepool.pooling.Pooling;
import dev.lanepool.pooling.Reduction;
import dev.lanepool.pooling.TokenPooling;
import dev.lanepool.pooling.WeightedPooling;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one head needs of each text when the encoder is frozen, in as few floats as its pooling can learn from:
 *
 * <ul>
 *   <li>a pooling without parameters: its vector;
 *   <li>weighted layers of a mean, which is linear: each layer's mean, and the weighted mean of those;
 *   <li>any other: the rows that it demands, but for those that only the checkpoint's pooler reads: its output is kept instead, since its
 *       weights are the encoder's.
 * </ul>
 *
 * <p>Training sees hidden states of {@link #layers} layers and width {@link #width} that hold this, and {@link #reduced} instead of the
 * pooling asked for. Both have the same parameters, and give the same vector for the same values of them.
 */
public final class FeaturePlan {
  private static final Set<Reduction> LINEAR = Set.of(Reduction.MEAN, Reduction.MEAN_SQRT_LEN, Reduction.WEIGHTED_MEAN);

  private final Pooling pooling;
  private final Pooling reduced;
  private final int layers;
  private final int width;
  private final List<Slot> slots = new ArrayList<>();
  private @Nullable Column pooler;
  private Demand demand;

  /** A column that becomes a layer of what training sees. */
  record Slot(int layer, Tokens tokens, Column column) {}

  private FeaturePlan(Pooling pooling, Pooling reduced, int layers, int width) {
    this.pooling = pooling;
    this.reduced = reduced;
    this.layers = layers;
    this.width = width;
    demand = Demand.none(layers);
  }

  /**
   * The plan for a pooling of a model.
   *
   * @throws IllegalArgumentException that names the spec, where it does not fit the model, an array cannot hold its weights, or it reads a
   *     pooler that the checkpoint has not
   */
  public static FeaturePlan of(Pooling pooling, EmbeddingModel model) {
    if (pooling.readsPooler() && !model.hasPooler()) {
      throw new IllegalArgumentException("pooling \"" + pooling + "\": this checkpoint has no pooler weights");
    }
    return of(pooling, model.layers(), model.hiddenSize());
  }

  /**
   * The plan for a pooling.
   *
   * @param layers L of the model
   * @param hiddenSize C of the model
   * @throws IllegalArgumentException that names the spec, where it does not fit a model of so many layers, or an array cannot hold its
   *     weights
   */
  public static FeaturePlan of(Pooling pooling, int layers, int hiddenSize) {
    int dimension = pooling.dimension(layers, hiddenSize);
    if (!pooling.learns()) {
      FeaturePlan plan = new FeaturePlan(pooling, new TokenPooling(Reduction.CLS), 0, dimension);
      plan.add(0, Tokens.FIRST, new Column.Pooled(pooling, dimension));
      return plan;
    }
    Demand demand = rows(pooling, layers);
    if (pooling instanceof WeightedPooling weighted && LINEAR.contains(weighted.of())) {
      Pooling reduced = new WeightedPooling(weighted.start(), Reduction.CLS, weighted.norm(), null);
      FeaturePlan plan = new FeaturePlan(pooling, reduced, layers, hiddenSize);
      for (int layer = 0; layer <= layers; layer++) {
        if (demand.at(layer) != Tokens.NONE) {
          plan.add(layer, Tokens.FIRST, new Column.Pooled(new TokenPooling(weighted.of(), layer), hiddenSize));
        }
      }
      return plan;
    }
    FeaturePlan plan = new FeaturePlan(pooling, pooling, layers, hiddenSize);
    for (int layer = 0; layer <= layers; layer++) {
      if (demand.at(layer) != Tokens.NONE) {
        plan.add(layer, demand.at(layer), new Column.LayerRows(layer, demand.at(layer), hiddenSize));
      }
    }
    plan.pooler = pooling.readsPooler() ? new Column.Pooled(new PoolerOutput(), hiddenSize) : null;
    return plan;
  }

  /** The rows that a pooling reads, but for those that the checkpoint's pooler does. */
  private static Demand rows(Pooling pooling, int layers) {
    return switch (pooling) {
      case PoolerOutput _ -> Demand.none(layers);
      case JoinedPooling joined -> joined.parts().stream().map(part -> rows(part, layers)).reduce(Demand.none(layers), Demand::union);
      default -> pooling.demand(layers);
    };
  }

  private void add(int layer, Tokens tokens, Column column) {
    slots.add(new Slot(layer, tokens, column));
    demand = demand.with(layer, tokens);
  }

  /** The pooling asked for. */
  public Pooling pooling() {
    return pooling;
  }

  /** The pooling to train instead. */
  public Pooling reduced() {
    return reduced;
  }

  /** L of the hidden states that {@link #reduced} sees. */
  public int layers() {
    return layers;
  }

  /** C of the hidden states that {@link #reduced} sees. */
  public int width() {
    return width;
  }

  /** Whether {@link #reduced} sees a row for each token of a text, rather than one a text. */
  public boolean perToken() {
    return slots.stream().anyMatch(slot -> slot.column().perToken());
  }

  /** The layers and rows of the hidden states that {@link #reduced} sees. */
  Demand demand() {
    return demand;
  }

  List<Slot> slots() {
    return slots;
  }

  /** What {@link #reduced} sees as the checkpoint's pooler outputs, if it reads them. */
  @Nullable Column pooler() {
    return pooler;
  }

  /** All that is kept. */
  List<Column> columns() {
    List<Column> columns = new ArrayList<>(slots.stream().map(Slot::column).toList());
    if (pooler != null) {
      columns.add(pooler);
    }
    return columns;
  }
}
