package dev.lanepool.encoder;

import java.util.List;

/**
 * The token ids of several texts, one after the other, without padding.
 *
 * @param ids all token ids, R
 * @param offsets where each text starts, then R: B + 1
 */
public record TokenBatch(int[] ids, int[] offsets) {

  /** @throws IllegalArgumentException where the offsets do not ascend from 0 to the number of ids */
  public TokenBatch {
    if (offsets.length == 0 || offsets[0] != 0 || offsets[offsets.length - 1] != ids.length) {
      throw new IllegalArgumentException("offsets must run from 0 to " + ids.length + ", the number of token ids");
    }
    for (int i = 1; i < offsets.length; i++) {
      if (offsets[i] < offsets[i - 1]) {
        throw new IllegalArgumentException("offsets descend at text " + (i - 1) + ": " + offsets[i - 1] + " to " + offsets[i]);
      }
    }
  }

  /**
   * Packs the texts in their order.
   *
   * @throws ArithmeticException where they have 2^31 tokens or more together
   * @throws IllegalArgumentException where a text is null
   */
  public static TokenBatch of(List<int[]> texts) {
    int[] offsets = new int[texts.size() + 1];
    for (int i = 0; i < texts.size(); i++) {
      if (texts.get(i) == null) {
        throw new IllegalArgumentException("text " + i + ": null");
      }
      offsets[i + 1] = Math.addExact(offsets[i], texts.get(i).length);
    }
    int[] ids = new int[offsets[texts.size()]];
    for (int i = 0; i < texts.size(); i++) {
      System.arraycopy(texts.get(i), 0, ids, offsets[i], texts.get(i).length);
    }
    return new TokenBatch(ids, offsets);
  }

  /** B, the number of texts. */
  public int texts() {
    return offsets.length - 1;
  }

  /**
   * T, the number of a text's tokens.
   *
   * @throws IndexOutOfBoundsException where there is no such text
   */
  public int length(int text) {
    return offsets[text + 1] - offsets[text];
  }
}
