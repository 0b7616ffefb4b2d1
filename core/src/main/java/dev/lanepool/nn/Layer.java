package dev.lanepool.nn;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A differentiable function of a matrix's rows. Weights are shared, what a call must remember is in C, gradients are in {@link Grads}.
 *
 * <p>{@code infer} equals {@code forward} bit for bit, but for dropout. Parameters' gradients are accumulated, inputs' are overwritten;
 * where a value goes two ways, its caller adds. Matrices must not share memory with each other unless a layer says so.
 *
 * @param <C> the memory of one call: small things are kept, large ones are computed again, and each layer says which. It refers to the
 *     matrices of the last {@code forward}, which must stay as they are until {@code backward} returns.
 */
public interface Layer<C> {

  /**
   * The size of y for an x of this size.
   *
   * @throws IllegalArgumentException where x has not as many columns as this layer has inputs
   */
  Shape outputShape(Shape x);

  /**
   * Memory for calls with at most so many rows. The first step may add to it, later ones do not.
   *
   * @param most the largest x
   * @throws IllegalArgumentException as {@link #outputShape}
   */
  C newCache(Compute compute, Shape most);

  /**
   * y = f(x) as in use after training: as {@link #forward}, unless a layer does something else while it learns. Spoils the cache for
   * {@code backward}.
   *
   * @param y resized to x's rows and overwritten
   * @throws IllegalArgumentException where sizes do not fit this layer or the cache
   */
  default void infer(Mat x, Mat y, C cache) {
    forward(x, y, cache);
  }

  /** The same in training: dropout drops, and what {@code backward} needs is remembered. Throws as {@link #infer}. */
  void forward(Mat x, Mat y, C cache);

  /**
   * Goes back through the last {@code forward} with this cache.
   *
   * @param dy the loss's gradient with respect to y; left as it is
   * @param dx receives the gradient with respect to x, resized and overwritten; null where nobody asks for it
   * @param grads receives the parameters' gradients, added
   * @throws IllegalArgumentException where sizes do not fit, or a parameter of this layer has no gradient in {@code grads}
   * @throws IllegalStateException before any {@code forward}
   */
  void backward(Mat dy, C cache, @Nullable Mat dx, Grads grads);

  /** In checkpoint order. */
  List<Param> params();
}
