/**
 * Layers that learn. Start at {@link dev.lanepool.nn.Layer}.
 *
 * <p>A layer holds parameters; what a call must remember lives in an explicit cache; gradients live in {@link dev.lanepool.nn.Grads}.
 * There is no tape and no hidden state: one layer serves many threads, each with a cache of its own, and nothing is allocated after the
 * caches are. A loss's gradient runs back through the layers' {@code backward} in reverse order.
 *
 * <p>Letters: B texts, R rows, T steps, N outputs, K inputs, C hidden size of the encoder, H hidden size of an LSTM.
 */
@NullMarked
package dev.lanepool.nn;

import org.jspecify.annotations.NullMarked;
