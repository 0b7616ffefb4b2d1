/** Tests of the reports. */
@NullMarked
package dev.lanepool.training.report;

import org.jspecify.annotations.NullMarked;
