package dev.lanepool.pooling;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** From specs to layers; see {@link PoolingLayer#of}. */
final class PoolingLayers {
  private PoolingLayers() {}

  /** @param prefix what parameters' names begin with */
  static PoolingLayer<?> of(Pooling spec, int layers, int hidden, String prefix, RandomGenerator random) {
    return switch (spec) {
      case TokenPooling token -> {
        int layer = LayerList.index(token, token.layer(), layers);
        yield new ReductionLayer(token, new int[] {layer}, token.reduction(), layers, hidden);
      }
      case ConcatPooling concat -> new ReductionLayer(concat, concat.layers().resolve(concat, layers), concat.of(), layers, hidden);
      case PoolerOutput pooler -> new PoolerLayer(pooler, layers, hidden);
      case WeightedPooling weighted -> new WeightedLayer(weighted, layers, hidden, prefix);
      case LstmPooling lstm -> new LstmLayer(lstm, layers, hidden, prefix, random);
      case AttentionPooling attention -> new AttentionLayer(attention, layers, hidden, prefix, random);
      case JoinedPooling joined -> {
        List<PoolingLayer<?>> parts = new ArrayList<>();
        for (Pooling part : joined.parts()) {
          parts.add(of(part, layers, hidden, prefix + "parts." + parts.size() + ".", random));
        }
        yield new JoinedLayer(joined, parts, layers, hidden);
      }
    };
  }

  /** The number of values to learn. */
  static long parameters(Pooling spec, int layers, int hidden) {
    return switch (spec) {
      case WeightedPooling weighted -> weighted.learns() ? layers - weighted.lowest(layers) + 1 : 0;
      case LstmPooling lstm -> 4L * lstm.dimension(layers, hidden) * (hidden + lstm.hidden() + 2L);
      case AttentionPooling attention -> {
        attention.dimension(layers, hidden); // which refuses what does not fit
        yield attention.hidden() * (hidden + 2L) + 1;
      }
      case JoinedPooling joined -> joined.parts().stream().mapToLong(part -> parameters(part, layers, hidden)).reduce(0, Math::addExact);
      case TokenPooling _, ConcatPooling _, PoolerOutput _ -> 0;
    };
  }
}
