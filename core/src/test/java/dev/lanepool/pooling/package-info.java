/** Tests of the poolings and their grammar. */
@NullMarked
package dev.lanepool.pooling;

import org.jspecify.annotations.NullMarked;
