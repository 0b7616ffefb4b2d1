package dev.lanepool.training;

import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.nn.Mat;
import dev.lanepool.training.features.FeaturePlan;
import dev.lanepool.training.features.Features;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

/** Some rows of a data set, as a head is fitted to them: what its pooling reads, and their targets. */
final class FitRows {
  /** Texts that are read together where each is one row. */
  static final int MANY = 512;
  /** Floats that are kept in memory rather than read anew in each pass. */
  private static final long KEPT = 1 << 26;

  private final Features features;
  private final FeaturePlan plan;
  private final int[] rows;
  private final double[] targets; // by row of the whole data set
  private final int most;
  private final Map<Integer, HiddenStates> kept = new HashMap<>();
  private final boolean keeps;

  /**
   * @param rows their indices in the whole data set
   * @param targets of the whole data set, as the head is to give them
   * @param batchSize texts that are read together where a row a token is read
   */
  FitRows(Features features, FeaturePlan plan, int[] rows, double[] targets, int batchSize) {
    this.features = features;
    this.plan = plan;
    this.rows = rows;
    this.targets = targets;
    most = plan.perToken() ? batchSize : MANY;
    long floats = (long) rows.length * plan.width() * (plan.layers() + 1);
    keeps = !plan.perToken() && floats <= KEPT;
  }

  /** How many. */
  int size() {
    return rows.length;
  }

  /** The texts of a block; the last has what is left. */
  int most() {
    return most;
  }

  int blocks() {
    return Math.ceilDiv(rows.length, most);
  }

  /** The texts of one block. */
  int size(int block) {
    return Math.min(most, rows.length - block * most);
  }

  /** What the head reads of a block. Must not be written to or closed. */
  HiddenStates states(int block) {
    return keeps ? kept.computeIfAbsent(block, this::read) : read(block);
  }

  private HiddenStates read(int block) {
    return features.states(plan, rows, block * most, size(block));
  }

  /** All blocks, one after the other. */
  Iterable<HiddenStates> states() {
    return () -> IntStream.range(0, blocks()).mapToObj(this::states).iterator();
  }

  /** What the head reads of any rows, packed: (R, C), R the sum of their lengths, so that they need not be of similar length. */
  HiddenStates states(int[] which, int count) {
    int[] chosen = new int[count];
    for (int i = 0; i < count; i++) {
      chosen[i] = rows[which[i]];
    }
    return features.states(plan, chosen, 0, count);
  }

  /** The target of a row. */
  float target(int row) {
    return (float) targets[rows[row]];
  }

  /** The targets of a block, (B, 1), resized and overwritten. */
  void targets(int block, Mat to) {
    to.resize(size(block));
    for (int i = 0; i < to.rows(); i++) {
      to.data()[i] = target(block * most + i);
    }
  }
}
