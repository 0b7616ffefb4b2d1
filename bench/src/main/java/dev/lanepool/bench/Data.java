package dev.lanepool.bench;

import dev.lanepool.encoder.TokenBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Made-up inputs, the same in every run. */
final class Data {
  private Data() {}

  /** Floats between -0.5 and 0.5. */
  static float[] floats(int seed, int length) {
    Random random = new Random(seed);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return values;
  }

  /** Rows that lie {@code from} floats apart, {@code to} apart: with gaps, or without those they have. */
  static float[] apart(float[] values, int rows, int from, int to) {
    float[] result = new float[rows * to];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(values, row * from, result, row * to, Math.min(from, to));
    }
    return result;
  }

  /** The numbers of a shape such as {@code 8x128}. */
  static int[] shape(String shape, int numbers) {
    String[] parts = shape.split("x");
    if (parts.length != numbers) {
      throw new IllegalArgumentException("shape: found " + shape + ", expected " + numbers + " numbers with x between them");
    }
    int[] result = new int[numbers];
    for (int i = 0; i < numbers; i++) {
      result[i] = Integer.parseInt(parts[i]);
    }
    return result;
  }

  /** Texts of random ids between the special tokens that every RoBERTa vocabulary begins with and ends a text with. */
  static TokenBatch tokens(int texts, int length, int vocabSize) {
    Random random = new Random(1);
    List<int[]> batch = new ArrayList<>();
    for (int i = 0; i < texts; i++) {
      int[] ids = random.ints(length, 4, vocabSize).toArray();
      ids[0] = 0;
      ids[length - 1] = 2;
      batch.add(ids);
    }
    return TokenBatch.of(batch);
  }

  /**
   * Two that compute different things must not be compared.
   *
   * @param theirs at least as long as ours; what is beyond is not looked at
   * @param tolerance of the largest element
   */
  static void requireClose(float[] ours, float[] theirs, float tolerance) {
    float worst = 0;
    float largest = 0;
    for (int i = 0; i < ours.length; i++) {
      worst = Math.max(worst, Math.abs(ours[i] - theirs[i]));
      largest = Math.max(largest, Math.abs(theirs[i]));
    }
    if (!(worst <= tolerance * largest)) {
      throw new IllegalStateException("ours and the peer's differ by up to " + worst + ", the largest element is " + largest);
    }
  }
}
