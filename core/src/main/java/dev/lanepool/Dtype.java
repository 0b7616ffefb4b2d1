package dev.lanepool;

import dev.lanepool.kernels.Storage;

/**
 * How a model's weights are kept in memory, whatever the checkpoint holds. Arithmetic is always 32-bit float. Biases and layer norms
 * always are 32-bit floats; 16-bit embedding tables stay as stored but for {@link #INT8}.
 */
public enum Dtype {
  /** 32-bit floats: exact for every checkpoint in F32, BF16 or F16. */
  F32(Storage.F32),
  /** The upper halves of 32-bit floats, rounded to nearest: half the memory. Exact for a checkpoint in BF16. */
  BF16(Storage.BF16),
  /** 8-bit whole numbers with one scale for each output of a matrix and each row of the word embeddings: a quarter of the memory. */
  INT8(Storage.INT8);

  private final Storage storage;

  Dtype(Storage storage) {
    this.storage = storage;
  }

  Storage storage() {
    return storage;
  }
}
