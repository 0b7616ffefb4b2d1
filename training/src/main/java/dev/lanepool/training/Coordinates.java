package dev.lanepool.training;

import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.Tokens;
import dev.lanepool.head.HeadNetwork;
import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Param;
import dev.lanepool.nn.Standardize;
import dev.lanepool.pooling.AttentionPooling;
import dev.lanepool.pooling.JoinedPooling;
import dev.lanepool.pooling.LstmPooling;
import dev.lanepool.pooling.Pooling;
import dev.lanepool.pooling.WeightedPooling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A head's parameters as an optimizer sees them: by numbers of the same shapes and names, of which {@link #toHead} makes the head's own.
 *
 * <ul>
 *   <li>what an LSTM or the scores of an attention read is seen standardized, see {@link InputMap};
 *   <li>weights of layers that are divided by their sum are seen through w = 1 + v - mean(v): all that matters is their proportions, and so
 *       their sum is their number whatever v is, where a step of w itself may lead to a sum of 0;
 *   <li>all others are seen as they are.
 * </ul>
 */
final class Coordinates {
  /** The places of a weight and of the bias beside it among the parameters, and how they are seen. */
  private record Mapped(int weight, int bias, InputMap map) {}

  private final HeadNetwork network;
  private final List<Param> own; // the head's
  private final List<Param> seen = new ArrayList<>(); // in the same order
  private final List<Mapped> mapped = new ArrayList<>();
  private final Set<Integer> shares = new HashSet<>(); // the places of weights of layers

  /**
   * Sees a head's values as they are now as the initial ones of what is seen; so {@link #toHead} changes those that are seen otherwise.
   *
   * @param batches gives batches of all rows that are fitted to, from the first on each time it is asked
   */
  Coordinates(HeadNetwork network, Supplier<Iterable<HiddenStates>> batches) {
    this.network = network;
    own = network.params();
    for (Param param : own) {
      Param copy = param.isVector() ? Param.vector(param.name(), param.columns())
          : Param.matrix(param.name(), param.rows(), param.columns());
      copy.set(param.values());
      seen.add(copy);
    }
    List<Pooling> parts = parts(network.config().pooling());
    for (int i = 0; i < parts.size(); i++) {
      String prefix = parts.size() > 1 ? "parts." + i + "." : "";
      switch (parts.get(i)) {
        case LstmPooling lstm -> mapped.add(
            new Mapped(place(prefix + "lstm.weight_ih_l0"), place(prefix + "lstm.bias_ih_l0"), steps(lstm, batches.get())));
        case AttentionPooling attention -> mapped.add(
            new Mapped(place(prefix + "attention.0.weight"), place(prefix + "attention.0.bias"), rows(attention, batches.get())));
        case WeightedPooling weighted when weighted.learns() && weighted.norm() == WeightedPooling.Norm.SUM ->
            shares.add(place(prefix + "layer_weights"));
        default -> { }
      }
    }
    toHead();
  }

  private int place(String name) {
    return own.stream().map(Param::name).toList().indexOf(name);
  }

  /** What is joined, or the pooling alone. */
  static List<Pooling> parts(Pooling pooling) {
    return pooling instanceof JoinedPooling joined ? joined.parts() : List.of(pooling);
  }

  private InputMap steps(LstmPooling lstm, Iterable<HiddenStates> batches) {
    int layers = network.layers();
    int width = network.hiddenSize();
    InputMap.Sums sums = new InputMap.Sums(layers, width);
    float[] input = new float[width];
    for (HiddenStates states : batches) {
      for (int text = 0; text < states.texts(); text++) {
        for (int step = 0; step < layers; step++) {
          for (int k = 0; k < width; k++) {
            int at = step * width + k;
            boolean layout = lstm.layout() == LstmPooling.Layout.LAYERS;
            int layer = layout ? step + 1 : at % layers + 1;
            input[k] = states.array(layer)[states.start(layer, text, Tokens.FIRST) + (layout ? k : at / layers)];
          }
          sums.add(step, input, 0);
        }
      }
    }
    return sums.map();
  }

  private InputMap rows(AttentionPooling attention, Iterable<HiddenStates> batches) {
    InputMap.Sums sums = new InputMap.Sums(1, network.hiddenSize());
    for (HiddenStates states : batches) {
      float[] rows = states.array(attention.layer());
      for (int row = 0; row < states.rows(); row++) {
        sums.add(0, rows, row * states.width());
      }
    }
    return sums.map();
  }

  /** What the optimizer changes, in the order of the head's parameters. */
  List<Param> seen() {
    return seen;
  }

  /** Takes over the head's values of all that is not seen through an {@link InputMap}. */
  void fromHead() {
    for (int i = 0; i < own.size(); i++) {
      int place = i;
      if (mapped.stream().noneMatch(through -> through.weight == place || through.bias == place)) {
        seen.get(i).set(own.get(i).values());
      }
    }
  }

  /** Makes the head's values of those that are seen. */
  void toHead() {
    for (int i = 0; i < own.size(); i++) {
      float[] from = seen.get(i).values();
      float[] to = own.get(i).values();
      if (shares.contains(i)) {
        double mean = mean(from);
        for (int k = 0; k < from.length; k++) {
          to[k] = (float) (1 + (from[k] - mean));
        }
      } else {
        System.arraycopy(from, 0, to, 0, from.length);
      }
    }
    for (Mapped through : mapped) {
      through.map.toHead(seen.get(through.weight).values(), seen.get(through.bias).values(), own.get(through.weight).values(),
          own.get(through.bias).values());
    }
    own.forEach(Param::changed);
  }

  /** From gradients with respect to the head's values to those with respect to what is seen, which are overwritten. */
  void gradients(Grads ofHead, Grads ofSeen) {
    for (int i = 0; i < own.size(); i++) {
      float[] from = ofHead.of(own.get(i));
      float[] to = ofSeen.of(seen.get(i));
      if (shares.contains(i)) {
        double mean = mean(from);
        for (int k = 0; k < from.length; k++) {
          to[k] = (float) (from[k] - mean);
        }
      } else {
        System.arraycopy(from, 0, to, 0, from.length);
      }
    }
    for (Mapped through : mapped) {
      through.map.gradients(ofHead.of(own.get(through.weight)), ofHead.of(own.get(through.bias)), ofSeen.of(seen.get(through.weight)),
          ofSeen.of(seen.get(through.bias)));
    }
  }

  /** The outputs of an LSTM lie within -1 and 1 and change most in a fit: they are left as they are. */
  static void spareOutputs(HeadNetwork network) {
    Standardize standardize = network.standardize();
    if (standardize == null) {
      return;
    }
    int column = 0;
    for (Pooling part : parts(network.config().pooling())) {
      int next = column + part.dimension(network.layers(), network.hiddenSize());
      if (part instanceof LstmPooling) {
        Arrays.fill(standardize.mean().values(), column, next, 0f);
        Arrays.fill(standardize.scale().values(), column, next, 1f);
      }
      column = next;
    }
    standardize.mean().changed();
    standardize.scale().changed();
  }

  private static double mean(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum / values.length;
  }
}
