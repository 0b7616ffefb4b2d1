/**
 * RoBERTa, read top-down: packed token ids in, hidden states out. Start at {@link dev.lanepool.encoder.RobertaEncoder}.
 *
 * <p>Letters: B texts, R packed rows (the sum of the texts' lengths), T tokens of one text, C hidden, H heads, D head width, F
 * feed-forward, L layers, V vocabulary, P positions.
 */
@NullMarked
package dev.lanepool.encoder;

import org.jspecify.annotations.NullMarked;
