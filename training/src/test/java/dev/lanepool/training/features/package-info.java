/** Tests of the files of features. */
@NullMarked
package dev.lanepool.training.features;

import org.jspecify.annotations.NullMarked;
