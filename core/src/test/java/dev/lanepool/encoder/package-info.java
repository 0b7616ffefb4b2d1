/** Tests of the encoder package, and hidden states for the tests of others. */
@NullMarked
package dev.lanepool.encoder;

import org.jspecify.annotations.NullMarked;
