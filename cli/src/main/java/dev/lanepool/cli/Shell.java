package dev.lanepool.cli;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;

/**
 * What a command talks to.
 *
 * @param out data, and nothing else; every failed write is an {@link java.io.IOException}
 * @param err all else
 * @param outTerminal whether {@code out} is a terminal
 * @param errTerminal whether {@code err} is a terminal
 */
record Shell(InputStream in, OutputStream out, PrintStream err, boolean outTerminal, boolean errTerminal) {}
