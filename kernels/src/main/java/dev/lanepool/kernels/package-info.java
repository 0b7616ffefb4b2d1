/** Dense float kernels in two twins behind one choice, and the thread team that runs them. */
@NullMarked
package dev.lanepool.kernels;

import org.jspecify.annotations.NullMarked;
