/** RoBERTa, read top-down: packed token ids in, hidden states out. */
@NullMarked
package dev.lanepool.encoder;

import org.jspecify.annotations.NullMarked;
