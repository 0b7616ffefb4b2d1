/** Tests of the front door that need no model. */
@NullMarked
package dev.lanepool;

import org.jspecify.annotations.NullMarked;
