package dev.lanepool;

/** How a model's weights are kept in memory. Arithmetic is always 32-bit float. */
public enum Dtype {
  /** 32-bit floats: exact for every checkpoint in F32, BF16 or F16. */
  F32
}
