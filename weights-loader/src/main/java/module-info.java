/** Files (or bytes) to named tensors and back: safetensors, shards, dtypes, {@code config.json} and its relatives. */
module dev.lanepool.weights {
  requires com.fasterxml.jackson.core;
  requires static transitive org.jspecify;

  exports dev.lanepool.weights;
}
