package dev.lanepool.encoder;

import java.util.Arrays;

/**
 * Texts dealt out into shares that cost about the same to encode: the longest first, each to the share that has least so far. Reused from
 * deal to deal; allocates nothing once it has held as many texts.
 */
final class Shares {
  private final long rowCost;

  private long[] byLength = {}; // (texts): length << 32 | text
  private int[] dealtTo = {}; // (texts): the share of each, longest text first
  private long[] costs = {}; // (shares)
  private int[] rows = {}; // (shares)
  private int[] starts = {}; // (shares + 1)
  private int[] texts = {}; // (texts): share by share
  private int count;

  /**
   * For a model of that size: a text of T tokens costs T · (rowCost + T).
   *
   * @param hidden C
   * @param intermediate F
   */
  Shares(int hidden, int intermediate) {
    // Multiplications over 2C: a row's products take C · (4C + 2F), its attention 2 · T · C.
    rowCost = 2L * hidden + intermediate;
  }

  /** Deals the texts from first to next, exclusive, out into {@code count} shares. */
  void deal(TokenBatch batch, int first, int next, int count) {
    int many = next - first;
    this.count = count;
    grow(many);
    for (int i = 0; i < many; i++) {
      byLength[i] = (long) batch.length(first + i) << 32 | first + i;
    }
    Arrays.sort(byLength, 0, many);
    Arrays.fill(costs, 0, count, 0);
    Arrays.fill(rows, 0, count, 0);
    Arrays.fill(starts, 0, count + 1, 0);
    for (int i = many - 1; i >= 0; i--) {
      int length = (int) (byLength[i] >>> 32);
      int least = 0;
      for (int share = 1; share < count; share++) {
        if (costs[share] < costs[least]) {
          least = share;
        }
      }
      costs[least] += length * (rowCost + length);
      rows[least] += length;
      starts[least + 1]++;
      dealtTo[i] = least;
    }
    for (int share = 0; share < count; share++) {
      starts[share + 1] += starts[share];
    }
    for (int i = 0; i < many; i++) {
      texts[--starts[dealtTo[i] + 1]] = (int) byLength[i];
    }
    // Counting down from a share's end has left its start there, one place beyond its own.
    System.arraycopy(starts, 1, starts, 0, count);
    starts[count] = many;
  }

  private void grow(int texts) {
    // What shows the room is replaced last, so that where memory ends half way the next deal starts over.
    if (byLength.length < texts) {
      dealtTo = new int[texts];
      this.texts = new int[texts];
      byLength = new long[texts];
    }
    if (costs.length < count) {
      rows = new int[count];
      starts = new int[count + 1];
      costs = new long[count];
    }
  }

  /** Whether each share has at least so many rows and costs no more than a tenth above the mean. */
  boolean even(int leastRows) {
    long sum = 0;
    long most = 0;
    for (int share = 0; share < count; share++) {
      if (rows[share] < leastRows) {
        return false;
      }
      sum += costs[share];
      most = Math.max(most, costs[share]);
    }
    return 10 * count * most <= 11 * sum;
  }

  /** How many shares there are. */
  int count() {
    return count;
  }

  /** The texts of all shares, share by share; not to be changed. */
  int[] texts() {
    return texts;
  }

  /** Where a share's texts start in {@link #texts}; {@code share} may be the number of shares. */
  int start(int share) {
    return starts[share];
  }

  /** The rows of a share's texts together. */
  int rows(int share) {
    return rows[share];
  }

  /**
   * Where a share's rows may lie among as many rows as all shares have: where the worker's last share lay, still in its cache, if that
   * leaves room for every worker's largest; else behind those of the shares before it.
   */
  int firstRow(int share, int worker, int workers) {
    int before = 0;
    int all = 0;
    int most = 0;
    for (int i = 0; i < count; i++) {
      before += i < share ? rows[i] : 0;
      all += rows[i];
      most = Math.max(most, rows[i]);
    }
    return workers * most <= all ? worker * most : before;
  }
}
