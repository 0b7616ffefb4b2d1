package dev.lanepool.training.optim;

import dev.lanepool.nn.SplitMix;
import java.util.Arrays;

/**
 * The examples of one step, by their indices. There is one such object in a loop: it changes with the step.
 *
 * <p>Each epoch has an order of its own, which depends on the seed, the epoch and the number of examples alone: from 0, 1, 2, ... by the
 * shuffle of Fisher and Yates, from the last place down, the place to swap with drawn as the upper 64 bits of (word · places). Words are
 * those of {@link SplitMix}, begun at mix(seed) + epoch.
 *
 * <p>Examples are not gathered by length, as where a batch is padded to its longest text. Rows of texts are packed one after the other and
 * nothing is padded, so that a step costs what its texts' tokens cost, whichever of them meet; and batches of similar length would no
 * longer be drawn at random.
 */
public final class Batch {
  private final SplitMix words = new SplitMix(0);
  private final int[] order;
  private final int most;
  private final long seed;
  private long epoch = -1;
  private long number;
  private int from;
  private int size;

  Batch(int examples, int most, long seed) {
    order = new int[examples];
    this.most = most;
    this.seed = seed;
  }

  /** Turns to the batch of a step. */
  void turnTo(long step) {
    long perEpoch = Math.ceilDiv(order.length, most);
    if (epoch != step / perEpoch) {
      epoch = step / perEpoch;
      shuffle();
    }
    number = step % perEpoch;
    from = (int) (number * most);
    size = Math.min(most, order.length - from);
  }

  private void shuffle() {
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    words.begin(SplitMix.mix(seed) + epoch);
    for (int i = order.length - 1; i > 0; i--) {
      int other = (int) Math.unsignedMultiplyHigh(words.nextLong(), i + 1L);
      int swapped = order[i];
      order[i] = order[other];
      order[other] = swapped;
    }
  }

  /** How many examples. */
  public int size() {
    return size;
  }

  /**
   * The index of an example among all.
   *
   * @param i from 0 to {@link #size} - 1
   * @throws IndexOutOfBoundsException where there is no such example in this batch
   */
  public int example(int i) {
    if (i < 0 || i >= size) {
      throw new IndexOutOfBoundsException(i + " in a batch of " + size);
    }
    return order[from + i];
  }

  /** The epoch at hand, from 0. */
  public long epoch() {
    return epoch;
  }

  /** Which batch of the epoch this is, from 0. */
  public long number() {
    return number;
  }

  /** Whether it is the last one of its epoch. */
  boolean endsEpoch() {
    return from + size == order.length;
  }

  /** Where it is and what it holds, for errors. */
  @Override
  public String toString() {
    int shown = Math.min(size, 8);
    String examples = Arrays.toString(Arrays.copyOfRange(order, from, from + shown));
    return "epoch " + epoch + ", batch " + number + " of examples " + (shown < size ? examples.replace("]", ", ...]") : examples);
  }
}
