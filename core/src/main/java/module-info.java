/** RoBERTa: text to embeddings and every layer's hidden states. */
module dev.lanepool {
  requires transitive dev.lanepool.kernels;
  requires transitive dev.lanepool.weights;
  requires static transitive org.jspecify;

  exports dev.lanepool;
  exports dev.lanepool.encoder;
  exports dev.lanepool.head;
  exports dev.lanepool.nn;
  exports dev.lanepool.pooling;
  exports dev.lanepool.tokenizer;
}
