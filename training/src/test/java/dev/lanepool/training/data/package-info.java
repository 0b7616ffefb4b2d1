@NullMarked
package dev.lanepool.training.data;

import org.jspecify.annotations.NullMarked;
