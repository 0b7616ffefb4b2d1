/** Measurements: kernels against the machine's peak, whole jobs against their peers. Figures go to {@code bench/RESULTS.md}. */
@NullMarked
package dev.lanepool.bench;

import org.jspecify.annotations.NullMarked;
