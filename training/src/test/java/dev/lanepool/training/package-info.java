@NullMarked
package dev.lanepool.training;

import org.jspecify.annotations.NullMarked;
