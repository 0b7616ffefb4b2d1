/** From one text's hidden states to one vector. */
@NullMarked
package dev.lanepool.pooling;

import org.jspecify.annotations.NullMarked;
