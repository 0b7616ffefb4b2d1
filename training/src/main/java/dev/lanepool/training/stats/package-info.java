/** How good predictions are, and how sure one may be of it: scores, intervals over folds, a corrected test. */
@NullMarked
package dev.lanepool.training.stats;

import org.jspecify.annotations.NullMarked;
