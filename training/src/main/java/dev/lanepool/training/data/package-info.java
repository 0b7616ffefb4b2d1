/** Labelled texts: reading them from files, dividing them into folds, and making probing tasks from plain text. */
@NullMarked
package dev.lanepool.training.data;

import org.jspecify.annotations.NullMarked;
