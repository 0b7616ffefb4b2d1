package dev.lanepool.pooling;

import dev.lanepool.encoder.Demand;
import dev.lanepool.encoder.HiddenStates;

/**
 * How one text's hidden states become one vector. Immutable, and known by its spec:
 *
 * <pre>{@code
 * spec    = part { "+" part }                      side by side, in the order given
 * part    = name [ "(" [ option { "," option } ] ")" ] [ "@" layer ]
 * option  = key "=" value
 * layer   = integer                                0 = embedding output, L = last; negative counts from the end, -1 = L
 * layers  = range { "/" range }
 * range   = layer [ ".." layer ]                   either way round
 *
 * cls  last  mean  max  mean-max  mean-sqrt-len  weighted-mean               see Reduction; @layer, -1 unless told
 * pooler                                                                     the checkpoint's own tanh(W.row0 + b)
 * concat(layers=-1..-4,of=cls)                                               layers: layers, of: a Reduction
 * weighted(start=4,of=cls[,norm=sum|softmax][,weights=1/2/1])                learnt unless the weights are given
 * lstm(hidden=256[,layout=layers|scrambled])                                 learnt
 * attention(hidden=512)                                                      learnt; @layer, -1 unless told
 * }</pre>
 *
 * <p>Every option has a default, the first value shown. Spaces between the signs are allowed. {@code toString} is the canonical spec,
 * which parses to an equal pooling: no spaces, {@code layers}, {@code of}, {@code start} and {@code hidden} always written,
 * everything else only where it differs from its default.
 *
 * <p>To add a pooling: a record here in its own file, its name in {@code permits}, a case in {@link SpecParser}, and its
 * {@link PoolingLayer}, with a case in each of the two switches of {@link PoolingLayers}. CONTRIBUTING.md has the rest.
 */
public sealed interface Pooling
    permits TokenPooling, PoolerOutput, ConcatPooling, WeightedPooling, LstmPooling, AttentionPooling, JoinedPooling {

  /**
   * Reads a spec.
   *
   * @throws IllegalArgumentException that names the character, what stands there and what was expected
   */
  static Pooling parse(String spec) {
    return new SpecParser(spec).parse();
  }

  /**
   * The fewest rows of the fewest layers that this pooling reads.
   *
   * @param layers L of the model
   * @throws IllegalArgumentException that names this spec, where it does not fit a model of so many layers
   */
  Demand demand(int layers);

  /**
   * The length of the vector.
   *
   * @param layers L of the model
   * @param hiddenSize C of the model
   * @throws IllegalArgumentException that names this spec, where it does not fit a model of so many layers, or an array cannot hold its
   *     weights
   */
  int dimension(int layers, int hiddenSize);

  /**
   * Pools one text: {@link #dimension} floats, written to {@code out} from {@code offset} on. The same bits whatever else the batch holds.
   *
   * @param states must hold what {@link #demand} asks for
   * @throws IllegalStateException where {@link #learns} holds: there are no trained parameters here, a trained head has them
   */
  void pool(HiddenStates states, int text, float[] out, int offset);

  /** Whether it has parameters to learn, so that only a trained head can pool with it. */
  default boolean learns() {
    return false;
  }

  /** Whether it reads the checkpoint's own pooler, whose weights not every checkpoint has. */
  default boolean readsPooler() {
    return false;
  }
}
