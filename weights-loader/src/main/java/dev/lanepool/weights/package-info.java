/** Files (or bytes) to named tensors and back, and the strict reading of JSON that every model file shares. */
@NullMarked
package dev.lanepool.weights;

import org.jspecify.annotations.NullMarked;
