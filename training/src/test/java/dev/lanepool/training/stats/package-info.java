@NullMarked
package dev.lanepool.training.stats;

import org.jspecify.annotations.NullMarked;
