package dev.lanepool;

import dev.lanepool.encoder.HiddenStates;
import dev.lanepool.tokenizer.Encoding;
import java.util.List;

/**
 * Texts as the encoder sees them: row t of text i's hidden states belongs to token t of {@code encodings().get(i)}, which knows where in
 * the text it stands.
 *
 * @param encodings the tokens of each text, in input order
 * @param states the hidden states of the layers that were asked for
 */
public record EncodedTexts(List<Encoding> encodings, HiddenStates states) implements AutoCloseable {

  /**
   * The tokens of a text: ids, and offsets in UTF-16 units.
   *
   * @throws IndexOutOfBoundsException where there is no such text
   */
  public Encoding tokens(int text) {
    return encodings.get(text);
  }

  /**
   * As {@link HiddenStates#layer}.
   *
   * @throws IllegalArgumentException where the model has no such layer, or it was not asked for
   * @throws IllegalStateException after {@link #close}
   */
  public HiddenStates.Layer layer(int layer) {
    return states.layer(layer);
  }

  /** Lets go of the hidden states. */
  @Override
  public void close() {
    states.close();
  }
}
