/** The SIMD twin, on the Vector API. Nothing else imports it. */
@NullMarked
package dev.lanepool.kernels.vector;

import org.jspecify.annotations.NullMarked;
