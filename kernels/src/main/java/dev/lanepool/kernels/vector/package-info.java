/**
 * The SIMD twin, on the Vector API. Nothing else imports it. Methods of our own take and return vectors only where they must: C2 refuses to
 * inline the last of a large method, and then makes objects of the vectors. The Vector API's own are always inlined, so that a constant is
 * {@code FloatVector.broadcast}, however often it is written.
 */
@NullMarked
package dev.lanepool.kernels.vector;

import org.jspecify.annotations.NullMarked;
