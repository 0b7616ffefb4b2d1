/** The README's Java examples, as programs that {@link dev.lanepool.tests.ReadmeTest} runs. */
@NullMarked
package dev.lanepool.tests.examples;

import org.jspecify.annotations.NullMarked;
