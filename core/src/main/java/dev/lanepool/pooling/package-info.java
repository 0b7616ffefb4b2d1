/**
 * From one text's hidden states to one vector. {@link dev.lanepool.pooling.Pooling} is the way in: a spec such as {@code cls+mean@6}
 * is parsed into records, which know what they read, how long their vector is, and how to compute it.
 *
 * <p>Shape letters: T tokens of a text, C hidden size, L layers (0 is the embedding output, L the last).
 */
@NullMarked
package dev.lanepool.pooling;

import org.jspecify.annotations.NullMarked;
