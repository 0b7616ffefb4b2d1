/**
 * What heads learn from once the encoder is frozen: each text is encoded once, for any number of heads, and only what their poolings ask
 * for is kept, in a file that the next run finds again.
 */
@NullMarked
package dev.lanepool.training.features;

import org.jspecify.annotations.NullMarked;
