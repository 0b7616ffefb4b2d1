package dev.lanepool.pooling;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** From specs to layers; see {@link PoolingLayer#of}. */
final class PoolingLayers {
  private PoolingLayers() {}

  /** @param prefix what parameters' names begin with */
  static PoolingLayer<?> of(Pooling spec, int layers, int hiddenSize, String prefix, RandomGenerator random) {
    return switch (spec) {
      case TokenPooling token -> {
        int layer = LayerList.index(token, token.layer(), layers);
        yield new ReductionLayer(token, new int[] {layer}, token.reduction(), layers, hiddenSize);
      }
      case ConcatPooling concat -> new ReductionLayer(concat, concat.layers().resolve(concat, layers), concat.of(), layers, hiddenSize);
      case PoolerOutput pooler -> new PoolerLayer(pooler, layers, hiddenSize);
      case WeightedPooling weighted -> new WeightedLayer(weighted, layers, hiddenSize, prefix);
      case LstmPooling lstm -> new LstmLayer(lstm, layers, hiddenSize, prefix, random);
      case AttentionPooling attention -> new AttentionLayer(attention, layers, hiddenSize, prefix, random);
      case JoinedPooling joined -> {
        List<PoolingLayer<?>> parts = new ArrayList<>();
        for (Pooling part : joined.parts()) {
          parts.add(of(part, layers, hiddenSize, prefix + "parts." + parts.size() + ".", random));
        }
        yield new JoinedLayer(joined, parts, layers, hiddenSize);
      }
    };
  }

  /** The number of values to learn. */
  static long parameters(Pooling spec, int layers, int hiddenSize) {
    return switch (spec) {
      case WeightedPooling weighted -> weighted.learns() ? layers - weighted.lowest(layers) + 1 : 0;
      case LstmPooling lstm -> 4L * lstm.dimension(layers, hiddenSize) * (hiddenSize + lstm.hidden() + 2L);
      case AttentionPooling attention -> {
        attention.dimension(layers, hiddenSize); // which refuses what does not fit
        yield attention.hidden() * (hiddenSize + 2L) + 1;
      }
      case JoinedPooling joined ->
          joined.parts().stream().mapToLong(part -> parameters(part, layers, hiddenSize)).reduce(0, Math::addExact);
      case TokenPooling _, ConcatPooling _, PoolerOutput _ -> 0;
    };
  }
}
