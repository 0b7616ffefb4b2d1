package dev.lanepool;

/** Takes embeddings as they come. */
@FunctionalInterface
public interface VectorSink {

  /**
   * Takes one embedding.
   *
   * @param index the text's place in the input, from 0
   * @param vector D floats, the sink's own from now on
   */
  void accept(long index, float[] vector);
}
