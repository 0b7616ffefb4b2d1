package dev.lanepool;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One text's embedding, and what became of the text. Equal where all of it is, the vector's floats too.
 *
 * @param index the text's place in the input, from 0
 * @param text the text as it was given, without the prompt
 * @param tokens the tokens that the encoder read: prompt and special tokens included, what was cut off not
 * @param truncated whether the text was cut because it was too long, as {@link Overflow#TRUNCATE} says
 * @param vector D floats, not copied: the receiver's own from now on
 */
public record Embedding(long index, String text, int tokens, boolean truncated, float[] vector) {
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Embedding that && index == that.index && text.equals(that.text) && tokens == that.tokens
        && truncated == that.truncated && Arrays.equals(vector, that.vector);
  }

  @Override
  public int hashCode() {
    return Objects.hash(index, text, tokens, truncated, Arrays.hashCode(vector));
  }

  @Override
  public String toString() {
    return "Embedding[index=" + index + ", text=" + text + ", tokens=" + tokens + ", truncated=" + truncated + ", vector="
        + Arrays.toString(vector) + "]";
  }
}
