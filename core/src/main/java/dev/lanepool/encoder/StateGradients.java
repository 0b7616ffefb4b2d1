package dev.lanepool.encoder;

/**
 * A loss's gradient with respect to a batch's hidden states: zeros of the same layers and rows, which poolings add to.
 */
public final class StateGradients {
  private final HiddenStates states; // of the gradients instead of the values

  /**
   * Zeros for these hidden states.
   *
   * @throws IllegalStateException where they are closed
   */
  public StateGradients(HiddenStates of) {
    states = of.zeros();
  }

  /** The gradients, laid out as the hidden states: {@link Rows#array} may be written to. Throws as {@link HiddenStates#layer}. */
  public HiddenStates.Layer layer(int layer) {
    return states.layer(layer);
  }

  /** The array of a layer's gradients, to be added to; laid out as {@link HiddenStates#array}. Throws what that throws. */
  public float[] array(int layer) {
    return states.array(layer);
  }

  /** As {@link HiddenStates#start}; throws what that throws. */
  public int start(int layer, int text, Tokens wanted) {
    return states.start(layer, text, wanted);
  }
}
