package dev.lanepool.nn;

import dev.lanepool.kernels.Gemm;
import dev.lanepool.kernels.PackedMatrix;
import org.jspecify.annotations.Nullable;

/** A weight matrix W[N, K] and its bias in the orders that products read, packed anew where they changed since. */
final class PackedWeights {
  private final Gemm gemm;
  private final Param weight; // (N, K)
  private final Param bias; // (N)
  private final PackedMatrix forward; // W, (N, K)
  private @Nullable PackedMatrix backward; // Wᵀ, (K, N); made when a gradient first goes back through W
  private long forwardVersion = -1;
  private long backwardVersion = -1;

  PackedWeights(Compute compute, Param weight, Param bias) {
    gemm = compute.gemm();
    this.weight = weight;
    this.bias = bias;
    forward = new PackedMatrix(weight.rows(), weight.columns());
  }

  /** For y = x·Wᵀ + b. */
  PackedMatrix forward() {
    long version = weight.version() + bias.version();
    if (forwardVersion != version) {
      gemm.pack(forward, weight.values());
      forward.packBias(0, bias.values());
      forwardVersion = version;
    }
    return forward;
  }

  /** For dx = dy·W. */
  PackedMatrix backward() {
    PackedMatrix packed = backward;
    if (packed == null) {
      packed = new PackedMatrix(weight.columns(), weight.rows());
      backward = packed;
    }
    if (backwardVersion != weight.version()) {
      gemm.packTransposed(packed, weight.values());
      backwardVersion = weight.version();
    }
    return packed;
  }
}
