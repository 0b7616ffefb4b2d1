/**
 * From labelled texts to a trained head, and to an answer which pooling and which layers. Start at
 * {@link dev.lanepool.training.HeadTrainer}.
 */
@NullMarked
package dev.lanepool.training;

import org.jspecify.annotations.NullMarked;
