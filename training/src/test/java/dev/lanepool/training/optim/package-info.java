/** Tests of the optimizers and the loop. */
@NullMarked
package dev.lanepool.training.optim;

import org.jspecify.annotations.NullMarked;
