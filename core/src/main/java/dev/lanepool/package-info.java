/** The front door: a model that turns text into embeddings and hidden states. */
@NullMarked
package dev.lanepool;

import org.jspecify.annotations.NullMarked;
