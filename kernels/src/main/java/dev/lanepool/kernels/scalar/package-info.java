/** The scalar twin: short float loops that C2 vectorises by itself. */
@NullMarked
package dev.lanepool.kernels.scalar;

import org.jspecify.annotations.NullMarked;
