package dev.lanepool.pooling;

import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.encoder.StateGradients;
import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Grads;
import dev.lanepool.nn.Layer;
import dev.lanepool.nn.Mat;
import dev.lanepool.nn.Param;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A pooling that can learn, and be learnt through: a batch's hidden states to a vector each. The rules of {@link Layer} hold.
 *
 * @param <C> the memory of one call
 */
public interface PoolingLayer<C> {

  /**
   * The layer that does a spec, with initial values as PyTorch's. Its parameters are named as in a state dict: {@code layer_weights},
   * {@code lstm.weight_ih_l0}, {@code attention.0.weight}; in a joined spec the names of part i's, counted from 0 over all parts, begin
   * with {@code parts.i.}.
   *
   * @param layers L of the model
   * @param hiddenSize C of the model
   * @param random gives the initial values, in the order of {@link #params}, and seeds for dropout: the same generator, the same draws
   * @throws IllegalArgumentException that names the spec, where it does not fit a model of so many layers, or an array cannot hold its
   *     weights
   */
  static PoolingLayer<?> of(Pooling spec, int layers, int hiddenSize, RandomGenerator random) {
    return PoolingLayers.of(spec, layers, hiddenSize, "", random);
  }

  /**
   * The number of values that a spec learns, without making a layer.
   *
   * @throws IllegalArgumentException that names the spec, where it does not fit a model of so many layers, or an array cannot hold its
   *     weights
   */
  static long parameters(Pooling spec, int layers, int hiddenSize) {
    return PoolingLayers.parameters(spec, layers, hiddenSize);
  }

  /** The spec it does. */
  Pooling spec();

  /** The length of a vector, D. */
  int dimension();

  /**
   * Memory for calls with at most so many texts and rows: the only allocation, but for what the first gradient with respect to hidden
   * states adds. The specs' records say how much; weights in the order that products read count with their outputs rounded up to
   * {@link dev.lanepool.kernels.Kernels#panelWidth}.
   *
   * @param texts B
   * @param rows R, of all texts together
   */
  C newCache(Compute compute, int texts, int rows);

  /**
   * Pools as after training: as {@link #forward}, but that dropout passes everything.
   *
   * @param states must hold what the spec demands
   * @param out (B, D), resized and overwritten
   * @throws IllegalArgumentException where sizes do not fit this layer or the cache, or the states lack rows that the spec demands
   */
  default void infer(HiddenStates states, Mat out, C cache) {
    forward(states, out, cache);
  }

  /** The same in training: dropout drops, and what {@code backward} needs is remembered. Throws as {@link #infer}. */
  void forward(HiddenStates states, Mat out, C cache);

  /**
   * Goes back through the last {@code forward} with this cache. An attention overwrites what it remembers, and goes back once.
   *
   * @param dOut (B, D), the loss's gradient with respect to the vectors; left as it is
   * @param dStates receives the gradient with respect to the hidden states, added; null where nobody asks, as with a frozen encoder
   * @param grads receives the parameters' gradients, added
   * @throws IllegalArgumentException where sizes do not fit, or a parameter has no gradient in {@code grads}
   * @throws IllegalStateException before any {@code forward}, and for an attention a second time after one
   */
  void backward(Mat dOut, C cache, @Nullable StateGradients dStates, Grads grads);

  /** In checkpoint order, named as the state dict of the same PyTorch module. */
  List<Param> params();
}
