/**
 * Optimizers, schedules, and the loop that trains with them and resumes from checkpoints bit for bit. Start at
 * {@link dev.lanepool.training.optim.TrainingLoop}.
 *
 * <p>What a step does depends on the parameters, the moments that the optimizer keeps and the number of the step alone: whatever is random
 * is drawn from a seed and that number. A checkpoint therefore is those tensors and that number. One thread or many: the same bits.
 */
@NullMarked
package dev.lanepool.training.optim;

import org.jspecify.annotations.NullMarked;
