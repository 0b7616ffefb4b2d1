package dev.lanepool.weights;

import java.util.List;

/**
 * What a safetensors header says of one tensor, checked: {@code elements() * dtype.bits() == 8 * (end - begin)}.
 *
 * @param shape row-major, outermost first; empty for a scalar
 * @param begin the first byte, counted from the end of the header
 * @param end the byte after the last
 */
public record TensorInfo(String name, StoredDtype dtype, List<Long> shape, long begin, long end) {

  /** Copies the shape. */
  public TensorInfo {
    shape = List.copyOf(shape);
  }

  /** The number of elements: the product of the shape, 1 for a scalar. */
  public long elements() {
    long product = 1;
    for (long dimension : shape) {
      product *= dimension;
    }
    return product;
  }

  /** The size in bytes, as stored. */
  public long bytes() {
    return end - begin;
  }
}
