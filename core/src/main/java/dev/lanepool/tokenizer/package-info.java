/** Text to token ids and back. */
@NullMarked
package dev.lanepool.tokenizer;

import org.jspecify.annotations.NullMarked;
