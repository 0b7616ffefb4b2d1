/** The command line: parses arguments, calls the library, prints. It does nothing that the library could do. */
@NullMarked
package dev.lanepool.cli;

import org.jspecify.annotations.NullMarked;
