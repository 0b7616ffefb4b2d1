package dev.lanepool.kernels;

/** What follows a product while its block is still in the cache. */
public enum Epilogue {
  /** C = A·Bᵀ + bias. */
  BIAS,
  /** C = geluErf(A·Bᵀ + bias). */
  BIAS_GELU_ERF,
  /** C = (A·Bᵀ + bias) + residual. */
  BIAS_RESIDUAL
}
