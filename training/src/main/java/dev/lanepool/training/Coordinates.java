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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  private final HeadNetwork network;
  private final List<Param> seen = new ArrayList<>();
  private final Map<String, Param> own = new HashMap<>();
  private final Map<String, Param> seenByName = new HashMap<>();
  private final Map<String, InputMap> inputs = new LinkedHashMap<>(); // by the name of the weight that reads them
  private final Map<String, String> biases = new LinkedHashMap<>(); // of those weights
  private final List<String> shares = new ArrayList<>();

  /**
   * Sees a head's values as they are now as the initial ones of what is seen; so {@link #toHead} changes those that are seen otherwise.
   *
   * @param batches gives batches of all rows that are fitted to, from the first on each time it is asked
   */
  Coordinates(HeadNetwork network, Supplier<Iterable<HiddenStates>> batches) {
    this.network = network;
    for (Param param : network.params()) {
      Param copy = param.isVector() ? Param.vector(param.name(), param.columns())
          : Param.matrix(param.name(), param.rows(), param.columns());
      copy.set(param.values());
      own.put(param.name(), param);
      seenByName.put(param.name(), copy);
      seen.add(copy);
    }
    List<Pooling> parts = parts(network.config().pooling());
    for (int i = 0; i < parts.size(); i++) {
      String prefix = parts.size() > 1 ? "parts." + i + "." : "";
      switch (parts.get(i)) {
        case LstmPooling lstm -> see(prefix + "lstm.weight_ih_l0", prefix + "lstm.bias_ih_l0", steps(lstm, batches.get()));
        case AttentionPooling attention -> see(prefix + "attention.0.weight", prefix + "attention.0.bias", rows(attention, batches.get()));
        case WeightedPooling weighted when weighted.norm() == WeightedPooling.Norm.SUM -> shares.add(prefix + "layer_weights");
        default -> { }
      }
    }
    toHead();
  }

  private void see(String weight, String bias, InputMap map) {
    inputs.put(weight, map);
    biases.put(bias, weight);
  }

  /** Whether it is seen through an {@link InputMap}, as a weight or as the bias beside one. */
  private boolean isMapped(Param param) {
    return inputs.containsKey(param.name()) || biases.containsKey(param.name());
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
    for (Param param : network.params()) {
      if (!isMapped(param)) {
        seenByName.get(param.name()).set(param.values());
      }
    }
  }

  /** Makes the head's values of those that are seen. */
  void toHead() {
    for (Param param : network.params()) {
      float[] from = seenByName.get(param.name()).values();
      if (shares.contains(param.name())) {
        double mean = mean(from);
        for (int i = 0; i < from.length; i++) {
          param.values()[i] = (float) (1 + (from[i] - mean));
        }
      } else if (!isMapped(param)) {
        System.arraycopy(from, 0, param.values(), 0, from.length);
      }
    }
    biases.forEach((bias, weight) -> inputs.get(weight).toHead(seenByName.get(weight).values(), seenByName.get(bias).values(),
        own.get(weight).values(), own.get(bias).values()));
    network.params().forEach(Param::changed);
  }

  /** From gradients with respect to the head's values to those with respect to what is seen, which are overwritten. */
  void gradients(Grads ofHead, Grads ofSeen) {
    for (Param param : network.params()) {
      float[] from = ofHead.of(param);
      float[] to = ofSeen.of(seenByName.get(param.name()));
      if (shares.contains(param.name())) {
        double mean = mean(from);
        for (int i = 0; i < from.length; i++) {
          to[i] = (float) (from[i] - mean);
        }
      } else if (!isMapped(param)) {
        System.arraycopy(from, 0, to, 0, from.length);
      }
    }
    biases.forEach((bias, weight) -> inputs.get(weight).gradients(ofHead.of(own.get(weight)), ofHead.of(own.get(bias)),
        ofSeen.of(seenByName.get(weight)), ofSeen.of(seenByName.get(bias))));
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
