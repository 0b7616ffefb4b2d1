/**
 * What holds across modules: the double-precision reference, parity with Hugging Face, equal bits, every lane width, the architecture.
 *
 * <p>The chain of trust: {@link dev.lanepool.tests.DoubleRoberta} is short enough to read and agrees with Hugging Face's float64 on the
 * goldens; the encoder agrees with the goldens, and with the reference on shapes for which no golden is stored.
 */
@NullMarked
package dev.lanepool.tests;

import org.jspecify.annotations.NullMarked;
