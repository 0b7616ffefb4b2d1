/**
 * Heads: from a batch's hidden states to class scores or values, to be trained, saved and loaded. {@link dev.lanepool.head.HeadNetwork} is
 * the function; {@link dev.lanepool.Head} is the way in for who only predicts.
 *
 * <p>Letters: B texts, R tokens of all texts, D length of a pooled vector, N outputs.
 */
@NullMarked
package dev.lanepool.head;

import org.jspecify.annotations.NullMarked;
