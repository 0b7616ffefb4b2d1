package dev.lanepool.pooling;

import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.kernels.ThreadTeam;
import dev.lanepool.nn.Compute;
import dev.lanepool.nn.Mat;
import org.jspecify.annotations.Nullable;

/** What every pooling layer's memory of one call begins with: with whom it computes, how large a batch may be, and the batch at hand. */
abstract class BatchCache {
  /** Pieces a thread, so that texts of different length share out evenly. */
  private static final int PIECES_PER_THREAD = 4;

  final Compute compute;
  private final int mostTexts;
  private final int mostRows;
  private @Nullable HiddenStates states;

  BatchCache(Compute compute, int texts, int rows) {
    this.compute = compute;
    mostTexts = texts;
    mostRows = rows;
  }

  /**
   * Begins a forward pass.
   *
   * @throws IllegalArgumentException where the states are another model's, or more than this cache is for, or {@code out} has another width
   */
  final void begin(PoolingLayer<?> layer, HiddenStates states, int layers, int hidden, Mat out) {
    if (states.layers() != layers || states.width() != hidden) {
      throw new IllegalArgumentException("pooling \"" + layer.spec() + "\": hidden states of " + states.layers() + " layers and width "
          + states.width() + ", expected " + layers + " and " + hidden);
    }
    if (states.texts() > mostTexts || states.rows() > mostRows) {
      throw new IllegalArgumentException("pooling \"" + layer.spec() + "\": " + states.texts() + " texts of " + states.rows()
          + " tokens, but the cache was made for at most " + mostTexts + " of " + mostRows);
    }
    checkWidth(layer, out);
    out.resize(states.texts());
    this.states = states;
  }

  /** The batch of the last forward pass, for which {@code dOut} must have a row a text. */
  final HiddenStates remembered(PoolingLayer<?> layer, Mat dOut) {
    HiddenStates batch = states;
    if (batch == null) {
      throw new IllegalStateException("backward before forward");
    }
    checkWidth(layer, dOut);
    if (dOut.rows() != batch.texts()) {
      throw new IllegalArgumentException("gradients of " + dOut.rows() + " texts, expected " + batch.texts());
    }
    return batch;
  }

  /** The batch at hand. */
  final HiddenStates batch() {
    HiddenStates batch = states;
    if (batch == null) {
      throw new AssertionError("no batch");
    }
    return batch;
  }

  private static void checkWidth(PoolingLayer<?> layer, Mat out) {
    if (out.columns() != layer.dimension()) {
      throw new IllegalArgumentException(
          "pooling \"" + layer.spec() + "\": a matrix of " + out.columns() + " columns, expected " + layer.dimension());
    }
  }

  /** A step over things that do not depend on each other, such as texts, each of which one thread does. */
  abstract static class Each implements ThreadTeam.Task {
    private int count;
    private int pieces;

    /**
     * Does things 0 to {@code count}, exclusive.
     *
     * @param floats about how many floats are read and written, by which it is decided whether to wake threads
     */
    final void run(Compute compute, int count, long floats) {
      this.count = count;
      pieces = Math.min(count, PIECES_PER_THREAD * compute.threads());
      compute.run(this, pieces, floats);
    }

    @Override
    public final void run(int piece, int worker) {
      int end = (int) ((piece + 1L) * count / pieces);
      for (int i = (int) ((long) piece * count / pieces); i < end; i++) {
        one(i, worker);
      }
    }

    abstract void one(int index, int worker);
  }
}
